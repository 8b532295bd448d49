// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.security.DigestException;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.Cleaner;
import org.apache.kafka.storage.internals.log.CleanerStats;
import org.apache.kafka.storage.internals.log.LastRecord;
import org.apache.kafka.storage.internals.log.LogCleanerManager;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.LogToClean;
import org.apache.kafka.storage.internals.log.OffsetMap;
import org.apache.kafka.storage.internals.log.PreCleanStats;
import org.apache.kafka.storage.internals.log.SkimpyOffsetMap;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.internals.utils.Throttler;

/**
 * Kafka 4.3.1 as the judge: its own loader and its own cleaner, run on a partition directory in
 * place. Whoever needs the directory as it was makes a copy first.
 */
public final class KafkaOracle {

  /** Room for 40,000 keys, far above what a small test writes. */
  public static final int DEFAULT_MAP_BYTES = 1024 * 1024;

  /** Half of a broker's default {@code log.cleaner.io.buffer.size}, as one thread gets it. */
  private static final int IO_BUFFER_BYTES = 256 * 1024;

  private static final double MAP_LOAD_FACTOR = 0.9;
  private static final int THROTTLE_CHECK_MS = 300;

  private KafkaOracle() {}

  /**
   * What a broker knows of a partition that it has loaded.
   *
   * @param segmentBases ascending
   * @param lastSequences by id of the active producers
   */
  public record Loaded(
      long logStartOffset,
      long logEndOffset,
      long lastStableOffset,
      List<Long> segmentBases,
      Map<Long, Integer> lastSequences) {}

  /**
   * What Kafka's cleaner did.
   *
   * @param firstDirtyOffset where it began
   * @param upperBoundOffset where it was to end at most
   * @param endOffset what it cleaned up to, exclusive; below the bound if its map was full
   * @param recordsWithoutKey that it dropped
   * @param mapNanos how long it took to build its map
   * @param copyNanos how long the rest took
   * @param lastRecords what the broker knew of each active producer, by its id
   */
  public record Cleaned(
      long firstDirtyOffset,
      long upperBoundOffset,
      long endOffset,
      long recordsRead,
      long recordsWritten,
      long recordsWithoutKey,
      long mapNanos,
      long copyNanos,
      Map<Long, LastRecord> lastRecords) {}

  /** What a clean is told, with Kafka's defaults unless it says otherwise. */
  public record Round(
      Map<String, String> config,
      long logStartOffset,
      long highWatermark,
      long nowMs,
      int mapBytes) {

    /** A round with a map that is never full. */
    public Round(Map<String, String> config, long logStartOffset, long highWatermark, long nowMs) {
      this(config, logStartOffset, highWatermark, nowMs, DEFAULT_MAP_BYTES);
    }
  }

  /**
   * Loads a partition as a starting broker does, which repairs and deletes, and closes it again.
   *
   * @param cleanShutdown whether the broker trusts what it finds
   */
  public static Loaded load(
      Path dir, Map<String, String> config, long logStartOffset, long nowMs, boolean cleanShutdown)
      throws IOException {
    try (KafkaLog kafka = KafkaLog.open(dir, config, logStartOffset, nowMs, cleanShutdown)) {
      UnifiedLog log = kafka.log();
      log.updateHighWatermark(log.logEndOffset());
      List<Long> bases = new ArrayList<>();
      log.logSegments().forEach(segment -> bases.add(segment.baseOffset()));
      return new Loaded(
          log.logStartOffset(),
          log.logEndOffset(),
          log.lastStableOffset(),
          List.copyOf(bases),
          new TreeMap<>(log.activeProducersWithLastSequence()));
    }
  }

  /** What a starting broker knows of each active producer, by its id. */
  static Map<Long, LastRecord> lastRecords(Path dir, Round round) throws IOException {
    try (KafkaLog kafka =
        KafkaLog.open(dir, round.config(), round.logStartOffset(), round.nowMs(), true)) {
      return kafka.log().lastRecordsOfActiveProducers();
    }
  }

  /** Cleans a given range after a clean shutdown, without looking at or writing a checkpoint. */
  public static Cleaned clean(Path dir, Round round, long firstDirtyOffset, long upperBoundOffset)
      throws IOException {
    try (KafkaLog kafka =
        KafkaLog.open(dir, round.config(), round.logStartOffset(), round.nowMs(), true)) {
      return clean(new LogToClean(kafka.log(), firstDirtyOffset, upperBoundOffset, false), round);
    }
  }

  /**
   * Cleans what Kafka's own cleaner manager chooses: it reads the cleaner checkpoint of the log
   * directory, derives the bounds, and writes the checkpoint when done.
   *
   * @return empty if it finds nothing to clean
   */
  public static Optional<Cleaned> cleanAsScheduled(Path dir, Round round) throws IOException {
    File logDir = dir.getParent().toFile();
    Time time = new FrozenTime(round.nowMs());
    try (KafkaLog kafka =
        KafkaLog.open(dir, round.config(), round.logStartOffset(), round.nowMs(), true)) {
      kafka.log().updateHighWatermark(round.highWatermark());
      ConcurrentMap<TopicPartition, UnifiedLog> logs = new ConcurrentHashMap<>();
      logs.put(kafka.log().topicPartition(), kafka.log());
      LogCleanerManager manager =
          new LogCleanerManager(List.of(logDir), logs, new LogDirFailureChannel(1));
      Optional<LogToClean> chosen = manager.grabFilthiestCompactedLog(time, new PreCleanStats());
      if (chosen.isEmpty()) {
        return Optional.empty();
      }
      Cleaned cleaned = clean(chosen.get(), round);
      manager.doneCleaning(kafka.log().topicPartition(), logDir, cleaned.endOffset());
      return Optional.of(cleaned);
    }
  }

  /**
   * What a consumer with {@code isolation.level=read_committed} is left with: the newest record of
   * each key, without tombstones.
   *
   * @return by key in hexadecimal: offset, timestamp, and value in hexadecimal
   */
  public static Map<String, String> liveRecords(
      Path dir, Map<String, String> config, long logStartOffset, long nowMs) throws IOException {
    try (KafkaLog kafka = KafkaLog.open(dir, config, logStartOffset, nowMs, true)) {
      UnifiedLog log = kafka.log();
      log.updateHighWatermark(log.logEndOffset());
      return new CommittedReader(log).liveRecords();
    }
  }

  /**
   * What such a consumer is left with, and where the log ends.
   *
   * @param live as {@link #liveRecords} has it
   */
  public record Reading(long logEndOffset, Map<String, String> live) {}

  /** Both, for one start of the broker after a clean shutdown. */
  public static Reading read(Path dir, Map<String, String> config, long nowMs) throws IOException {
    try (KafkaLog kafka = KafkaLog.open(dir, config, 0, nowMs, true)) {
      UnifiedLog log = kafka.log();
      log.updateHighWatermark(log.logEndOffset());
      return new Reading(log.logEndOffset(), new CommittedReader(log).liveRecords());
    }
  }

  private static Cleaned clean(LogToClean toClean, Round round) throws IOException {
    Time time = new FrozenTime(round.nowMs());
    try {
      TimedCleaner cleaner = new TimedCleaner(round.mapBytes(), time);
      Map<Long, LastRecord> lastRecords = toClean.log().lastRecordsOfActiveProducers();
      long start = System.nanoTime();
      Map.Entry<Long, CleanerStats> result = cleaner.doClean(toClean, round.nowMs());
      long nanos = System.nanoTime() - start;
      CleanerStats stats = result.getValue();
      return new Cleaned(
          toClean.firstDirtyOffset(),
          toClean.firstUncleanableOffset(),
          result.getKey(),
          stats.messagesRead(),
          stats.messagesWritten(),
          stats.invalidMessagesRead(),
          cleaner.mapNanos,
          nanos - cleaner.mapNanos,
          lastRecords);
    } catch (DigestException | NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Kafka's cleaner, and how long its first phase took. */
  private static final class TimedCleaner extends Cleaner {
    private long mapNanos;

    TimedCleaner(int mapBytes, Time time) throws NoSuchAlgorithmException {
      super(
          0,
          new SkimpyOffsetMap(mapBytes),
          IO_BUFFER_BYTES,
          Integer.MAX_VALUE,
          MAP_LOAD_FACTOR,
          new Throttler(Double.MAX_VALUE, THROTTLE_CHECK_MS, "oracle", "bytes", Time.SYSTEM),
          time,
          partition -> {});
    }

    @Override
    public void buildOffsetMap(
        UnifiedLog log, long start, long end, OffsetMap map, CleanerStats stats)
        throws IOException, DigestException {
      long began = System.nanoTime();
      super.buildOffsetMap(log, start, end, map, stats);
      mapNanos = System.nanoTime() - began;
    }
  }
}
