// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.probe.broker.BrokerConfig;
import io.kleaner.supervisor.probe.broker.BrokerIdentity;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.BrokerPartition.LastClean;
import io.kleaner.supervisor.probe.broker.BrokerPartitions;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanAhead;
import io.kleaner.supervisor.probe.broker.CleanerGauges;
import io.kleaner.supervisor.probe.broker.CleanerLog;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.ConfigValue;
import io.kleaner.supervisor.probe.broker.Eligibility;
import io.kleaner.supervisor.probe.broker.Gauge;
import io.kleaner.supervisor.probe.broker.LogDirFacts;
import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.probe.broker.Offsets;
import io.kleaner.supervisor.probe.broker.OpenTransaction;
import io.kleaner.supervisor.probe.broker.PartitionFiles;
import io.kleaner.supervisor.probe.broker.ReclaimEstimate;
import io.kleaner.supervisor.probe.broker.Replication;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.Source;
import io.kleaner.supervisor.probe.broker.StackClass;
import io.kleaner.supervisor.probe.broker.TopicConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A broker as samples show it, changed step by step, with a judge that looks every second. */
public final class Broker {

  public static final Path DIR = Path.of("/data");
  public static final long START_MS = 1_800_000_000_000L;
  public static final TopicPartition ORDERS = new TopicPartition("orders", 0);
  public static final TopicPartition POISON = new TopicPartition("poison", 0);

  long nowMs = START_MS;

  /** Of its release; empty if nobody tells it. */
  String version = "4.3.1";

  OptionalLong startedAtMs = OptionalLong.empty();
  public OptionalLong maxHeapBytes = OptionalLong.empty();
  Optional<List<CleanerThread>> threads = Optional.of(List.of(idle(0, 30)));
  final Map<String, ConfigValue> config = new HashMap<>();

  /** Whether its settings are seen. */
  public boolean configKnown = true;

  /** Its number, empty if no source says. */
  public OptionalInt nodeId = OptionalInt.of(1);

  /** Its cluster, empty if no source says. */
  public Optional<String> clusterId = Optional.empty();

  /** When its settings were looked at; empty for now. */
  public OptionalLong settingsSeenMs = OptionalLong.empty();

  /** Whether JMX answers when it is asked for them. */
  boolean gaugesKnown = true;

  final Map<Gauge, Double> gauges = new EnumMap<>(Gauge.class);
  final Map<String, CleanerGauges.Uncleanable> uncleanable = new HashMap<>();
  Optional<List<LogEvent>> log = Optional.of(new ArrayList<>());

  /** By how much the times in its log are ahead. */
  long logTimesOffMs;

  LogDirFacts dir = facts(1L << 40);

  /** Another directory of its. */
  Optional<Path> unreadableDir = Optional.empty();

  Set<String> isolated = Set.of();

  /** By topic, until when deaths at it count no more. */
  final Map<String, Long> forgivenMs = new HashMap<>();

  Set<Source> named = EnumSet.allOf(Source.class);
  JudgeOptions options = JudgeOptions.defaults();
  private BrokerJudge judge;

  /** Healthy, with one thread. */
  public Broker() {
    set("log.cleaner.threads", "1");
    gauges.put(Gauge.DEAD_THREAD_COUNT, 0.0);
    gauges.put(Gauge.MAX_DIRTY_PERCENT, 0.0);
    partition(ORDERS, files -> {});
  }

  static LogDirFacts facts(long usableBytes) {
    return new LogDirFacts(OptionalInt.of(1), Optional.empty(), true, 1, usableBytes, List.of());
  }

  /** The last clean filled its map: as a broker shows it with the load factor that it has. */
  public void mapOfKeysFull() {
    gauges.put(Gauge.MAX_BUFFER_UTILIZATION_PERCENT, 89.0);
  }

  /** A setting of the broker. */
  public void set(String key, String value) {
    config.put(key, new ConfigValue(value, ConfigValue.Origin.STATIC));
  }

  static CleanerThread thread(int number, long id, StackClass stack, long cpuMs) {
    return new CleanerThread(
        "kafka-log-cleaner-thread-" + number,
        id,
        stack == StackClass.CLEANING ? Thread.State.RUNNABLE : Thread.State.TIMED_WAITING,
        stack,
        List.of("org.apache.kafka.Somewhere.at:7"),
        cpuMs * 1_000_000);
  }

  static CleanerThread idle(int number, long id) {
    return thread(number, id, StackClass.IDLE, 100);
  }

  /** What can be said of a partition's files. */
  public static final class Files {
    long sizeBytes = 1 << 20;
    long logStart;
    long logEnd = 1_000;
    OptionalLong checkpoint = OptionalLong.of(500);
    long firstDirty = 500;
    long dirtyBytes;
    double ratio;
    Eligibility.Kind kind = Eligibility.Kind.NOTHING_CLEANABLE;
    final Map<String, String> topic = new HashMap<>();

    /** Whether the topic's settings are seen. */
    boolean topicKnown = true;

    public Seen<Offsets> offsets = Seen.notAsked(Source.ADMIN);
    public Seen<Replication> replication = Seen.notAsked(Source.ADMIN);
    public Seen<List<OpenTransaction>> transactions = Seen.notAsked(Source.ADMIN);
    Optional<LogEvent.MarkedUncleanable> mark = Optional.empty();
    boolean seen = true;

    /** Whether a sample says what a clean would free: half of the dirt. */
    boolean sampled = true;

    int emptySegments;
    int paddedTimeIndexes;
    OptionalLong overflowingSegment = OptionalLong.empty();
    public Seen<CleanAhead> ahead =
        Seen.known(
            new CleanAhead(
                List.of(), 0, Optional.empty(), 0, 0, Optional.empty(), Optional.empty()),
            START_MS);

    /** Nobody says whether its topic is compacted. */
    void policyUnknown() {
      topicKnown = false;
      kind = Eligibility.Kind.UNKNOWN_POLICY;
    }

    /** A setting of the topic. */
    public void set(String key, String value) {
      topic.put(key, value);
    }

    /** By settings of the topic, whoever made them. */
    public void isolated() {
      set("min.cleanable.dirty.ratio", "1.0");
      set("max.compaction.lag.ms", Long.toString(Long.MAX_VALUE));
    }

    /** Its cleaner gave it up. */
    public void uncleanable(TopicPartition id) {
      mark =
          Optional.of(
              new LogEvent.MarkedUncleanable(
                  START_MS, "Marking partition as uncleanable", id, Optional.of("an error")));
    }

    public void eligible() {
      kind = Eligibility.Kind.ELIGIBLE;
      dirtyBytes = 1 << 20;
      ratio = 0.9;
    }
  }

  private final Map<TopicPartition, Files> all = new TreeMap<>();

  /** Changes a partition. */
  public void partition(TopicPartition id, Consumer<Files> change) {
    Files files = all.computeIfAbsent(id, each -> new Files());
    files.topic.putIfAbsent("cleanup.policy", "compact");
    change.accept(files);
  }

  private BrokerPartition build(TopicPartition id, Files files) {
    PartitionFiles seen =
        new PartitionFiles(
            DIR.resolve(id.toString()),
            files.sizeBytes,
            2,
            900,
            100,
            files.logStart,
            files.logEnd,
            files.checkpoint,
            files.firstDirty,
            OptionalLong.of(900),
            files.dirtyBytes,
            0,
            files.ratio,
            new Eligibility(
                files.kind,
                "a sentence",
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty()),
            nowMs,
            List.of(),
            files.emptySegments,
            files.paddedTimeIndexes,
            files.overflowingSegment);
    Map<String, ConfigValue> topic = new HashMap<>();
    files.topic.forEach(
        (key, value) -> topic.put(key, new ConfigValue(value, ConfigValue.Origin.TOPIC)));
    return new BrokerPartition(
        id,
        files.topicKnown ? Seen.known(new TopicConfig(topic), nowMs) : Seen.notAsked(Source.ADMIN),
        files.offsets,
        files.replication,
        files.seen ? Seen.known(seen, nowMs) : Seen.notAsked(Source.LOG_DIR),
        files.transactions,
        reclaimable(files),
        files.ahead,
        Optional.<LastClean>empty(),
        files.mark);
  }

  private Seen<ReclaimEstimate> reclaimable(Files files) {
    return files.sampled && files.dirtyBytes > 0
        ? Seen.known(
            new ReclaimEstimate(
                files.dirtyBytes / 2, Math.min(2L << 20, files.dirtyBytes), files.dirtyBytes, 9, 4),
            nowMs)
        : Seen.missing(Source.LOG_DIR, ReclaimEstimate.NOT_SAMPLED_YET);
  }

  private CleanerLog.LogFile logFile() {
    return new CleanerLog.LogFile(
        Path.of("/logs/server.log"), 1, 0, Optional.empty(), logTimesOffMs);
  }

  void log(LogEvent event) {
    log.orElseThrow().add(event);
  }

  /** A line of the log. */
  public void began(int thread, TopicPartition partition) {
    log(
        new LogEvent.BeganCleaning(
            nowMs, "Beginning cleaning of log " + partition, OptionalInt.of(thread), partition));
  }

  /** A line of the log. */
  public void died(int thread, String throwable, TopicPartition culprit) {
    log(
        new LogEvent.DiedOf(
            nowMs,
            "Error due to",
            OptionalInt.of(thread),
            Optional.of(throwable),
            Optional.of(culprit)));
  }

  /** A line of the log: what killed it does so no more. */
  public void cleaned(int thread, TopicPartition partition) {
    log(
        new LogEvent.Cleaned(
            nowMs, "cleaned log", OptionalInt.of(thread), partition, 0, 500, -1, -1));
  }

  /** A line of the log: it shuts its cleaner down, as it does first when it is stopped. */
  public void shutsItsCleanerDown() {
    log(new LogEvent.Stopped(nowMs, "Shutting down the log cleaner.", OptionalInt.empty()));
    noThreads();
  }

  /** A line of the log: it starts its cleaner. */
  public void startsItsCleaner() {
    log(new LogEvent.Started(nowMs, "Starting the log cleaner", OptionalInt.empty()));
  }

  /** A line of the log: it was restarted, and has one idle thread. */
  public void startedAnew(long threadId) {
    log(new LogEvent.BrokerStarted(nowMs, "starting"));
    aliveAs(threadId);
  }

  /** A judge that has seen nothing of it yet. */
  public BrokerJudge judge() {
    return new BrokerJudge(options, named);
  }

  /** Its time, milliseconds since the epoch. */
  public long nowMs() {
    return nowMs;
  }

  /** Lets time pass. */
  public void advance(long ms) {
    nowMs += ms;
  }

  /** Its threads are gone. */
  public void noThreads() {
    threads = Optional.of(List.of());
  }

  /** Nobody reads its log. */
  public void logUnseen() {
    log = Optional.empty();
  }

  /** Its threads are not seen. */
  public void threadsUnseen() {
    threads = Optional.empty();
  }

  /** It has one thread, which sleeps in the throttle and has something to clean. */
  public void asleepInTheThrottle() {
    threads = Optional.of(List.of(thread(0, 30, StackClass.THROTTLED, 100)));
    partition(ORDERS, Files::eligible);
  }

  /** So many threads, all of which clean. */
  public void working(int count) {
    set("log.cleaner.threads", Integer.toString(count));
    List<CleanerThread> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(thread(i, 30 + i, StackClass.CLEANING, 100));
    }
    threads = Optional.of(all);
  }

  /** Partitions of which more gets dirty in each second that passes than is cleaned. */
  public void getsDirtier(TopicPartition... ids) {
    for (TopicPartition id : ids) {
      partition(
          id,
          files -> {
            files.kind = Eligibility.Kind.ELIGIBLE;
            files.ratio = 0.9;
            files.dirtyBytes = Math.max(64L << 20, files.dirtyBytes) + (1 << 20);
            files.firstDirty++;
          });
    }
  }

  /** For so long deaths are counted together. */
  public long crashWindowMs() {
    return options.crashWindowMs();
  }

  /** For so long as falling behind takes. */
  public long trendWindowMs() {
    return options.trendWindowMs();
  }

  /** It has one thread, which has used this share of a processor since the beginning. */
  public void threadIs(StackClass stack, double cpuShare) {
    threads = Optional.of(List.of(thread(0, 30, stack, (long) (cpuShare * (nowMs - START_MS)))));
  }

  /** Someone isolates a topic. */
  public void isolate(String topic) {
    all.forEach(
        (id, files) -> {
          if (id.topic().equals(topic)) {
            files.isolated();
          }
        });
  }

  /** Someone deletes what isolates a topic. */
  public void compactAgain(String topic) {
    all.forEach(
        (id, files) -> {
          if (id.topic().equals(topic)) {
            files.topic.keySet().removeAll(Isolation.SETTINGS.keySet());
          }
        });
  }

  /** A topic's partition is deleted. */
  public void deleted(TopicPartition id) {
    all.remove(id);
  }

  /** It has one idle thread. */
  public void aliveAs(long id) {
    threads = Optional.of(List.of(idle(0, id)));
  }

  /** As it is now. */
  public BrokerSample sample() {
    TreeMap<TopicPartition, BrokerPartition> built = new TreeMap<>();
    all.forEach((id, files) -> built.put(id, build(id, files)));
    return new BrokerSample(
        nowMs,
        Seen.known(
            new BrokerIdentity(
                nodeId,
                clusterId,
                Optional.of("localhost:9092"),
                Optional.of(version).filter(each -> !each.isEmpty()),
                startedAtMs,
                OptionalLong.empty(),
                maxHeapBytes,
                List.of(1)),
            nowMs),
        threads
            .map(each -> Seen.known(each, nowMs))
            .orElse(Seen.missing(Source.JMX, "it does not answer")),
        named.contains(Source.JMX)
            ? gaugesKnown
                ? Seen.known(new CleanerGauges(gauges, uncleanable), nowMs)
                : Seen.missing(Source.JMX, "it does not answer")
            : Seen.notAsked(Source.JMX),
        configKnown
            ? Seen.known(new BrokerConfig(config), settingsSeenMs.orElse(nowMs))
            : Seen.missing(Source.ADMIN, "it does not answer"),
        log.map(
                each ->
                    Seen.known(
                        new CleanerLog(each, List.of(logFile()), true, Optional.empty()), nowMs))
            .orElse(Seen.notAsked(Source.BROKER_LOG)),
        BrokerPartitions.of(built),
        logDirs());
  }

  private SortedMap<Path, Seen<LogDirFacts>> logDirs() {
    SortedMap<Path, Seen<LogDirFacts>> dirs = new TreeMap<>();
    dirs.put(DIR, Seen.known(dir, nowMs));
    unreadableDir.ifPresent(
        each -> dirs.put(each, Seen.missing(Source.LOG_DIR, "it is not there")));
    return dirs;
  }

  /** Looks now. */
  Judgement look() {
    if (judge == null) {
      judge = new BrokerJudge(options, named);
    }
    return judge.judge(sample(), isolated, forgivenMs);
  }

  /** Looks every second for so long; the last look's judgement. */
  Judgement lookFor(long seconds) {
    return lookFor(seconds, () -> {});
  }

  /** The same, with something that changes before each look. */
  Judgement lookFor(long seconds, Runnable change) {
    Judgement last = look();
    for (long i = 0; i < seconds; i++) {
      nowMs += 1_000;
      change.run();
      last = look();
    }
    return last;
  }
}
