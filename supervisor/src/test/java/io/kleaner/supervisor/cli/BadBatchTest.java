// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Broken batches in one of two partitions of a log directory: that one is refused with the place
 * and stays as it was, the other is cleaned.
 */
class BadBatchTest {

  private static final long SEGMENT = 387;
  private static final long ACTIVE = 1560;

  @TempDir private Path temp;
  private Path logDir;
  private Path bad;
  private Path good;

  @BeforeEach
  void unpack() throws IOException {
    logDir = Fixtures.unpack("o-names", temp);
    bad = logDir.resolve("my-topic-0");
    good = logDir.resolve("my-topic-1");
  }

  @Test
  void compact_crcMismatch_refusesWithBothValuesAndPlace() throws IOException {
    SegmentSurgery segment = SegmentSurgery.on(bad, SEGMENT);
    int batch = segment.batches().get(3);
    segment.flip(batch + 70).done();

    assertRefused(
        "CRC mismatch in my-topic-0/00000000000000000387.log",
        "stored 0x",
        "computed 0x",
        "my-topic-0/00000000000000000387.log at byte " + batch,
        "(offset " + segment.baseOffset(batch) + ")",
        "kleaner check --level 3 " + bad);
  }

  @Test
  void compact_negativeLength_refusesWithPlace() throws IOException {
    SegmentSurgery segment = SegmentSurgery.on(bad, SEGMENT);
    int batch = segment.batches().get(2);
    segment.putInt(batch + SegmentSurgery.LENGTH, -7).done();

    assertRefused("batch length -7", "00000000000000000387.log at byte " + batch);
  }

  @Test
  void compact_hugeLength_refusesWithPlace() throws IOException {
    SegmentSurgery segment = SegmentSurgery.on(bad, SEGMENT);
    int batch = segment.batches().get(2);
    segment.putInt(batch + SegmentSurgery.LENGTH, Integer.MAX_VALUE).done();

    assertRefused(
        "truncated batch in my-topic-0/00000000000000000387.log at byte " + batch,
        "needs 2147483659 bytes");
  }

  @Test
  void compact_unknownMagic_refusesWithPlace() throws IOException {
    SegmentSurgery segment = SegmentSurgery.on(bad, SEGMENT);
    int batch = segment.batches().get(2);
    segment.putByte(batch + SegmentSurgery.MAGIC, 42).done();

    assertRefused("unknown magic 42", "00000000000000000387.log at byte " + batch);
  }

  @Test
  void compact_garbageAttributes_refusesByChecksum() throws IOException {
    SegmentSurgery segment = SegmentSurgery.on(bad, SEGMENT);
    int batch = segment.batches().get(2);
    segment.putByte(batch + SegmentSurgery.ATTRIBUTES, 0x5a).done();

    assertRefused("CRC mismatch", "00000000000000000387.log at byte " + batch);
  }

  @Test
  void compact_attributesWithUnknownCodec_refusesWithCodecAndPlace() throws IOException {
    SegmentSurgery segment = SegmentSurgery.on(bad, SEGMENT);
    int batch = segment.batches().get(2);
    segment.putAttributes(batch, 5).done();

    assertRefused("unknown codec 5", "00000000000000000387.log at byte " + batch);
  }

  @Test
  void compact_attributesNameACodecThatTheBytesAreNot_refusesWithPlace() throws IOException {
    SegmentSurgery segment = SegmentSurgery.on(bad, SEGMENT);
    int batch = segment.batches().get(2);
    segment.putAttributes(batch, 1).done();

    assertRefused("gzip", "00000000000000000387.log at byte " + batch);
  }

  @Test
  void compact_offsetsGoBackwards_refusesWithBothOffsets() throws IOException {
    SegmentSurgery segment = SegmentSurgery.on(bad, SEGMENT);
    int batch = segment.batches().get(4);
    segment.putLong(batch, SEGMENT).done();

    assertRefused(
        "offsets go backwards in my-topic-0",
        "387 follows",
        "00000000000000000387.log at byte " + batch);
  }

  @Test
  void compact_segmentEndsInAPartOfABatch_refusesWithPlace() throws IOException {
    SegmentSurgery segment = SegmentSurgery.on(bad, SEGMENT);
    List<Integer> batches = segment.batches();
    int last = batches.get(batches.size() - 1);
    segment.cutTo(segment.size() - 5).done();

    assertRefused("truncated batch", "00000000000000000387.log at byte " + last);
  }

  @Test
  void compact_overlappingSegments_refusesWithBothOffsets() throws IOException {
    for (String suffix : List.of(".log", ".index", ".timeindex")) {
      Files.move(
          bad.resolve("00000000000000000780" + suffix),
          bad.resolve("00000000000000000700" + suffix));
    }

    assertRefused(
        "00000000000000000387.log overlaps the next segment: its last offset is 779",
        "base offset, 700",
        "kleaner dump");
  }

  @Test
  void compact_tornLastBatch_refusesWithPositionAndNamesTheFlag() throws IOException {
    int last = tear();

    assertRefused(
        "segment 00000000000000001560, from byte " + last + " on, are no whole batch",
        "Offsets end at",
        "--truncate-tail");
  }

  @Test
  void compact_tornLastBatchWithTruncateTail_cutsItOffAndCleans() throws IOException {
    int last = tear();

    Cli.Run run = Cli.run("compact", "--topic", "my-topic", "--truncate-tail", logDir);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("my-topic-0: cleaned up to offset 1560");
    assertThat(SegmentSurgery.log(bad, ACTIVE)).hasSize(last);
    // Its indexes were cut off with it, and a broker makes them anew.
    assertThat(Cli.run("check", "--level", "3", bad).out())
        .contains("index is missing")
        .doesNotContain("ERROR");
  }

  @Test
  void compact_damageBeforeWholeBatchesWithTruncateTail_cutsNothingOff() throws IOException {
    SegmentSurgery active = SegmentSurgery.on(bad, ACTIVE);
    List<Integer> batches = active.batches();
    assertThat(batches).hasSizeGreaterThan(2);
    active.putByte(batches.get(batches.size() - 2) + SegmentSurgery.MAGIC, 42).done();
    // With it, the walk to the end would begin after the damage.
    Files.delete(bad.resolve(String.format("%020d.index", ACTIVE)));
    Map<String, String> before = Tree.of(bad);

    Cli.Run run = Cli.run("compact", "--topic", "my-topic", "--truncate-tail", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err())
        .contains(
            "my-topic-0: refused: ",
            "is damaged at byte " + batches.get(batches.size() - 2),
            "unknown magic 42",
            "Nothing was changed");
    assertThat(Tree.of(bad)).isEqualTo(before);
  }

  @Test
  void compact_tornLastBatchOfACrashedBroker_needsBothFlags() throws IOException {
    Files.delete(logDir.resolve(".kafka_cleanshutdown"));
    int last = tear();

    Cli.Run one = Cli.run("compact", "--topic", "my-topic", "--after-crash", logDir);
    Cli.Run both =
        Cli.run("compact", "--topic", "my-topic", "--after-crash", "--truncate-tail", logDir);

    assertThat(one.exit()).as(one.all()).isEqualTo(3);
    assertThat(one.err()).contains("my-topic-0: refused: ", "--truncate-tail");
    assertThat(both.exit()).as(both.all()).isZero();
    assertThat(both.out()).contains("my-topic-0: cleaned up to offset 1560");
    assertThat(SegmentSurgery.log(bad, ACTIVE)).hasSize(last);
  }

  @Test
  void compact_offsetsTooFarFromTheBase_splitsTheSegment() throws IOException {
    long far = Integer.MAX_VALUE + 1000L;
    SegmentSurgery first = SegmentSurgery.on(bad, 0);
    List<Integer> batches = first.batches();
    for (int i = batches.size() / 2; i < batches.size(); i++) {
      first.putLong(batches.get(i), first.baseOffset(batches.get(i)) + far);
    }
    first.done();
    for (String name : Tree.names(bad)) {
      if (!name.startsWith("00000000000000000000.log") && !name.endsWith("1560.log")) {
        Files.delete(bad.resolve(name));
      }
    }
    SegmentSurgery active = SegmentSurgery.on(bad, ACTIVE);
    active.batches().forEach(at -> active.putLong(at, active.baseOffset(at) + far));
    active.done();
    Files.move(SegmentSurgery.log(bad, ACTIVE), SegmentSurgery.log(bad, ACTIVE + far));

    assertThat(Cli.run("check", bad).out()).contains("RELATIVE_OFFSET_OVERFLOW");

    Cli.Run run = Cli.run("compact", "--topic", "my-topic", "--high-watermark", "log-end", logDir);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("segments 1 -> 2");
    Cli.Run check = Cli.run("check", "--level", "3", bad);
    assertThat(check.out()).doesNotContain("ERROR", "RELATIVE_OFFSET_OVERFLOW");
  }

  private int tear() throws IOException {
    SegmentSurgery segment = SegmentSurgery.on(bad, ACTIVE);
    List<Integer> batches = segment.batches();
    segment.cutTo(segment.size() - 3).done();
    return batches.get(batches.size() - 1);
  }

  private void assertRefused(String... message) throws IOException {
    Map<String, String> before = Tree.of(bad);

    Cli.Run run = Cli.run("compact", "--topic", "my-topic", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(ExitCode.REFUSED.number());
    assertThat(run.err())
        .startsWith("my-topic-0: refused: ")
        .containsIgnoringCase("nothing was changed")
        .contains(message)
        .hasLineCount(2);
    assertThat(run.nextStep()).isNotEmpty();
    assertThat(Tree.of(bad)).isEqualTo(before);
    assertThat(run.out()).contains("my-topic-1: cleaned", "1 cleaned, 1 not now, 1 refused");
    assertThat(Cli.run("check", "--level", "3", good).exit()).isZero();
  }
}
