// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.check.CheckLevel;
import io.kleaner.core.check.Finding;
import io.kleaner.core.check.LogChecker;
import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.compact.CleanStats;
import io.kleaner.core.compact.Cleaning;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.DirectoryDiff;
import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import io.kleaner.core.pace.CancelToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A segment with offsets too far from its base for its indexes, as very old brokers left them
 * (KAFKA-6264): Kafka's cleaner stops and splits it; ours writes two segments and is done.
 */
class OffsetOverflowTest {

  private static final long FAR = Integer.MAX_VALUE + 100L;

  private static final long PRODUCER = 7;

  @TempDir private Path temp;

  @Test
  void run_offsetsBeyondRelativeRange_split() throws IOException {
    Path partition = emptyPartition();
    segment(partition, 0, batch(0, "a", "1"), batch(1, "b", "1"), batch(FAR, "a", "2"));
    segment(partition, FAR + 1, batch(FAR + 1, "active", "1"));

    Cleaning.at(ScriptedLog.TIME_MS).upToLogEnd().run(partition).stats();

    assertThat(SideBySide.records(partition))
        .containsExactly("1 b=1", FAR + " a=2", (FAR + 1) + " active=1");
    assertThat(findings(partition)).doesNotContain(Finding.Kind.RELATIVE_OFFSET_OVERFLOW);
    KafkaOracle.Loaded loaded =
        KafkaOracle.load(partition, Map.of(), 0, ScriptedLog.TIME_MS, false);
    assertThat(loaded.segmentBases()).containsExactly(0L, FAR, FAR + 1);
    assertThat(loaded.logEndOffset()).isEqualTo(FAR + 2);
  }

  @ParameterizedTest
  @CsvSource({"false, NORMAL", "true, DEEP"})
  void run_nothingToRemove_splitAllTheSame(boolean transactional, CleanOptions.Verify verify)
      throws IOException {
    Path partition = emptyPartition();
    // What has transactions is read by both passes, other batches by the first alone.
    ByteBuffer far = batch(FAR, "b", "1");
    if (transactional) {
      segment(partition, 0, transactionalBatch(0, "a", "1"), commit(1), far);
    } else {
      segment(partition, 0, batch(0, "a", "1"), far);
    }
    segment(partition, FAR + 1, batch(FAR + 1, "active", "1"));
    List<String> before = SideBySide.records(partition);
    Cleaning cleaning = Cleaning.at(ScriptedLog.TIME_MS).upToLogEnd().verify(verify);

    assertThat(cleaning.run(partition).stats().segmentsAfter()).isEqualTo(2);

    assertThat(SideBySide.records(partition)).isEqualTo(before);
    assertThat(findings(partition)).doesNotContain(Finding.Kind.RELATIVE_OFFSET_OVERFLOW);
    KafkaOracle.Loaded loaded =
        KafkaOracle.load(partition, Map.of(), 0, ScriptedLog.TIME_MS, false);
    assertThat(loaded.segmentBases()).containsExactly(0L, FAR, FAR + 1);

    CleanStats again = cleaning.fromStart().run(partition).stats();
    assertThat(again.segmentsUntouched()).as("once is enough").isEqualTo(2);
  }

  @Test
  void run_dryRunOfASegmentToBeSplit_saysThatItWouldChange() throws IOException {
    Path partition = emptyPartition();
    segment(partition, 0, batch(0, "a", "1"), batch(FAR, "b", "1"));
    segment(partition, FAR + 1, batch(FAR + 1, "active", "1"));

    CleanStats stats =
        Cleaning.at(ScriptedLog.TIME_MS).upToLogEnd().dryRun().run(partition).stats();

    assertThat(stats.segmentsUntouched()).isZero();
    assertThat(stats.bytesAfter()).isEqualTo(stats.bytesBefore());
  }

  private static List<Finding.Kind> findings(Path partition) throws IOException {
    return new LogChecker(new LocalFileSystem(), CheckLevel.RECORDS, 1 << 20, new CancelToken())
        .check(partition).findings().stream().map(Finding::kind).toList();
  }

  @Test
  void run_firstSurvivorBeyondRelativeRange_emptySegmentKeepsTheBase() throws IOException {
    Path partition = emptyPartition();
    segment(partition, 0, batch(0, "a", "1"), batch(FAR, "a", "2"));
    segment(partition, FAR + 1, batch(FAR + 1, "active", "1"));

    Cleaning.at(ScriptedLog.TIME_MS).upToLogEnd().run(partition).stats();

    assertThat(SideBySide.records(partition))
        .containsExactly(FAR + " a=2", (FAR + 1) + " active=1");
    assertThat(partition.resolve("00000000000000000000.log")).isEmptyFile();
    KafkaOracle.Loaded loaded =
        KafkaOracle.load(partition, Map.of(), 0, ScriptedLog.TIME_MS, false);
    assertThat(loaded.segmentBases()).containsExactly(0L, FAR, FAR + 1);
  }

  /** Each split waits for what other threads still write of the segment that ends. */
  @Test
  void run_splitTwiceByThreeThreads_asByOne() throws IOException {
    Path alone = emptyPartition();
    String value = "v".repeat(200_000);
    List<ByteBuffer> batches = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      batches.add(batch(i / 40 * FAR + i, "key" + i / 2, value + i));
    }
    segment(alone, 0, batches.toArray(new ByteBuffer[0]));
    segment(alone, 3 * FAR, batch(3 * FAR, "active", "1"));
    Path several = ScriptedLog.partition(Trees.copy(alone.getParent(), temp.resolve("several")));

    CleanStats stats = Cleaning.at(ScriptedLog.TIME_MS).upToLogEnd().run(alone).stats();
    Cleaning.at(ScriptedLog.TIME_MS).upToLogEnd().threads(3).run(several).stats();

    assertThat(stats.segmentsAfter()).isEqualTo(3);
    assertThat(DirectoryDiff.between(alone, several, ".*")).isEmpty();
  }

  /** In a log directory of its own; its segment is to be written over. */
  private Path emptyPartition() throws IOException {
    Path logDir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of())) {
      log.put("a", "1");
    }
    return ScriptedLog.partition(logDir);
  }

  private static ByteBuffer batch(long offset, String key, String value) {
    return MemoryRecords.withRecords(
            offset,
            Compression.NONE,
            0,
            new SimpleRecord(ScriptedLog.TIME_MS, key.getBytes(UTF_8), value.getBytes(UTF_8)))
        .buffer();
  }

  private static ByteBuffer transactionalBatch(long offset, String key, String value) {
    return MemoryRecords.withTransactionalRecords(
            offset,
            Compression.NONE,
            PRODUCER,
            (short) 0,
            0,
            0,
            new SimpleRecord(ScriptedLog.TIME_MS, key.getBytes(UTF_8), value.getBytes(UTF_8)))
        .buffer();
  }

  private static ByteBuffer commit(long offset) {
    return MemoryRecords.withEndTransactionMarker(
            offset,
            ScriptedLog.TIME_MS,
            0,
            PRODUCER,
            (short) 0,
            new EndTransactionMarker(ControlRecordType.COMMIT, 0))
        .buffer();
  }

  private static void segment(Path partition, long base, ByteBuffer... batches) throws IOException {
    String name = String.format("%020d", base);
    try (SeekableByteChannel log =
        Files.newByteChannel(
            partition.resolve(name + ".log"),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (ByteBuffer batch : batches) {
        log.write(batch);
      }
    }
    Files.write(partition.resolve(name + ".index"), new byte[0]);
    Files.write(partition.resolve(name + ".timeindex"), new byte[0]);
  }
}
