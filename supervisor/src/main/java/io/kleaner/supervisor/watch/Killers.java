// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.broker.Death;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.BrokerPartitions;
import io.kleaner.supervisor.probe.broker.Seen;
import java.util.Comparator;
import java.util.HashSet;
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
   * The one that killed most of those that killed again, whose topic is there and not isolated.
   *
   * @param isolated topics that cleaners are kept from, by whomever
   */
  static Optional<TopicPartition> worst(Judgement judgement, Set<String> isolated) {
    return judgement.kills().keySet().stream()
        .filter(judgement::isKiller)
        .filter(each -> !isolated.contains(each.topic()) && !isAway(each.topic(), judgement))
        .sorted()
        .max(Comparator.comparingInt(each -> judgement.kills().get(each).size()));
  }

  private static boolean isAway(String topic, Judgement judgement) {
    return areTopicsKnown(judgement)
        && judgement.sample().partitions().keySet().stream()
            .noneMatch(each -> each.topic().equals(topic));
  }

  /** Whether the broker's topics are known. */
  static boolean areTopicsKnown(Judgement judgement) {
    return judgement.sample().partitions().values().stream()
        .anyMatch(each -> each.replication() instanceof Seen.Known);
  }
}
