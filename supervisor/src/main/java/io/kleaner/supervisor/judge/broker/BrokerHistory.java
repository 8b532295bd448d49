// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.probe.broker.BrokerConfig;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.BrokerPartitions;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerLog;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.Gauge;
import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.probe.broker.Offsets;
import io.kleaner.supervisor.probe.broker.PartitionFiles;
import io.kleaner.supervisor.probe.broker.Seen;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What has to be remembered of earlier samples to judge the newest: a window in a compact form.
 * Does no I/O and asks no clock. Not thread-safe; owned by one judge. Memory: some hundred bytes a
 * partition.
 */
final class BrokerHistory {

  private static final int OBSERVED_DEATHS = 200;

  private final long windowMs;
  private final SortedMap<String, ThreadTrack> threads = new TreeMap<>();
  private final Map<String, Absence> absences = new HashMap<>();
  private final Map<TopicPartition, PartitionTrack> partitions = new HashMap<>();
  private final Map<TopicPartition, Watermark> watermarks = new HashMap<>();

  /** Those of the sample before: what is the same again has been added. */
  private BrokerPartitions partitionsSeen = BrokerPartitions.NONE;

  private PartitionSums sums = PartitionSums.NONE;

  private final Map<Path, Trend> freeBytes = new HashMap<>();
  private final Trend dirtyBytes;
  private final Trend refusedUnkeyed;
  private final List<Death> observed = new ArrayList<>();
  private int mostThreads;
  private long threadsAtMs = -1;

  /** When a look last found a thread that the one before had not found, -1 if none did. */
  private long cameMs = -1;

  private long progressMs = -1;
  private long newestCleanMs = -1;
  private long firstMs = -1;
  private boolean gaugesSeen;
  private long offlineLogDirs;
  private final Startup startup = new Startup();

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

  /**
   * A thread that was there, or should be, and is not.
   *
   * @param sinceMs first look without it
   * @param lastThereMs when a look found it there last, -1 if none ever did
   * @param looks without it
   */
  record Absence(long sinceMs, long lastThereMs, int looks) {}

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
    if (startup.next(sample)) {
      // Threads of a process that has ended did not die.
      threads.clear();
      absences.clear();
      offlineLogDirs = 0;
    }
    boolean progressed = addPartitions(sample);
    progressed |= addLog(sample);
    if (progressed) {
      progressMs = sample.atMs();
    }
    addThreads(sample, progressed);
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

  private void addThreads(BrokerSample sample, boolean progressed) {
    if (!(sample.threads() instanceof Seen.Known<List<CleanerThread>> known)
        || known.atMs() <= threadsAtMs) {
      return;
    }
    if (startup.isUnderWay()) {
      return;
    }
    long lookBeforeMs = threadsAtMs;
    threadsAtMs = known.atMs();
    Map<String, CleanerThread> now = new HashMap<>();
    known.value().forEach(thread -> now.put(thread.name(), thread));
    mostThreads = Math.max(mostThreads, now.size());
    if (lookBeforeMs >= 0 && now.values().stream().anyMatch(this::isNew)) {
      cameMs = known.atMs();
    }
    int expected = ThreadRules.expected(sample, mostThreads).orElse(mostThreads);
    for (int i = 0; i < expected; i++) {
      String name = ThreadRules.NAME + i;
      if (now.containsKey(name)) {
        absences.remove(name);
      } else {
        Absence before = absences.get(name);
        absences.put(
            name,
            before == null
                ? new Absence(known.atMs(), threads.containsKey(name) ? lookBeforeMs : -1, 1)
                : new Absence(before.sinceMs(), before.lastThereMs(), before.looks() + 1));
        if (before != null && before.looks() == 1 && threads.containsKey(name)) {
          vanished(sample, name, before);
        }
      }
    }
    absences.keySet().removeIf(name -> ThreadRules.number(name).orElse(0) >= expected);
    // One that is missing at a single look may just be being replaced.
    threads.keySet().removeIf(name -> !now.containsKey(name) && absences.get(name) == null);
    now.forEach(
        (name, thread) ->
            threads.put(
                name,
                ThreadTrack.next(
                    Optional.ofNullable(threads.get(name)), thread, progressed, known.atMs())));
  }

  private boolean isNew(CleanerThread thread) {
    ThreadTrack before = threads.get(thread.name());
    return before == null || before.thread().id() != thread.id();
  }

  /** A death that only our looks tell; where a log is read, its lines count. */
  private void vanished(BrokerSample sample, String name, Absence absence) {
    threads.remove(name);
    if (sample.log() instanceof Seen.Known<CleanerLog> || mayBeOneTooMany(sample, absence)) {
      return;
    }
    observed.add(
        new Death(
            absence.sinceMs(),
            ThreadRules.number(name),
            DeathCause.UNKNOWN,
            Optional.empty(),
            Optional.empty()));
    if (observed.size() > OBSERVED_DEATHS) {
      observed.remove(0);
    }
  }

  /** Threads that are there, by name; one that was missing at the last look alone is still here. */
  SortedMap<String, ThreadTrack> threads() {
    return threads;
  }

  /** When the broker's JVM started, milliseconds since the epoch; empty if not known. */
  OptionalLong jvmStartedMs() {
    return startup.jvmStartedMs();
  }

  /** Whether the broker's JVM is there and its cleaner may be yet to begin. */
  boolean isStarting() {
    return startup.isUnderWay();
  }

  /** Threads that should be there and are not, by name. */
  Map<String, Absence> absences() {
    return absences;
  }

  /**
   * Whether the cleaner was started anew since a thread was there, by settings that were not read
   * since: it may have been given fewer threads.
   */
  boolean mayBeOneTooMany(BrokerSample sample, Absence absence) {
    return absence.lastThereMs() >= 0
        && cameMs >= absence.sinceMs()
        && sample.config() instanceof Seen.Known<BrokerConfig> settings
        && settings.atMs() < cameMs;
  }

  /** Whether the last look at threads, later than that, found it there. */
  boolean wasAliveAfter(String name, long atMs) {
    return threadsAtMs > atMs && threads.containsKey(name) && !absences.containsKey(name);
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

  /** Deaths that no log told, the oldest first. */
  List<Death> observed() {
    return observed;
  }

  /** Most threads that were seen at a time. */
  int mostThreads() {
    return mostThreads;
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
