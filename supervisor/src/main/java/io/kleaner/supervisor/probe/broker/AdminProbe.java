// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;

/**
 * Looks at a broker by the Admin API. What changes seldom is asked for seldom, more so of many
 * partitions, everything for all of them at once, and nothing but who is there while the requests
 * of the last minute are more than the bound. What a release doesn't offer is missing, with the
 * reason.
 *
 * <p>No client is made while the gate is shut. Not thread-safe; owned by one lookout.
 */
final class AdminProbe implements AutoCloseable {

  /** The bound on requests in a minute. */
  static final long MAX_REQUESTS_PER_MINUTE = 240;

  private static final int FAILURES_UNTIL_NEW_CLIENT = 5;

  private final AdminLink link;
  private final Clock clock;
  private final Supplier<OptionalInt> nodeHint;
  private final ReleaseGate gate;
  private final AdminTopics topicsLook = new AdminTopics();
  private final RequestMeter meter = new RequestMeter();
  private final Pace settings;
  private final Pace configs;
  private final Pace topics;
  private final Pace offsets;
  private final WatchedNode watched;
  private int failures;

  private Seen<BrokerConfig> config = Seen.missing(Source.ADMIN, "it was not asked for yet");
  private Map<String, Seen<TopicConfig>> topicConfigs = Map.of();
  private Seen<Map<TopicPartition, Replication>> hosted =
      Seen.missing(Source.ADMIN, "it was not asked for yet");
  private Map<TopicPartition, Seen<Offsets>> offsetsSeen = Map.of();
  private Map<TopicPartition, Seen<List<OpenTransaction>>> transactions = Map.of();

  /** What was made of all that; empty once something was asked for anew. */
  private Optional<Map<TopicPartition, AdminPartition>> made = Optional.empty();

  /**
   * @param nodeHint the broker's node id, if another source knows it
   * @param gate whether the broker may be asked
   */
  AdminProbe(AdminTarget target, Clock clock, Supplier<OptionalInt> nodeHint, ReleaseGate gate) {
    this.link = new AdminLink(target);
    this.clock = clock;
    this.nodeHint = nodeHint;
    this.gate = gate;
    this.watched = new WatchedNode(target.bootstrapServers());
    this.settings = new Pace(clock, 30_000);
    this.configs = new Pace(clock, 30_000);
    this.topics = new Pace(clock, 15_000);
    this.offsets = new Pace(clock, 10_000);
  }

  /**
   * Looks once.
   *
   * @throws KafkaException if not even the cluster can be described, or it must not be asked
   */
  AdminView look() throws InterruptedException {
    Optional<String> shut = gate.shut();
    if (shut.isPresent()) {
      throw new KafkaException(shut.get());
    }
    try {
      AdminView view = lookOn(link.admin());
      failures = 0;
      return view;
    } catch (KafkaException e) {
      forget(e);
      if (++failures % FAILURES_UNTIL_NEW_CLIENT == 0) {
        link.close();
      }
      throw e;
    }
  }

  private AdminView lookOn(Admin admin) throws InterruptedException {
    DescribeClusterResult cluster = admin.describeCluster();
    Collection<Node> nodes = AdminLink.await(cluster.nodes());
    String clusterId = AdminLink.await(cluster.clusterId());
    int node = watched.of(nodes, nodeHint.get());
    meter.note(clock.nanoTime(), link.requests());
    if (meter.perMinute() < MAX_REQUESTS_PER_MINUTE) {
      ask(admin, node);
    }
    meter.note(clock.nanoTime(), link.requests());
    BrokerIdentity identity =
        new BrokerIdentity(
            OptionalInt.of(node),
            Optional.ofNullable(clusterId),
            nodes.stream()
                .filter(each -> each.id() == node)
                .map(each -> each.host() + ":" + each.port())
                .findFirst(),
            Optional.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            nodes.stream().map(Node::id).sorted().toList());
    Map<TopicPartition, AdminPartition> all = made.orElseGet(this::partitions);
    made = Optional.of(all);
    return new AdminView(identity, config, all, hosted.map(Map::size), meter.perMinute());
  }

  private void ask(Admin admin, int node) throws InterruptedException {
    long nowMs = clock.nowMs();
    if (settings.isDue()) {
      config = step(settings, () -> AdminConfigs.broker(admin, node));
    }
    int times = Pace.times(hosted.get().map(Map::size).orElse(0));
    if (topics.isDue(times)) {
      hosted = step(topics, () -> topicsLook.look(admin, node, nowMs));
    }
    Set<TopicPartition> partitions = hosted.get().map(Map::keySet).orElse(Set.of());
    Set<String> names = partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet());
    boolean newTopics = !topicConfigs.keySet().containsAll(names);
    if (configs.isDue(times) || newTopics) {
      topicConfigs =
          step(configs, () -> AdminConfigs.topics(admin, names, topicConfigs, nowMs))
              .get()
              .orElse(Map.of());
    }
    if (offsets.isDue(times)) {
      Set<TopicPartition> compacted =
          partitions.stream().filter(this::isCompacted).collect(Collectors.toSet());
      Seen<Map<TopicPartition, Seen<Offsets>>> seen =
          step(offsets, () -> AdminOffsets.look(admin, compacted, offsetsSeen, nowMs));
      offsetsSeen = spread(seen, compacted);
      Seen<Map<TopicPartition, Seen<List<OpenTransaction>>>> pinned =
          step(
              offsets,
              () ->
                  PinnedByBroker.look(
                      new AdminTransactions(admin, config.get(), nowMs), heldBack()));
      transactions = spread(pinned, heldBack());
    }
  }

  /** Why there is nothing of any partition, or what there is of each. */
  private static <T> Map<TopicPartition, Seen<T>> spread(
      Seen<Map<TopicPartition, Seen<T>>> seen, Set<TopicPartition> asked) {
    if (seen instanceof Seen.Missing<Map<TopicPartition, Seen<T>>> missing) {
      return asked.stream().collect(Collectors.toMap(each -> each, each -> missing.as()));
    }
    return seen.get().orElseThrow();
  }

  private boolean isCompacted(TopicPartition partition) {
    Seen<TopicConfig> known = topicConfigs.get(partition.topic());
    return known != null
        && known.get().filter(each -> each.cleanupPolicy().isCompacted()).isPresent();
  }

  private Set<TopicPartition> heldBack() {
    return offsetsSeen.entrySet().stream()
        .filter(each -> each.getValue().get().filter(o -> o.lastStableLag() > 0).isPresent())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private Map<TopicPartition, AdminPartition> partitions() {
    Map<TopicPartition, AdminPartition> all = new HashMap<>();
    long atMs = hosted instanceof Seen.Known<?> known ? known.atMs() : 0;
    hosted
        .get()
        .orElse(Map.of())
        .forEach(
            (partition, replication) ->
                all.put(
                    partition,
                    new AdminPartition(
                        topicConfigs.getOrDefault(partition.topic(), notYet()),
                        offsetsSeen.getOrDefault(partition, notAsked(partition)),
                        Seen.known(replication, atMs),
                        transactions(partition))));
    return Map.copyOf(all);
  }

  private Seen<List<OpenTransaction>> transactions(TopicPartition partition) {
    Seen<List<OpenTransaction>> asked = transactions.get(partition);
    if (asked != null) {
      return asked;
    }
    return offsetsSeen.getOrDefault(partition, notAsked(partition)).map(any -> List.of());
  }

  private <T> Seen<T> notAsked(TopicPartition partition) {
    return isCompacted(partition)
        ? notYet()
        : Seen.missing(Source.ADMIN, "it is asked for compacted topics only");
  }

  private static <T> Seen<T> notYet() {
    return Seen.missing(Source.ADMIN, "it was not asked for yet");
  }

  /** One thing that is asked for. */
  @FunctionalInterface
  private interface Step<T> {
    T take() throws InterruptedException;
  }

  /** What one release, or one authorization, doesn't give must not cost the rest. */
  private <T> Seen<T> step(Pace pace, Step<T> step) throws InterruptedException {
    pace.done();
    made = Optional.empty();
    try {
      return Seen.known(step.take(), clock.nowMs());
    } catch (KafkaException e) {
      return Seen.missing(Source.ADMIN, Reason.of(e));
    }
  }

  private void forget(KafkaException failure) {
    config = Seen.missing(Source.ADMIN, Reason.of(failure));
    hosted = Seen.missing(Source.ADMIN, Reason.of(failure));
    topicConfigs = Map.of();
    offsetsSeen = Map.of();
    transactions = Map.of();
    made = Optional.empty();
    settings.reset();
    configs.reset();
    topics.reset();
    offsets.reset();
  }

  @Override
  public void close() {
    link.close();
  }
}
