// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.CompactionOutcome;
import io.kleaner.core.oracle.DirectoryDiff;
import io.kleaner.core.oracle.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A bit that flipped in a value: Kafka's cleaner gives the batch a fresh checksum, or copies it;
 * ours names the place and changes nothing.
 */
class FlippedBitTest {

  private static final String LOG = "00000000000000000000.log";

  @TempDir private Path temp;

  @Test
  void run_flippedBitInRewrittenBatch_kafkaLaundersOursRefuses() throws IOException {
    SideBySide logs =
        new SideBySide(
            temp,
            Map.of(),
            log ->
                log.batch(new String[] {"a", "b"}, new String[] {"old", "treasure"})
                    .put("a", "new"));
    flip(logs.kafkas(), "treasure");
    flip(logs.ours(), "treasure");

    logs.cleanByKafka();
    assertThat(SideBySide.records(logs.kafkas())).contains("1 b=treasurd");
    assertThat(SideBySide.batches(logs.kafkas())).allMatch(RecordBatch::isValid);

    assertRefusedUnchanged(logs);
  }

  @Test
  void run_flippedBitInKeptBatch_kafkaCopiesOursRefuses() throws IOException {
    SideBySide logs =
        new SideBySide(
            temp, Map.of(), log -> log.put("a", "old").put("b", "treasure").put("a", "new"));
    flip(logs.kafkas(), "treasure");
    flip(logs.ours(), "treasure");

    logs.cleanByKafka();
    assertThat(SideBySide.batches(logs.kafkas())).anyMatch(batch -> !batch.isValid());

    assertRefusedUnchanged(logs);
  }

  private void assertRefusedUnchanged(SideBySide logs) throws IOException {
    Path before = temp.resolve("before");
    Trees.copy(logs.ours(), before);

    CompactionOutcome outcome = logs.cleaning().run(logs.ours()).outcome().orElseThrow();

    assertThat(outcome).isInstanceOf(CompactionOutcome.Refused.class);
    assertThat(outcome.message())
        .containsPattern("CRC mismatch in .*" + LOG + " at byte \\d+ \\(offset \\d+\\)")
        .containsPattern("stored 0x[0-9a-f]{8}, computed 0x[0-9a-f]{8}")
        .contains("nothing was changed");
    assertThat(DirectoryDiff.between(before, logs.ours(), ".*")).isEmpty();
  }

  /** Flips the lowest bit of the last letter of a word. */
  private static void flip(Path partition, String word) throws IOException {
    Path log = partition.resolve(LOG);
    FileTime time = Files.getLastModifiedTime(log);
    byte[] bytes = Files.readAllBytes(log);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(word) + word.length() - 1;
    bytes[at] ^= 1;
    Files.write(log, bytes);
    Files.setLastModifiedTime(log, time);
  }
}
