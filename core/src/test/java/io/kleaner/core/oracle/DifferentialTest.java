// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.CleanStats;
import io.kleaner.core.compact.Cleaning;
import io.kleaner.core.compact.CompactionOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Generated logs, cleaned by Kafka 4.3.1 and by Kleaner side by side, round after round: data is
 * appended by Kafka's own log to what Kleaner left. After each round every file is the same, bytes,
 * names and modification times, and so is the checkpoint.
 *
 * <p>{@code -Dtest.seeds=N} adds seeds, {@code -Dtest.seed=N} runs one alone.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DifferentialTest {

  private static final int DEFAULT_SEEDS = 120;
  private static final int CLEANS_OF_AN_END = 3;
  static final long START_MS = 1_700_000_000_000L;
  static final String TOPIC = "generated";
  private static final String DATA_FILES = "\\d{20}\\.(log|index|timeindex|txnindex)";
  private static final String ALL_FILES = "\\d{20}\\..*|leader-epoch-checkpoint";

  @TempDir private Path temp;
  private final RetainCensus census = new RetainCensus();
  private int cleans;
  private int rolled;
  private int passedOver;
  private int leftUnread;
  private int spilledBits;

  static LongStream seeds() {
    return Long.getLong("test.seed") == null
        ? LongStream.concat(
            LongStream.range(0, DEFAULT_SEEDS + Long.getLong("test.seeds", 0)),
            LongStream.range(Shape.RARE, Shape.RARE + Shape.RARE_SHAPES))
        : LongStream.of(Long.getLong("test.seed"));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void run_generatedLog_sameFilesAsKafka(long seed) throws IOException {
    Shape shape = Shape.of(seed);
    Random random = new Random(~seed);
    Path logDir = Files.createDirectories(temp.resolve("ours-" + seed));
    Path partition = Files.createDirectories(logDir.resolve(TOPIC + "-0"));
    Files.writeString(logDir.resolve("meta.properties"), "version=1\ncluster.id=test\nnode.id=1\n");
    Files.createFile(logDir.resolve(".kafka_cleanshutdown"));

    LogGenerator generator = new LogGenerator(shape);
    Map<String, String> config = config(shape);
    long logStart = 0;
    long highWatermark = 0;
    long nowMs = START_MS;
    for (int round = 0; round < shape.rounds(); round++) {
      long logEnd = generator.append(partition, config, logStart, nowMs);
      ageNewSegments(partition, nowMs, random);
      highWatermark = shape.cutWatermark() ? random.nextLong(highWatermark, logEnd + 1) : logEnd;
      if (shape.raisedLogStart() && round > 0) {
        logStart = random.nextLong(logStart, highWatermark + 1);
        checkpoint(logDir, "log-start-offset-checkpoint", logStart);
      }
      checkpoint(logDir, "replication-offset-checkpoint", highWatermark);
      boolean boundsGiven = shape.cutWatermark() && shape.transactional() > 0;
      KafkaOracle.Round told = new KafkaOracle.Round(config, logStart, highWatermark, nowMs);
      cleanBoth(new Scene(shape, "" + round, told, firstDirty(logDir), boundsGiven, false), logDir);
      // Just before, at, or after what this round stamped is due.
      nowMs += shape.deleteRetentionMs() + random.nextInt(3) - 1;
      int more = random.nextBoolean() ? 1 : 0;
      // What ends the range is stamped, emptied, and met as an empty batch.
      for (int i = 0; i < (shape.emptyEnds() ? CLEANS_OF_AN_END : more); i++) {
        told = new KafkaOracle.Round(config, logStart, highWatermark, nowMs);
        cleanBoth(new Scene(shape, round + "-again" + i, told, 0, true, true), logDir);
        nowMs += shape.deleteRetentionMs() + random.nextInt(3) - 1;
      }
    }
  }

  private void cleanBoth(Scene scene, Path logDir) throws IOException {
    Path kafkaDir = Trees.copy(logDir, temp.resolve("kafka-" + scene.name()));
    Path before = Trees.copy(logDir, temp.resolve("before-" + scene.name()));
    String name = TOPIC + "-0";
    // The number of threads must not matter; every third log is read in one piece.
    long seed = scene.shape().seed();
    Cleaning cleaning = Cleaning.at(scene.round().nowMs()).threads(1 + (int) (seed % 3));
    if (seed % 9 > 2) {
      cleaning.readBytes(4096);
    }
    if (seed % 4 == 1) {
      // No memory for a bit of any record: all of them are spilled.
      cleaning.bitBytes(0);
    }
    scene.round().config().forEach(cleaning::config);
    if (scene.fromStart()) {
      cleaning.fromStart();
    }
    Cleaning.Result ours = cleaning.run(logDir.resolve(name));

    Optional<KafkaOracle.Cleaned> kafkas;
    try {
      kafkas = askKafka(scene, kafkaDir.resolve(name), ours);
    } catch (IllegalStateException e) {
      // It cannot empty a batch of an old format at the end of the range; we drop it.
      assertThat(e).as(scene.toString()).hasMessageContaining("Empty batches are only supported");
      assertThat(ours.outcome().orElseThrow())
          .as(scene.toString())
          .isInstanceOf(CompactionOutcome.Compacted.class);
      return;
    }

    String what = scene + " " + kafkas + " " + ours;
    assertSame(what, kafkaDir.resolve(name), logDir.resolve(name), scene);
    if (kafkas.isPresent()) {
      assertThat(ours.outcome().orElseThrow())
          .as(what)
          .isInstanceOfSatisfying(
              CompactionOutcome.Compacted.class,
              it -> assertThat(it.endOffset()).isEqualTo(kafkas.get().endOffset()));
      cleans++;
      countPassedOver(ours.stats());
      spilledBits += ours.stats().spilledBytes() > 0 ? 1 : 0;
      KafkaOracle.Cleaned cleaned = kafkas.get();
      RetentionModel.Told told =
          new RetentionModel.Told(
              cleaned.firstDirtyOffset(),
              cleaned.upperBoundOffset(),
              scene.round().nowMs(),
              scene.shape().deleteRetentionMs(),
              scene.shape().minLagMs(),
              true,
              false,
              cleaned.lastRecords());
      try {
        census.count(
            before.resolve(name), logDir.resolve(name), told, scene.round().highWatermark());
      } catch (AssertionError e) {
        throw new AssertionError(what, e);
      }
    }
    if (kafkas.isPresent() && !scene.boundsGiven()) {
      assertThat(checkpointed(logDir)).as(what).isEqualTo(checkpointed(kafkaDir));
    }
  }

  /**
   * Kafka chooses the range, unless the high watermark lies below the end of a log with
   * transactions: a broker that has just started then takes a transaction for decided whose marker
   * is not yet replicated, which a running one does not.
   */
  private static Optional<KafkaOracle.Cleaned> askKafka(
      Scene scene, Path partition, Cleaning.Result ours) throws IOException {
    if (!scene.boundsGiven()) {
      return KafkaOracle.cleanAsScheduled(partition, scene.round());
    }
    if (!(ours.outcome().orElse(null) instanceof CompactionOutcome.Compacted compacted)) {
      return Optional.empty();
    }
    long firstDirty = Math.max(scene.firstDirtyOffset(), scene.round().logStartOffset());
    return Optional.of(
        KafkaOracle.clean(partition, scene.round(), firstDirty, compacted.endOffset()));
  }

  /** Two passes and the deep comparison read every byte that is not passed over. */
  private void countPassedOver(CleanStats stats) {
    boolean allCompared = stats.segmentsUntouched() == 0;
    if (allCompared && stats.bytesRead() < 3 * stats.bytesBefore() + 2 * stats.bytesWritten()) {
      passedOver++;
    }
    boolean allStays = stats.segmentsUntouched() == stats.segmentsBefore();
    if (allStays && stats.bytesRead() < 2 * stats.bytesBefore()) {
      leftUnread++;
    }
  }

  private void assertSame(String what, Path kafkas, Path ours, Scene scene) throws IOException {
    assertThat(DirectoryDiff.strayAbortedTxns(ours)).as(what).isEmpty();
    if (DirectoryDiff.largestLog(kafkas) > scene.shape().segmentBytes()) {
      // Converted batches outgrew the segment: Kafka lets it grow, we begin another.
      for (String kind : List.of("log", "txnindex")) {
        assertThat(DirectoryDiff.joined(ours, kind))
            .as(what)
            .isEqualTo(DirectoryDiff.joined(kafkas, kind));
      }
      assertThat(KafkaIndexes.of(ours).problems()).as(what).isEmpty();
      rolled++;
      return;
    }
    assertThat(DirectoryDiff.between(kafkas, ours, DATA_FILES)).as(what).isEmpty();
    if (scene.boundsGiven()) {
      return;
    }
    // A broker that starts on it removes snapshots that belong to no segment, and nothing else.
    KafkaOracle.Round round = scene.round();
    KafkaOracle.load(ours, round.config(), round.logStartOffset(), round.nowMs(), true);
    assertThat(DirectoryDiff.between(kafkas, ours, ALL_FILES)).as(what).isEmpty();
  }

  /**
   * One round of one log.
   *
   * @param boundsGiven whether Kafka is told what range to clean
   * @param fromStart whether all is cleaned once more, with nothing new
   */
  private record Scene(
      Shape shape,
      String number,
      KafkaOracle.Round round,
      long firstDirtyOffset,
      boolean boundsGiven,
      boolean fromStart) {

    String name() {
      return shape.seed() + "-" + number;
    }
  }

  /** Every rule was met, in every format and with every codec. */
  @AfterAll
  void census_allSeeds_everyRuleMet() {
    if (Long.getLong("test.seed") != null) {
      return;
    }
    assertThat(census.neverMet(RetainBranch::isKafkas))
        .as("never met, of " + census.counts())
        .isEmpty();
    assertThat(census.metThoughImpossible()).isEmpty();
    assertThat(census.removedBytes()).isPositive();
    assertThat(cleans).isGreaterThan(DEFAULT_SEEDS);
    assertThat(rolled).isPositive();
    assertThat(passedOver).as("cleans whose second pass left something out").isGreaterThan(10);
    assertThat(spilledBits).as("cleans whose bits were spilled").isGreaterThan(20);
    assertThat(leftUnread).as("cleans that left what changes nowhere unread").isGreaterThan(10);
  }

  static Map<String, String> config(Shape shape) {
    Map<String, String> config = new TreeMap<>();
    config.put("segment.bytes", String.valueOf(shape.segmentBytes()));
    config.put("segment.index.bytes", String.valueOf(shape.segmentIndexBytes()));
    config.put("index.interval.bytes", String.valueOf(shape.indexIntervalBytes()));
    config.put("delete.retention.ms", String.valueOf(shape.deleteRetentionMs()));
    config.put("min.compaction.lag.ms", String.valueOf(shape.minLagMs()));
    return config;
  }

  /** Tombstones of old formats are judged by when their segment was last written. */
  static void ageNewSegments(Path partition, long nowMs, Random random) throws IOException {
    try (Stream<Path> files = Files.list(partition).sorted()) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (file.toString().endsWith(".log")
            && Files.getLastModifiedTime(file).toMillis() > nowMs) {
          Files.setLastModifiedTime(file, FileTime.fromMillis(nowMs - random.nextInt(150_000)));
        }
      }
    }
  }

  static void checkpoint(Path logDir, String file, long offset) throws IOException {
    Files.writeString(logDir.resolve(file), "0\n1\n" + TOPIC + " 0 " + offset + "\n");
  }

  private static Optional<String> checkpointed(Path logDir) throws IOException {
    Path file = logDir.resolve("cleaner-offset-checkpoint");
    // Kafka creates it empty when it has nothing to say.
    return Files.exists(file)
        ? Optional.of(Files.readString(file)).filter(content -> !content.isEmpty())
        : Optional.empty();
  }

  static long firstDirty(Path logDir) throws IOException {
    return checkpointed(logDir)
        .map(content -> content.strip().substring(content.strip().lastIndexOf(' ') + 1))
        .map(Long::parseLong)
        .orElse(0L);
  }
}
