// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.judge.broker.PartitionStory;
import io.kleaner.supervisor.judge.broker.PartitionVerdict;
import io.kleaner.supervisor.judge.broker.SourceState;
import io.kleaner.supervisor.metrics.Metrics;
import io.kleaner.supervisor.probe.broker.BrokerIdentity;
import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.service.Announcer;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.SupervisedApi;
import io.kleaner.supervisor.service.Supervisor;
import io.kleaner.supervisor.service.SupervisorThread;
import io.kleaner.supervisor.service.Views;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** The sidecar as the API shows it: reads snapshots, and hands actions to the supervisor. */
public final class WatchFacade extends SupervisedApi<WatchSnapshot> {

  private static final long LATE_MS = 5_000;

  private final WatchSetup setup;
  private final WatchActions actions;
  private final BrokerHands hands;
  private final WatchMetrics feed;
  private volatile Shown shown = new Shown(-1, List.of());

  /** The partitions of one look: many may ask for them before the next. */
  private record Shown(long ticks, List<Map<String, Object>> partitions) {}

  WatchFacade(
      Clock clock,
      WatchSetup setup,
      Supervisor<WatchSnapshot> supervisor,
      WatchRounds rounds,
      BrokerHands hands,
      Chronicle chronicle,
      Announcer announcer,
      SupervisorThread thread,
      WatchMetrics feed) {
    super(clock, supervisor, thread, chronicle, announcer, LATE_MS);
    this.setup = setup;
    this.actions = new WatchActions(clock, supervisor, rounds, hands, chronicle);
    this.hands = hands;
    this.feed = feed;
  }

  @Override
  public Health ready() {
    Health alive = alive();
    if (!alive.ok()) {
      return alive;
    }
    Judgement judgement = snapshot().judgement();
    boolean blind =
        judgement.sources().stream().noneMatch(each -> each.kind() == SourceState.Kind.KNOWN);
    if (blind) {
      return new Health(false, "nothing is known of the broker: no source answers");
    }
    if (judgement.dead() > 0) {
      return new Health(
          false,
          judgement.dead() + " of " + judgement.threads().size() + " cleaner threads are dead");
    }
    long well = Healer.well(judgement);
    return well == 0
        ? new Health(false, "no cleaner thread is known to be well")
        : new Health(
            true, well + " of " + judgement.threads().size() + " cleaner threads are well");
  }

  @Override
  public String metrics(boolean openMetrics) {
    Metrics metrics = feed.refreshed();
    return openMetrics ? metrics.openMetricsText() : metrics.prometheusText();
  }

  @Override
  public Map<String, Object> status() {
    WatchSnapshot snapshot = snapshot();
    Judgement judgement = snapshot.judgement();
    Map<String, Object> map = status(snapshot.tick());
    map.put("kind", "watch");
    map.put("remedies", hands.unable().isEmpty());
    map.put("remediesOff", hands.unable());
    map.put("policy", policy());
    map.put("broker", broker(judgement));
    map.put("sources", judgement.sources().stream().map(WatchViews::source).toList());
    map.put("gauges", judgement.gauges().stream().map(WatchViews::gauge).toList());
    map.put("partitions", judgement.partitions().size());
    map.put("partitionsByState", byState(judgement));
    map.put("isolatedTopics", snapshot.isolated().stream().sorted().toList());
    map.put(
        "logDirs",
        judgement.sample().logDirs().entrySet().stream()
            .map(each -> WatchViews.logDir(each.getKey(), each.getValue(), judgement))
            .toList());
    map.put("deaths", judgement.deaths().size());
    map.put("recentDeaths", judgement.recentDeaths().size());
    map.put("cleans", events(judgement, LogEvent.Cleaned.class));
    map.put("culprits", culprits(snapshot));
    map.put("throttleBytesPerSecond", -1);
    map.put("chaos", false);
    return map;
  }

  private static long events(Judgement judgement, Class<? extends LogEvent> kind) {
    return judgement.sample().log().get().stream()
        .flatMap(log -> log.events().stream())
        .filter(kind::isInstance)
        .count();
  }

  private static Map<String, Object> culprits(WatchSnapshot snapshot) {
    Map<String, Object> map = new TreeMap<>();
    snapshot.culprits().forEach((partition, found) -> map.put(partition.toString(), found));
    return map;
  }

  private Map<String, Object> policy() {
    Map<String, Object> map = new LinkedHashMap<>();
    setup
        .policy()
        .inForce()
        .forEach(
            (remedy, consent) -> map.put(remedy.label(), consent.name().toLowerCase(Locale.ROOT)));
    return map;
  }

  private static Map<String, Object> broker(Judgement judgement) {
    Map<String, Object> map = new LinkedHashMap<>();
    Optional<BrokerIdentity> broker = judgement.sample().broker().get();
    map.put("nodeId", broker.map(each -> each.nodeId().orElse(-1)).orElse(-1));
    map.put("clusterId", broker.flatMap(BrokerIdentity::clusterId).orElse(""));
    map.put("address", broker.flatMap(BrokerIdentity::address).orElse(""));
    map.put("version", broker.flatMap(BrokerIdentity::version).orElse(""));
    map.put("startedAtMs", broker.map(each -> each.startedAtMs().orElse(-1)).orElse(-1L));
    map.put("pid", broker.map(each -> each.pid().orElse(-1)).orElse(-1L));
    return map;
  }

  private static Map<String, Object> byState(Judgement judgement) {
    Map<String, Object> map = new TreeMap<>();
    judgement.partitions().forEach(each -> map.merge(each.state(), 1, WatchFacade::sum));
    return map;
  }

  private static Object sum(Object one, Object other) {
    return (Integer) one + (Integer) other;
  }

  @Override
  public List<Map<String, Object>> partitions() {
    WatchSnapshot snapshot = snapshot();
    Shown last = shown;
    if (last.ticks() != snapshot.tick().ticks()) {
      last = new Shown(snapshot.tick().ticks(), partitions(snapshot.judgement()));
      shown = last;
    }
    return last.partitions();
  }

  private static List<Map<String, Object>> partitions(Judgement judgement) {
    Function<PartitionVerdict, Double> ratio =
        each ->
            judgement
                .sample()
                .partitions()
                .get(each.partition())
                .files()
                .get()
                .map(files -> files.dirtyRatio())
                .orElse(-1.0);
    return judgement.partitions().stream()
        .sorted(Comparator.comparing(ratio).reversed().thenComparing(PartitionVerdict::partition))
        .map(
            each ->
                WatchViews.partition(
                    each, judgement.sample().partitions().get(each.partition()), judgement))
        .toList();
  }

  @Override
  public List<Map<String, Object>> stories(String name) {
    Judgement judgement = snapshot().judgement();
    List<TopicPartition> named =
        name.isEmpty()
            ? List.copyOf(judgement.sample().partitions().keySet())
            : PartitionStory.named(name, judgement);
    return new Stories(named, judgement);
  }

  @Override
  public List<Map<String, Object>> workers() {
    WatchSnapshot snapshot = snapshot();
    return snapshot.judgement().threads().stream()
        .map(
            each ->
                WatchViews.thread(each, Optional.ofNullable(snapshot.standings().get(each.name()))))
        .toList();
  }

  @Override
  public List<Map<String, Object>> alerts() {
    return snapshot().tick().alerts().stream().map(Views::alert).toList();
  }

  @Override
  public List<Map<String, Object>> remedies() {
    return snapshot().tickets().stream().map(Ticket::map).toList();
  }

  @Override
  public ActionResult act(Action action, String target, String reason) {
    return act(action, target, reason, "");
  }

  @Override
  public ActionResult act(Action action, String target, String reason, String confirm) {
    return actions.act(action, target, reason, confirm);
  }

  @Override
  public boolean chaosEnabled() {
    return false;
  }
}
