// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.compact.CleanStats;
import io.kleaner.core.compact.Cleaning;
import io.kleaner.core.compact.Reshaping;
import io.kleaner.core.oracle.KafkaLog;
import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Neighbours become one batch where nobody can tell, and nowhere else. */
class RebatchTest {

  private static final Reshaping REBATCH = new Reshaping(Optional.empty(), true);
  private static final long ACTIVE_SEGMENT = 1;

  @TempDir private Path temp;
  private int logs;

  private SideBySide log(SideBySide.Script script) throws IOException {
    return log(Map.of(), script);
  }

  private SideBySide log(Map<String, String> config, SideBySide.Script script) throws IOException {
    return new SideBySide(Files.createDirectories(temp.resolve("log" + logs++)), config, script);
  }

  /** Cleans by Kafka and with rebatching; both read the same. */
  private static CleanStats clean(SideBySide logs) throws IOException {
    logs.cleanByKafka();
    CleanStats stats = logs.cleaning().reshaping(REBATCH).run(logs.ours()).stats();
    assertThat(SideBySide.records(logs.ours())).isEqualTo(SideBySide.records(logs.kafkas()));
    return stats;
  }

  /** Each batch of the cleaned segments as first to last offset and number of records. */
  private static List<String> cut(Path partition) throws IOException {
    List<String> batches = new ArrayList<>();
    for (RecordBatch batch : SideBySide.batches(partition)) {
      batches.add(batch.baseOffset() + "-" + batch.lastOffset() + ": " + batch.countOrNull());
    }
    return batches.subList(0, (int) (batches.size() - ACTIVE_SEGMENT));
  }

  @Test
  void run_batchesOfOneRecord_oneBatch() throws IOException {
    SideBySide logs = log(log -> log.put("a", "1").put("b", "2").put("a", "3").put("c", "4"));

    CleanStats stats = clean(logs);

    assertThat(cut(logs.kafkas())).containsExactly("1-1: 1", "2-2: 1", "3-3: 1");
    assertThat(cut(logs.ours())).containsExactly("1-3: 3");
    assertThat(stats.reshaped().batchesMerged()).isEqualTo(3);
    assertThat(stats.reshaped().batchesMade()).isEqualTo(1);
    assertThat(stats.reshaped().rebatchSavedBytes())
        .isEqualTo(
            Files.size(logs.kafkas().resolve("00000000000000000000.log"))
                - Files.size(logs.ours().resolve("00000000000000000000.log")));
  }

  @Test
  void run_segmentsOfOneGroup_mergedAcrossThem() throws IOException {
    SideBySide logs = log(log -> log.put("a", "1").roll().put("b", "2").roll().put("c", "3"));

    clean(logs);

    assertThat(cut(logs.ours())).containsExactly("0-2: 3");
  }

  @Test
  void run_compressedBatches_mergedWithTheirCodec() throws IOException {
    SideBySide logs = log(log -> log.codec("lz4").put("a", "1").put("b", "2"));

    clean(logs);

    assertThat(cut(logs.ours())).containsExactly("0-1: 2");
    assertThat(SideBySide.batches(logs.ours()).get(0).compressionType().name).isEqualTo("lz4");
  }

  @Test
  void run_otherCodec_apart() throws IOException {
    SideBySide logs =
        log(
            log ->
                log.put("a", "1")
                    .put("b", "2")
                    .codec("gzip")
                    .put("c", "3")
                    .codec("none")
                    .put("d", "4")
                    .put("e", "5"));

    clean(logs);

    assertThat(cut(logs.ours())).containsExactly("0-1: 2", "2-2: 1", "3-4: 2");
  }

  @Test
  void run_idempotentAndTransactionalBatches_apart() throws IOException {
    SideBySide logs =
        log(
            log ->
                log.put("a", "1")
                    .idempotent(7, "b", "2")
                    .idempotent(7, "c", "3")
                    .transactional(8, "d", "4")
                    .commit(8)
                    .put("e", "5")
                    .put("f", "6"));

    clean(logs);

    assertThat(cut(logs.ours()))
        .containsExactly("0-0: 1", "1-1: 1", "2-2: 1", "3-3: 1", "4-4: 1", "5-6: 2");
  }

  @Test
  void run_batchThatWasRemovedBetween_mergedOverTheGap() throws IOException {
    SideBySide logs =
        log(log -> log.put("a", "1").idempotent(7, "b", "2").put("c", "3").idempotent(7, "b", "4"));

    clean(logs);

    assertThat(cut(logs.ours())).containsExactly("0-2: 2", "3-3: 1");
  }

  @Test
  void run_batchKeptEmptyForItsProducer_apart() throws IOException {
    SideBySide logs =
        log(log -> log.put("a", "1").idempotent(7, "b", "2").put("b", "3").put("c", "4"));

    clean(logs);

    assertThat(cut(logs.ours())).containsExactly("0-0: 1", "1-1: 0", "2-3: 2");
  }

  @Test
  void run_lastBatchKeptEmpty_apart() throws IOException {
    SideBySide logs =
        log(log -> log.put("a", "1").put("b", "2").put("c", "3").stampedTombstone("c"));

    clean(logs);

    assertThat(cut(logs.ours())).containsExactly("0-1: 2", "3-3: 0");
  }

  @Test
  void run_twoGroups_notMergedAcrossThem() throws IOException {
    SideBySide logs =
        log(
            Map.of("segment.bytes", "300"),
            log -> log.put("a", "1".repeat(60)).put("b", "2").roll().put("a", "3").put("c", "4"));

    clean(logs);

    assertThat(cut(logs.ours())).containsExactly("1-1: 1", "2-3: 2");
  }

  @Test
  void run_tombstoneThatIsStamped_apart() throws IOException {
    SideBySide logs = log(log -> log.put("a", "1").put("b", null).put("c", "2").put("d", "3"));

    clean(logs);

    assertThat(cut(logs.ours())).containsExactly("0-0: 1", "1-1: 1", "2-3: 2");
  }

  @Test
  void run_otherLeaderEpoch_apart() throws IOException {
    SideBySide logs =
        log(
            log ->
                log.raw(batch(0, 0, 1_000, TimestampType.CREATE_TIME, "a"))
                    .raw(batch(1, 0, 1_000, TimestampType.CREATE_TIME, "b"))
                    .raw(batch(2, 1, 1_000, TimestampType.CREATE_TIME, "c"))
                    .raw(batch(3, 1, 1_000, TimestampType.CREATE_TIME, "d")));

    clean(logs);

    assertThat(cut(logs.ours())).containsExactly("0-1: 2", "2-3: 2");
  }

  @Test
  void run_logAppendTime_onlyWhatWasAppendedAtOnce() throws IOException {
    SideBySide logs =
        log(
            log ->
                log.raw(batch(0, 0, 1_000, TimestampType.LOG_APPEND_TIME, "a"))
                    .raw(batch(1, 0, 1_000, TimestampType.LOG_APPEND_TIME, "b"))
                    .raw(batch(2, 0, 2_000, TimestampType.LOG_APPEND_TIME, "c"))
                    .raw(batch(3, 0, 2_000, TimestampType.CREATE_TIME, "d")));

    clean(logs);

    assertThat(cut(logs.ours())).containsExactly("0-1: 2", "2-2: 1", "3-3: 1");
  }

  @Test
  void run_maxMessageBytes_noBatchIsLarger() throws IOException {
    SideBySide logs =
        log(
            Map.of("max.message.bytes", "400"),
            log -> {
              for (int i = 0; i < 20; i++) {
                log.put("key-" + i, "v".repeat(90));
              }
            });

    clean(logs);

    assertThat(cut(logs.ours()).subList(0, 2)).containsExactly("0-2: 3", "3-5: 3");
    assertThat(SideBySide.batches(logs.ours())).allMatch(batch -> batch.sizeInBytes() <= 400);
  }

  @Test
  void run_mergedWouldBeLarger_apart() throws IOException {
    // Each record of the second batch would need two bytes more for its time.
    SideBySide logs =
        log(
            log ->
                log.raw(batch(0, 0, 1_000, TimestampType.CREATE_TIME, keys(0)))
                    .raw(batch(100, 0, 101_000, TimestampType.CREATE_TIME, keys(100)))
                    .put("x", "1")
                    .put("y", "1"));

    CleanStats stats = clean(logs);

    assertThat(cut(logs.ours())).startsWith("0-99: 100", "100-199: 100");
    assertThat(stats.reshaped().batchesMade()).isZero();
  }

  private static String[] keys(int from) {
    return IntStream.range(from, from + 100).mapToObj(i -> "key-" + i).toArray(String[]::new);
  }

  @Test
  void run_oldFormat_convertedAndMerged() throws IOException {
    SideBySide logs = log(log -> log.magic(1).put("a", "1").put("b", "2").magic(2).put("c", "3"));

    clean(logs);

    // The old format has no leader epoch.
    assertThat(cut(logs.ours())).containsExactly("0-1: 2", "2-2: 1");
  }

  @Test
  void run_secondTime_nothingIsWritten() throws IOException {
    SideBySide logs = log(log -> log.put("a", "1").put("b", "2").put("c", "3"));
    clean(logs);

    CleanStats again = logs.cleaning().fromStart().reshaping(REBATCH).run(logs.ours()).stats();

    assertThat(again.bytesWritten()).isZero();
    assertThat(again.segmentsUntouched()).isEqualTo(1);
  }

  @Test
  void run_dryRun_sameSizeAsTheRealOne() throws IOException {
    SideBySide logs = log(log -> log.put("a", "1").put("b", "2").put("c", "3"));

    Cleaning dry = logs.cleaning().reshaping(REBATCH).dryRun();
    CleanStats told = dry.run(logs.ours()).stats();

    assertThat(cut(logs.ours())).hasSize(3);
    assertThat(clean(logs).bytesAfter()).isEqualTo(told.bytesAfter());
    assertThat(told.reshaped().batchesMerged()).isEqualTo(3);
  }

  /**
   * Why it is for partitions without other replicas: a follower of one that was not cleaned like
   * this may stand where no batch begins any more, and Kafka's log takes none that begins before.
   */
  @Test
  void append_followerWithinAMergedBatch_kafkaRefuses() throws IOException {
    SideBySide logs = log(log -> log.put("a", "1").put("b", "2").put("c", "3"));
    clean(logs);
    ByteBuffer leaders =
        ByteBuffer.wrap(Files.readAllBytes(logs.ours().resolve("00000000000000000000.log")));
    Path followerDir = temp.resolve("follower");
    try (ScriptedLog follower = ScriptedLog.in(followerDir, Map.of())) {
      follower.put("a", "1").put("b", "2");
    }

    try (KafkaLog follower =
        KafkaLog.open(ScriptedLog.partition(followerDir), Map.of(), 0, ScriptedLog.TIME_MS, true)) {
      assertThatThrownBy(
              () -> follower.log().appendAsFollower(MemoryRecords.readableRecords(leaders), 0))
          .hasMessageContaining("Unexpected offset in append");
    }
  }

  private static ByteBuffer batch(
      long offset, int leaderEpoch, long timeMs, TimestampType type, String... keys) {
    MemoryRecordsBuilder builder =
        new MemoryRecordsBuilder(
            ByteBuffer.allocate(8192),
            RecordBatch.CURRENT_MAGIC_VALUE,
            Compression.NONE,
            type,
            offset,
            type == TimestampType.LOG_APPEND_TIME ? timeMs : RecordBatch.NO_TIMESTAMP,
            RecordBatch.NO_PRODUCER_ID,
            RecordBatch.NO_PRODUCER_EPOCH,
            RecordBatch.NO_SEQUENCE,
            false,
            false,
            leaderEpoch,
            Integer.MAX_VALUE);
    for (String key : keys) {
      builder.append(timeMs, key.getBytes(StandardCharsets.UTF_8), new byte[5]);
    }
    return builder.build().buffer();
  }
}
