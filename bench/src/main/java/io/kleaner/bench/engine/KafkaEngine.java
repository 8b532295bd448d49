// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.engine;

import io.kleaner.bench.workload.GeneratedLog;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.CheckpointFile;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.oracle.FrozenTime;
import io.kleaner.core.oracle.KafkaLog;
import java.io.IOException;
import java.nio.file.Path;
import java.security.DigestException;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.Cleaner;
import org.apache.kafka.storage.internals.log.CleanerStats;
import org.apache.kafka.storage.internals.log.LogToClean;
import org.apache.kafka.storage.internals.log.OffsetMap;
import org.apache.kafka.storage.internals.log.SkimpyOffsetMap;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.internals.utils.Throttler;

/**
 * Kafka 4.3.1's own cleaner as a broker's cleaner threads use it, with room in its map for one
 * round if that can be had. Loading the logs, which a broker has done long before, is not measured;
 * neither is making the map, which a thread makes once.
 */
final class KafkaEngine implements Engine {

  /** Half of a broker's default {@code log.cleaner.io.buffer.size}, as one thread gets it. */
  private static final int IO_BUFFER_BYTES = 256 * 1024;

  private static final int BYTES_PER_SLOT = 24;
  private static final double MAP_LOAD_FACTOR = 0.9;
  private static final int SPARE_KEYS = 1024;
  private static final int LARGEST_MAP = Integer.MAX_VALUE - 64;
  private static final int THROTTLE_CHECK_MS = 300;

  private final List<TimedCleaner> cleaners = new ArrayList<>();

  KafkaEngine(int threads, long mapKeys) {
    for (int i = 0; i < threads; i++) {
      try {
        cleaners.add(new TimedCleaner(i, mapBytes(mapKeys)));
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Memory of a map with room for a number of keys, or the largest that an array can be. */
  static int mapBytes(long keys) {
    double wanted = (keys + SPARE_KEYS) * BYTES_PER_SLOT / MAP_LOAD_FACTOR;
    return (int) Math.min(wanted, LARGEST_MAP);
  }

  @Override
  public double mapBytesPerKey() {
    return BYTES_PER_SLOT / MAP_LOAD_FACTOR;
  }

  /** A loaded log and where its dirty part begins. */
  private record Loaded(KafkaLog log, long firstDirtyOffset) {}

  @Override
  public Phases clean(Path logDir, Meter meter) throws IOException {
    List<Loaded> logs = new ArrayList<>();
    try {
      Map<TopicPartition, Long> cleaned =
          new CheckpointFile(new LocalFileSystem(), logDir, CheckpointFile.CLEANER).read();
      for (Map.Entry<TopicPartition, Long> each : cleaned.entrySet()) {
        Path dir = logDir.resolve(each.getKey().toString());
        KafkaLog log = KafkaLog.open(dir, GeneratedLog.CONFIG, 0, GeneratedLog.TIME_MS, true);
        log.log().updateHighWatermark(log.log().logEndOffset());
        logs.add(new Loaded(log, each.getValue()));
      }
      logs.sort(Comparator.comparingLong(each -> -each.log().log().size()));
      meter.start();
      Phases phases = PartitionQueue.drain(logs, cleaners);
      meter.stop();
      return phases;
    } finally {
      for (Loaded each : logs) {
        each.log().close();
      }
    }
  }

  /** Kafka's cleaner, and how long its first phase took. */
  private static final class TimedCleaner extends Cleaner implements PartitionQueue.Worker<Loaded> {

    private long mapNanos;

    TimedCleaner(int id, int mapBytes) throws NoSuchAlgorithmException {
      super(
          id,
          new SkimpyOffsetMap(mapBytes),
          IO_BUFFER_BYTES,
          Integer.MAX_VALUE,
          MAP_LOAD_FACTOR,
          new Throttler(Double.MAX_VALUE, THROTTLE_CHECK_MS, "bench", "bytes", Time.SYSTEM),
          new FrozenTime(GeneratedLog.TIME_MS),
          partition -> {});
    }

    @Override
    public void buildOffsetMap(
        UnifiedLog log, long start, long end, OffsetMap map, CleanerStats stats)
        throws IOException, DigestException {
      long began = System.nanoTime();
      super.buildOffsetMap(log, start, end, map, stats);
      mapNanos += System.nanoTime() - began;
    }

    @Override
    public Phases clean(Loaded loaded) throws IOException {
      UnifiedLog log = loaded.log().log();
      long end = log.activeSegment().baseOffset();
      long next = loaded.firstDirtyOffset();
      int rounds = 0;
      mapNanos = 0;
      long start = System.nanoTime();
      try {
        while (next < end) {
          LogToClean toClean = new LogToClean(log, next, end, false);
          next = doClean(toClean, GeneratedLog.TIME_MS).getKey();
          rounds++;
        }
      } catch (DigestException e) {
        throw new AssertionError(e);
      }
      return new Phases(mapNanos, System.nanoTime() - start - mapNanos, rounds, 0);
    }
  }
}
