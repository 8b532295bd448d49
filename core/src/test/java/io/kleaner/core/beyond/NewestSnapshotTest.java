// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.Cleaning;
import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A clean takes away the producer snapshots of segments that it merges into others. Kafka's own
 * writes one at the log end whenever it loads a log, so the newest is never among them; offline the
 * newer ones may be damaged, and then the newest that can be read must outlive the clean, for a
 * broker too.
 */
class NewestSnapshotTest {

  private static final String MERGED = "00000000000000000001.snapshot";
  private static final String NEWEST_BELOW_THE_ACTIVE = "00000000000000000003.snapshot";

  @TempDir private Path temp;
  private SideBySide log;

  @BeforeEach
  void write() throws IOException {
    log =
        new SideBySide(
            temp,
            Map.of(),
            script ->
                script
                    .idempotent(7, "a", "1")
                    .roll()
                    .idempotent(7, "b", "1")
                    .idempotent(8, "a", "2")
                    .roll()
                    .put("c", "1"));
  }

  @Test
  void run_soundSnapshots_sameAreLeftAsByKafka() throws IOException {
    assertThat(snapshots(log.ours())).contains(MERGED, NEWEST_BELOW_THE_ACTIVE);

    log.cleaning().run(log.ours());
    log.cleanByKafka();

    assertThat(snapshots(log.ours()))
        .doesNotContain(MERGED, NEWEST_BELOW_THE_ACTIVE)
        .isEqualTo(snapshots(log.kafkas()));
  }

  @Test
  void run_newerSnapshotsDamaged_newestSoundOneAndItsSegmentStay() throws IOException {
    for (String name : snapshots(log.ours())) {
      if (name.compareTo(NEWEST_BELOW_THE_ACTIVE) > 0) {
        Files.write(log.ours().resolve(name), new byte[] {1, 2, 3});
      }
    }
    byte[] before = Files.readAllBytes(log.ours().resolve(NEWEST_BELOW_THE_ACTIVE));

    Cleaning.Result result = log.cleaning().run(log.ours());

    assertThat(result.stats().segmentsAfter()).isEqualTo(2);
    assertThat(snapshots(log.ours())).contains(NEWEST_BELOW_THE_ACTIVE).doesNotContain(MERGED);
    assertThat(Files.readAllBytes(log.ours().resolve(NEWEST_BELOW_THE_ACTIVE))).isEqualTo(before);
    KafkaOracle.Loaded loaded =
        KafkaOracle.load(log.ours(), Map.of(), 0, ScriptedLog.TIME_MS, true);
    assertThat(loaded.lastSequences()).containsExactlyInAnyOrderEntriesOf(Map.of(7L, 1, 8L, 0));
    assertThat(loaded.segmentBases()).contains(3L);
  }

  private static List<String> snapshots(Path partition) throws IOException {
    try (Stream<Path> files = Files.list(partition)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".snapshot"))
          .sorted()
          .toList();
    }
  }
}
