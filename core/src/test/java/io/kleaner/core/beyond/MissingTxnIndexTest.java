// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.check.CheckLevel;
import io.kleaner.core.check.Finding;
import io.kleaner.core.check.LogChecker;
import io.kleaner.core.compact.Cleaning;
import io.kleaner.core.compact.CompactionOutcome;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.DirectoryDiff;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import io.kleaner.core.pace.CancelToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A transaction index that was lost, or cut short: Kafka's cleaner takes aborted records for
 * committed ones, and they supersede what is; ours sees it by the ABORT marker and changes nothing.
 */
class MissingTxnIndexTest {

  private static final int RECORD_BYTES = 1024 * 1024;
  private static final int LENGTH = 8;
  private static final int LOG_OVERHEAD = 12;
  private static final int MAGIC = 16;
  private static final int ATTRIBUTES_LOW_BYTE = 22;
  private static final int CONTROL_BIT = 0x20;
  private static final int PRODUCER_ID_LOW_BYTE = 50;

  @TempDir private Path temp;

  @Test
  void run_indexMissing_kafkaKeepsAbortedOursRefuses() throws IOException {
    SideBySide logs = logs(log -> log.put("k", "good").transactional(7, "k", "aborted").abort(7));
    loseIndexes(logs.kafkas());
    loseIndexes(logs.ours());

    logs.cleanByKafka();
    assertThat(SideBySide.records(logs.kafkas()))
        .contains("1 k=aborted")
        .noneMatch(record -> record.contains("good"));

    assertRefusedUnchanged(logs);
  }

  @Test
  void run_indexCutToNothing_refused() throws IOException {
    SideBySide logs = logs(log -> log.put("k", "good").transactional(7, "k", "aborted").abort(7));
    for (Path index : indexes(logs.ours())) {
      Files.write(index, new byte[0]);
    }

    assertRefusedUnchanged(logs);
  }

  @Test
  void run_recordsBelowFirstDirtyMarkerAbove_refused() throws IOException {
    SideBySide logs =
        logs(log -> log.put("k", "good").transactional(7, "k", "aborted").roll().abort(7));
    Files.writeString(
        logs.ours().resolveSibling("cleaner-offset-checkpoint"), "0\n1\nscripted 0 2\n");
    loseIndexes(logs.ours());

    assertRefusedUnchanged(logs);
  }

  @Test
  void run_recordsBelowFirstDirtyMarkerAboveIndexed_cleaned() throws IOException {
    SideBySide logs =
        logs(log -> log.put("k", "good").transactional(7, "k", "aborted").roll().abort(7));
    Files.writeString(
        logs.ours().resolveSibling("cleaner-offset-checkpoint"), "0\n1\nscripted 0 2\n");

    logs.cleaning().run(logs.ours()).stats();

    assertThat(SideBySide.records(logs.ours())).contains("0 k=good").doesNotContain("1 k=aborted");
  }

  @Test
  void run_markerInTheActiveSegment_refused() throws IOException {
    Path logDir = Files.createDirectories(temp.resolve("active"));
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of())) {
      log.put("k", "good").transactional(7, "k", "aborted").roll().put("z", "1").abort(7);
    }
    Path partition = ScriptedLog.partition(logDir);
    loseIndexes(partition);

    assertRefusedUnchanged(partition, Cleaning.at(ScriptedLog.TIME_MS));
  }

  @Test
  void run_markerBehindDamageAboveTheRange_refused() throws IOException {
    Path logDir = Files.createDirectories(temp.resolve("damaged"));
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of())) {
      log.put("k", "good").transactional(7, "k", "aborted").roll();
      log.transactional(9, "y", "open").abort(7).roll().put("z", "1");
    }
    Path partition = ScriptedLog.partition(logDir);
    loseIndexes(partition);
    Path above = partition.resolve("00000000000000000002.log");
    byte[] bytes = Files.readAllBytes(above);
    bytes[MAGIC] = 9;
    Files.write(above, bytes);

    assertRefusedUnchanged(
        partition,
        Cleaning.at(ScriptedLog.TIME_MS),
        "unknown magic 9 in scripted-0/00000000000000000002.log at byte 0");
  }

  /** A marker of another producer, or none at all, would not be held against the index. */
  @ParameterizedTest
  @CsvSource({PRODUCER_ID_LOW_BYTE + ", 1", ATTRIBUTES_LOW_BYTE + ", " + CONTROL_BIT})
  void run_markersHeaderFlippedAboveTheRange_refused(int at, int flipped) throws IOException {
    Path logDir = Files.createDirectories(temp.resolve("flipped"));
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of())) {
      log.put("k", "good").transactional(7, "k", "aborted").roll();
      log.transactional(9, "y", "open").abort(7).roll().put("z", "1");
    }
    Path partition = ScriptedLog.partition(logDir);
    loseIndexes(partition);
    Path above = partition.resolve("00000000000000000002.log");
    byte[] bytes = Files.readAllBytes(above);
    int marker = LOG_OVERHEAD + ByteBuffer.wrap(bytes).getInt(LENGTH);
    bytes[marker + at] ^= (byte) flipped;
    Files.write(above, bytes);

    assertRefusedUnchanged(
        partition,
        Cleaning.at(ScriptedLog.TIME_MS),
        "CRC mismatch in scripted-0/00000000000000000002.log at byte " + marker + " ");
  }

  @Test
  void run_abortMarkerWithoutRecords_cleaned() throws IOException {
    SideBySide logs = logs(log -> log.put("k", "old").put("k", "new").abort(7));

    logs.cleaning().run(logs.ours()).stats();

    assertThat(SideBySide.records(logs.ours())).contains("1 k=new").doesNotContain("0 k=old");
  }

  @Test
  void run_severalThreads_refused() throws IOException {
    SideBySide logs = logs(log -> log.put("k", "good").transactional(7, "k", "aborted").abort(7));
    loseIndexes(logs.ours());

    assertRefusedUnchanged(logs.ours(), logs.cleaning().threads(3));
  }

  @Test
  void check_indexMissing_error() throws IOException {
    SideBySide logs = logs(log -> log.put("k", "good").transactional(7, "k", "aborted").abort(7));
    assertThat(findings(logs.ours())).isEmpty();
    loseIndexes(logs.ours());

    assertThat(findings(logs.ours()))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
              assertThat(finding.kind()).isEqualTo(Finding.Kind.TXN_INDEX);
              assertThat(finding.offset()).hasValue(2);
            });
  }

  private SideBySide logs(SideBySide.Script script) throws IOException {
    return new SideBySide(temp, Map.of(), script);
  }

  private static List<Finding> findings(Path partition) {
    return new LogChecker(
            new LocalFileSystem(), CheckLevel.RECORDS, RECORD_BYTES, new CancelToken())
        .check(partition)
        .findings();
  }

  private void assertRefusedUnchanged(SideBySide logs) throws IOException {
    assertRefusedUnchanged(logs.ours(), logs.cleaning());
  }

  private void assertRefusedUnchanged(Path partition, Cleaning cleaning) throws IOException {
    assertRefusedUnchanged(
        partition,
        cleaning,
        "aborted transaction without an entry in .*\\.log at byte \\d+.* producer 7");
  }

  private void assertRefusedUnchanged(Path partition, Cleaning cleaning, String why)
      throws IOException {
    Path before = Trees.copy(partition, temp.resolve("before"));

    CompactionOutcome outcome = cleaning.run(partition).outcome().orElseThrow();

    assertThat(outcome).isInstanceOf(CompactionOutcome.Refused.class);
    assertThat(outcome.message()).containsPattern(why).contains("nothing was changed");
    assertThat(DirectoryDiff.between(before, partition, ".*")).isEmpty();
  }

  private static void loseIndexes(Path partition) throws IOException {
    List<Path> indexes = indexes(partition);
    assertThat(indexes).isNotEmpty();
    for (Path index : indexes) {
      Files.delete(index);
    }
  }

  private static List<Path> indexes(Path partition) throws IOException {
    try (Stream<Path> files = Files.list(partition)) {
      return files.filter(file -> file.toString().endsWith(".txnindex")).toList();
    }
  }
}
