// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.BrokerPartitions;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.Gauge;
import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.probe.broker.Offsets;
import io.kleaner.supervisor.probe.broker.PartitionFiles;
import io.kleaner.supervisor.probe.broker.Seen;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What has to be remembered of earlier samples to judge the newest: a window in a compact form.
 * Does no I/O and asks no clock. Not thread-safe; owned by one judge. Memory: some hundred bytes a
 * partition.
 */
final class BrokerHistory {

  private final long windowMs;
  private final ThreadHistory threads = new ThreadHistory();
  private final Map<TopicPartition, PartitionTrack> partitions = new HashMap<>();
  private final Map<TopicPartition, Watermark> watermarks = new HashMap<>();

  /** Those of the sample before: what is the same again has been added. */
  private BrokerPartitions partitionsSeen = BrokerPartitions.NONE;

  private PartitionSums sums = PartitionSums.NONE;

  private final Map<Path, Trend> freeBytes = new HashMap<>();
  private final Trend dirtyBytes;
  private final Trend refusedUnkeyed;

  private long progressMs = -1;
  private long newestCleanMs = -1;
  private long firstMs = -1;
  private boolean gaugesSeen;
  private long offlineLogDirs;

  /**
   * The high watermark of a partition.
   *
   * @param highest that was seen before it went back last, or now
   * @param now the newest
   * @param wentBackMs when it was last seen lower than before, -1 if never
   */
  record Watermark(long highest, long now, long wentBackMs) {

    private Watermark next(long seen, long atMs) {
      return seen < now ? new Watermark(now, seen, atMs) : new Watermark(highest, seen, wentBackMs);
    }
  }

  BrokerHistory(long windowMs) {
    this.windowMs = windowMs;
    this.dirtyBytes = new Trend(windowMs);
    this.refusedUnkeyed = new Trend(windowMs);
  }

  /** Goes on by one sample. */
  void add(BrokerSample sample) {
    if (firstMs < 0) {
      firstMs = sample.atMs();
    }
    if (threads.isOfAnotherProcess(sample)) {
      offlineLogDirs = 0;
    }
    boolean progressed = addPartitions(sample);
    progressed |= addLog(sample);
    if (progressed) {
      progressMs = sample.atMs();
    }
    threads.add(sample, progressed);
    sample
        .logDirs()
        .forEach(
            (dir, facts) ->
                facts
                    .get()
                    .filter(each -> each.usableBytes() >= 0)
                    .ifPresent(
                        each ->
                            freeBytes
                                .computeIfAbsent(dir, path -> new Trend(windowMs))
                                .add(sample.atMs(), each.usableBytes())));
    sample
        .gauges()
        .get()
        .ifPresent(
            gauges -> {
              gaugesSeen |= !gauges.values().isEmpty();
              gauges
                  .get(Gauge.OFFLINE_LOG_DIRECTORY_COUNT)
                  .ifPresent(count -> offlineLogDirs = (long) count);
              OptionalDouble refused = gauges.get(Gauge.NO_KEY_COMPACTED_TOPIC_RECORDS);
              refused.ifPresent(count -> refusedUnkeyed.add(sample.atMs(), (long) count));
            });
  }

  @SuppressWarnings("ReferenceEquality") // they are others only when something is new of one
  private boolean addPartitions(BrokerSample sample) {
    boolean progressed = false;
    if (sample.partitions() != partitionsSeen) {
      partitions.keySet().retainAll(sample.partitions().keySet());
      watermarks.keySet().retainAll(sample.partitions().keySet());
      for (BrokerPartition partition : sample.partitions().values()) {
        if (!partition.equals(partitionsSeen.get(partition.partition()))) {
          progressed |= add(partition);
        }
      }
      partitionsSeen = sample.partitions();
      sums = PartitionSums.of(partitionsSeen);
    }
    sums.dirtyBytes().ifPresent(bytes -> dirtyBytes.add(sample.atMs(), bytes));
    return progressed;
  }

  /** Of one that is not as it was at the sample before; whether it got cleaner. */
  private boolean add(BrokerPartition partition) {
    if (partition.offsets() instanceof Seen.Known<Offsets> offsets) {
      long seen = offsets.value().highWatermark();
      watermarks.merge(
          partition.partition(),
          new Watermark(seen, seen, -1),
          (before, first) -> before.next(seen, offsets.atMs()));
    }
    if (!(partition.files() instanceof Seen.Known<PartitionFiles> files)) {
      return false;
    }
    Optional<PartitionTrack> before = Optional.ofNullable(partitions.get(partition.partition()));
    PartitionTrack track = PartitionTrack.next(before, files.value(), files.atMs());
    partitions.put(partition.partition(), track);
    return before.filter(b -> b.firstDirtyOffset() < track.firstDirtyOffset()).isPresent();
  }

  private boolean addLog(BrokerSample sample) {
    long newest =
        sample.log().get().flatMap(log -> log.last(LogEvent.Cleaned.class)).stream()
            .mapToLong(LogEvent.Cleaned::atMs)
            .findFirst()
            .orElse(-1);
    boolean later = newest > newestCleanMs;
    newestCleanMs = Math.max(newest, newestCleanMs);
    return later;
  }

  /** When the broker last started, milliseconds since the epoch; empty if no source says. */
  OptionalLong startedMs(BrokerSample sample) {
    OptionalLong byJmx = threads.jvmStartedMs();
    Optional<LogEvent.BrokerStarted> line =
        sample.log().get().flatMap(log -> log.last(LogEvent.BrokerStarted.class));
    return line.isPresent()
        ? OptionalLong.of(Math.max(line.get().atMs(), byJmx.orElse(Long.MIN_VALUE)))
        : byJmx;
  }

  /** What became of its cleaner's threads. */
  ThreadHistory threads() {
    return threads;
  }

  /** Of a partition, if its files were seen. */
  Optional<PartitionTrack> partition(TopicPartition partition) {
    return Optional.ofNullable(partitions.get(partition));
  }

  /** What all partitions come to together. */
  PartitionSums sums() {
    return sums;
  }

  /** The high watermark of a partition, if it was ever seen. */
  Optional<Watermark> watermark(TopicPartition partition) {
    return Optional.ofNullable(watermarks.get(partition));
  }

  /** When something last got clean as far as was seen, -1 if nothing did. */
  long progressMs() {
    return progressMs;
  }

  /** When the first sample was taken, -1 before. */
  long firstMs() {
    return firstMs;
  }

  /** Usable bytes of a log directory over time. */
  Optional<Trend> freeBytes(Path dir) {
    return Optional.ofNullable(freeBytes.get(dir));
  }

  /** Dirty bytes of all partitions over time. */
  Trend dirtyBytes() {
    return dirtyBytes;
  }

  /** Records without a key that the broker refused, over time. */
  Trend refusedUnkeyed() {
    return refusedUnkeyed;
  }

  /** Whether there ever was a stock gauge. */
  boolean gaugesSeen() {
    return gaugesSeen;
  }

  /** Log directories that the broker's process said it lost, as it said last. */
  long offlineLogDirs() {
    return offlineLogDirs;
  }
}
