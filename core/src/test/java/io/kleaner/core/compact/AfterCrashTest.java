// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.oracle.DirectoryDiff;
import io.kleaner.core.oracle.Fixtures;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory whose broker did not stop cleanly. */
class AfterCrashTest {

  private static final long NOW_MS = 1_900_000_000_000L;

  @TempDir private Path temp;
  private Path logDir;
  private Path partition;

  @BeforeEach
  void crash() throws IOException {
    logDir = Fixtures.unpack("a-plain", temp.resolve("crashed"));
    String name = Fixtures.manifest("a-plain").get("partitions").fieldNames().next();
    partition = logDir.resolve(name);
    Files.delete(logDir.resolve(".kafka_cleanshutdown"));
  }

  @Test
  void run_notSaidThatItCrashed_refused() {
    assertThatThrownBy(() -> Cleaning.at(NOW_MS).run(partition))
        .isInstanceOf(UnusableDirectoryException.class)
        .hasMessageContaining("has not stopped cleanly");
  }

  @Test
  void run_soundAndFlushed_cleanedAsAfterACleanStop() throws IOException {
    Path stopped = Fixtures.unpack("a-plain", temp.resolve("stopped"));
    Path twin = stopped.resolve(partition.getFileName().toString());

    Cleaning.at(NOW_MS).run(twin).stats();
    Cleaning.at(NOW_MS).afterCrash().run(partition).stats();

    assertThat(DirectoryDiff.between(twin, partition, ".*\\.(log|index|timeindex)")).isEmpty();
  }

  @Test
  void run_badChecksumOutsideTheCleanedRange_refusedUnchanged() throws IOException {
    Path active = activeLog();
    byte[] bytes = Files.readAllBytes(active);
    bytes[bytes.length - 1] ^= 1;
    Files.write(active, bytes);
    Path before = Trees.copy(partition, temp.resolve("copy"));

    Cleaning.Result result = Cleaning.at(NOW_MS).afterCrash().run(partition);

    assertThat(result.outcome()).isEmpty();
    assertThat(result.message())
        .contains("CRC_MISMATCH", active.getFileName().toString(), "Nothing was changed");
    assertThat(DirectoryDiff.between(before, partition, ".*")).isEmpty();
  }

  @Test
  void run_flushedUpToTheMiddle_cleanedNoFurther() throws IOException {
    long flushed = secondBase();
    String name = partition.getFileName().toString();
    int dash = name.lastIndexOf('-');
    Files.writeString(
        logDir.resolve("recovery-point-offset-checkpoint"),
        "0\n1\n" + name.substring(0, dash) + " " + name.substring(dash + 1) + " " + flushed + "\n");

    Cleaning.Result result = Cleaning.at(NOW_MS).afterCrash().run(partition);

    assertThat(result.outcome().orElseThrow())
        .isInstanceOfSatisfying(
            CompactionOutcome.Compacted.class,
            compacted -> assertThat(compacted.endOffset()).isEqualTo(flushed));
  }

  @Test
  void run_highWatermarkNamedByHand_stillNoFurtherThanFlushed() throws IOException {
    long flushed = secondBase();
    String name = partition.getFileName().toString();
    int dash = name.lastIndexOf('-');
    Files.writeString(
        logDir.resolve("recovery-point-offset-checkpoint"),
        "0\n1\n" + name.substring(0, dash) + " " + name.substring(dash + 1) + " " + flushed + "\n");

    Cleaning.Result result = Cleaning.at(NOW_MS).upToLogEnd().afterCrash().run(partition);

    assertThat(result.outcome().orElseThrow())
        .isInstanceOfSatisfying(
            CompactionOutcome.Compacted.class,
            compacted -> assertThat(compacted.endOffset()).isEqualTo(flushed));
  }

  @Test
  void run_batchBeyondTheBound_refusedAsItsSegmentIsUnread() throws IOException {
    Path large = withLargeBatch();
    Path before = Trees.copy(large, temp.resolve("copy"));

    Cleaning.Result result =
        Cleaning.at(ScriptedLog.TIME_MS).maxRecordBytes(1 << 20).afterCrash().run(large);

    assertThat(result.outcome()).isEmpty();
    assertThat(result.message())
        .contains("at most 1048576 bytes", "larger --max-record-bytes", "Nothing was changed");
    assertThat(DirectoryDiff.between(before, large, ".*")).isEmpty();
  }

  @Test
  void run_boundAboveTheLargestBatch_checkedAndCleaned() throws IOException {
    Path large = withLargeBatch();

    Cleaning.at(ScriptedLog.TIME_MS).maxRecordBytes(66 << 20).afterCrash().run(large).stats();
  }

  /** In the active segment: a clean itself does not read it. It is beyond the default bound. */
  private Path withLargeBatch() throws IOException {
    Path dir = temp.resolve("large");
    try (ScriptedLog log =
        ScriptedLog.in(
            dir, Map.of("max.message.bytes", "80000000", "segment.bytes", "100000000"))) {
      log.put("a", "1").put("a", "2").roll().put("b", "x".repeat(65 << 20));
    }
    Files.delete(dir.resolve(".kafka_cleanshutdown"));
    return ScriptedLog.partition(dir);
  }

  private Path activeLog() throws IOException {
    try (Stream<Path> files = Files.list(partition)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .sorted()
          .reduce((a, b) -> b)
          .orElseThrow();
    }
  }

  private long secondBase() throws IOException {
    try (Stream<Path> files = Files.list(partition)) {
      String name =
          files
              .map(file -> file.getFileName().toString())
              .filter(file -> file.endsWith(".log"))
              .sorted()
              .skip(1)
              .findFirst()
              .orElseThrow();
      return Long.parseLong(name.substring(0, 20));
    }
  }
}
