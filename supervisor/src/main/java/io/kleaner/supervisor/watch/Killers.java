// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.settings.CleanupPolicy;
import io.kleaner.supervisor.judge.broker.Death;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.BrokerPartitions;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.TopicConfig;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Partitions that kill the threads that clean them, and whether their topics are still there to do
 * so. Not thread-safe; owned by the supervisor's thread.
 */
final class Killers {

  private final Forgiven forgiven;

  /** Topics that the cluster listed at an earlier look, and that have not gone since. */
  private final Set<String> listed = new HashSet<>();

  private BrokerPartitions looked = BrokerPartitions.NONE;

  Killers(Forgiven forgiven) {
    this.forgiven = forgiven;
  }

  /**
   * Goes on by a look: a topic that was there and has gone is forgiven, since one that is made anew
   * under its name has killed nobody. One that was not there yet may only not be listed yet.
   */
  @SuppressWarnings("ReferenceEquality") // the same object says that nothing was seen since
  void look(Judgement judgement, long nowMs) {
    BrokerPartitions now = judgement.sample().partitions();
    if (now == looked || !areTopicsKnown(judgement)) {
      return;
    }
    Set<String> there = new HashSet<>();
    Set<String> listedNow = new HashSet<>();
    for (BrokerPartition each : now.values()) {
      there.add(each.partition().topic());
      if (each.replication() instanceof Seen.Known) {
        listedNow.add(each.partition().topic());
      }
    }
    judgement.kills().keySet().stream()
        .map(TopicPartition::topic)
        .distinct()
        .filter(each -> listed.contains(each) && !there.contains(each))
        .forEach(
            each ->
                forgiven.forgive(
                    each,
                    "this broker has no partition of it any more",
                    Math.max(nowMs, lastKillMs(each, judgement))));
    listed.retainAll(there);
    listed.addAll(listedNow);
    looked = now;
  }

  /** The times in a log may be ahead of our clock. */
  private static long lastKillMs(String topic, Judgement judgement) {
    return judgement.kills().entrySet().stream()
        .filter(each -> each.getKey().topic().equals(topic))
        .flatMap(each -> each.getValue().stream())
        .mapToLong(Death::atMs)
        .max()
        .orElseThrow();
  }

  /**
   * The one to isolate first, if there is any: of those that killed lately, or else of all, the one
   * that killed most. Its topic is there, is compacted as far as is known, and not isolated.
   *
   * @param isolated topics that cleaners are kept from, by whomever
   */
  static Optional<TopicPartition> worst(Judgement judgement, Set<String> isolated) {
    boolean known = areTopicsKnown(judgement);
    return judgement.kills().keySet().stream()
        .filter(judgement::isKiller)
        .filter(each -> !isolated.contains(each.topic()))
        .filter(each -> mayBeCleaned(each.topic(), known, judgement))
        .sorted()
        .max(
            Comparator.comparing(judgement::killedLately)
                .thenComparingInt(each -> judgement.kills().get(each).size()));
  }

  /** No cleaner takes what is not there, nor what is not compacted. */
  private static boolean mayBeCleaned(String topic, boolean topicsKnown, Judgement judgement) {
    List<CleanupPolicy> policies =
        judgement.sample().partitions().values().stream()
            .filter(each -> each.partition().topic().equals(topic))
            .map(Killers::policy)
            .toList();
    return policies.isEmpty()
        ? !topicsKnown
        : policies.stream().noneMatch(each -> each != CleanupPolicy.UNKNOWN && !each.isCompacted());
  }

  private static CleanupPolicy policy(BrokerPartition partition) {
    return partition.config().get().map(TopicConfig::cleanupPolicy).orElse(CleanupPolicy.UNKNOWN);
  }

  /** Whether the broker's topics are known. */
  static boolean areTopicsKnown(Judgement judgement) {
    return judgement.sample().partitions().values().stream()
        .anyMatch(each -> each.replication() instanceof Seen.Known);
  }
}
