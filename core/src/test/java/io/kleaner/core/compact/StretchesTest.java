// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.Stretches.Stretch;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.io.SpaceLedger;
import io.kleaner.core.keymap.BitSpace;
import io.kleaner.core.keymap.SpillPlace;
import io.kleaner.core.keymap.SpillSpace;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What of a segment need not be read again, by what the first pass said of its chunks. */
class StretchesTest {

  private static final long END = 300;

  private final RecordFates fates = new RecordFates(new BitSpace(1 << 20, noSpill()));
  private final Stretches stretches = new Stretches(fates);
  private final Segment segment = segment(1_000);

  private static SpillSpace noSpill() {
    return new SpillSpace(
        new LocalFileSystem(),
        SpillPlace.in(Path.of("nowhere")),
        "0",
        0,
        new SpaceLedger(SpaceLedger.WhenTaken.REFUSE),
        () -> false);
  }

  private static Segment segment(long baseOffset) {
    return new Segment(Path.of("t-0"), baseOffset, END, 0, 0, false, 0);
  }

  /** Three chunks, numbered from record 50 and batch 5 on. */
  private void allOfIt() {
    stretches.mayStay(segment, new Stretch(0, 100, 1_009, 50, 10, 5, 2));
    stretches.mayStay(segment, new Stretch(100, 200, 1_019, 60, 10, 7, 2));
    stretches.mayStay(segment, new Stretch(200, END, 1_029, 70, 10, 9, 2));
  }

  @Test
  void whole_everyChunkStays_allOfIt() throws IOException {
    allOfIt();
    fates.removed().set(49);
    fates.removed().set(80);
    fates.unstampedTombstones().set(4);
    fates.unstampedTombstones().set(11);

    assertThat(stretches.whole(segment, END)).contains(new Stretch(0, END, 1_029, 50, 30, 5, 6));
    assertThat(stretches.whole(segment(2_000), END)).isEmpty();
  }

  @Test
  void whole_aRecordGoes_none() throws IOException {
    allOfIt();
    fates.removed().set(79);

    assertThat(stretches.whole(segment, END)).isEmpty();
  }

  @Test
  void whole_aTombstoneIsToBeStamped_none() throws IOException {
    allOfIt();
    fates.unstampedTombstones().set(10);

    assertThat(stretches.whole(segment, END)).isEmpty();
  }

  @Test
  void whole_aChunkIsMissing_none() throws IOException {
    stretches.mayStay(segment, new Stretch(0, 100, 1_009, 50, 10, 5, 2));
    stretches.mayStay(segment, new Stretch(200, END, 1_029, 60, 10, 7, 2));
    assertThat(stretches.whole(segment, END)).isEmpty();

    Segment other = segment(2_000);
    stretches.mayStay(other, new Stretch(100, END, 2_029, 60, 20, 7, 4));
    assertThat(stretches.whole(other, END)).isEmpty();
  }

  @Test
  void mayStay_moreSegmentsThanAreRemembered_theFirstAreAndTheOthersAreRead() throws IOException {
    for (int i = 0; i <= Stretches.MOST; i++) {
      stretches.mayStay(segment(i * 100L), new Stretch(0, END, i * 100L + 99, i, 1, i, 1));
    }

    assertThat(stretches.whole(segment(0), END)).isPresent();
    assertThat(stretches.whole(segment((Stretches.MOST - 1) * 100L), END)).isPresent();
    assertThat(stretches.whole(segment(Stretches.MOST * 100L), END)).isEmpty();
    Segment other = segment(Stretches.MOST * 200L);
    stretches.mayGo(other, new Stretch(0, END, other.baseOffset() + 9, 0, 1, 0, 1));
    assertThat(stretches.at(other, 0)).isEmpty();
  }

  @Test
  void mayStay_segmentNumberedAnew_countsOnce() throws IOException {
    for (int i = 0; i <= Stretches.MOST; i++) {
      stretches.mayStay(segment, new Stretch(0, END, 1_029, 50, 30, 5, 6));
    }

    Segment other = segment(2_000);
    stretches.mayStay(other, new Stretch(0, END, 2_029, 80, 30, 11, 6));
    assertThat(stretches.whole(other, END)).isPresent();
  }

  @Test
  void mayGo_oneChunkASegment_halfAsManyChunksAreRemembered() {
    for (int i = 0; i <= Stretches.MOST / 2; i++) {
      stretches.mayGo(segment(i * 100L), new Stretch(0, 100, i * 100L + 99, i, 1, i, 1));
    }

    assertThat(stretches.at(segment((Stretches.MOST / 2 - 1) * 100L), 0)).isPresent();
    assertThat(stretches.at(segment(Stretches.MOST / 2 * 100L), 0)).isEmpty();
  }

  @Test
  void whole_numberedInTwoParts_none() throws IOException {
    stretches.mayStay(segment, new Stretch(0, 100, 1_009, 50, 10, 5, 2));
    stretches.mayStay(segment, new Stretch(100, END, 1_029, 0, 20, 0, 4));

    assertThat(stretches.whole(segment, END)).isEmpty();
  }
}
