// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.judge.broker.Isolation;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Isolations that keep no cleaner away any more, though a journal has them open.
 *
 * <ol>
 *   <li>A topic has one of the settings alone: the run that made them was killed between the two,
 *       or somebody changed the other since. What is left of ours serves nobody, and hides what was
 *       there before.
 *   <li>A topic has had none of ours for a minute: somebody ended the isolation by hand. An entry
 *       that stayed open would have the same text, set by a person later, pass for ours. A broker
 *       that is behind shows the same, so nothing is set then, and in that minute no look may have
 *       failed, or have been left out for long.
 * </ol>
 *
 * <p>What was found stays found while nobody can look. Thread-safe.
 */
final class EndedIsolations {

  /** By then every broker shows what was set. */
  private static final long APPLIED_MS = 60_000;

  /** Of what a topic showed between two looks that are further apart nobody knows anything. */
  private static final long UNSEEN_MS = 30_000;

  private final ConfigAccess access;
  private final Clock clock;
  private final Map<ConfigTarget, Long> noneSinceNs = new HashMap<>();
  private Map<ConfigOverride, Rest> found = Map.of();
  private OptionalLong lookedNs = OptionalLong.empty();

  EndedIsolations(ConfigAccess access, Clock clock) {
    this.access = access;
    this.clock = clock;
  }

  /** What a topic shows of an isolation that has ended. */
  enum Rest {
    /** One of its settings, which is taken back. */
    HALF,
    /** Nothing of ours. */
    NONE
  }

  /**
   * Those of a journal's open overrides that are of such an isolation in the cluster at hand. All
   * topics are asked for at once. One that was set a moment ago is none: a broker may show what was
   * before our change, or half of it; so one look alone that shows nothing of ours is no proof.
   *
   * @param open all that the journal has
   */
  synchronized Map<ConfigOverride, Rest> look(List<ConfigOverride> open, Optional<String> here) {
    Map<ConfigTarget, Set<ConfigOverride>> byTopic = new HashMap<>();
    Set<String> keys = new TreeSet<>(Isolation.SETTINGS.keySet());
    for (ConfigOverride each : open) {
      if (each.purpose() == Purpose.ISOLATE && each.clusterId().equals(here)) {
        byTopic.computeIfAbsent(each.target(), topic -> new HashSet<>()).add(each);
        keys.add(each.key());
      }
    }
    long nowMs = clock.nowMs();
    byTopic.values().removeIf(ours -> !isSettled(ours, nowMs));
    noneSinceNs.keySet().retainAll(byTopic.keySet());
    long nowNs = clock.nanoTime();
    if (lookedNs.isPresent()
        && nowNs - lookedNs.getAsLong() > TimeUnit.MILLISECONDS.toNanos(UNSEEN_MS)) {
      noneSinceNs.clear();
    }
    lookedNs = OptionalLong.of(nowNs);
    Map<ConfigTarget, Map<String, Former>> seen = access.readAll(byTopic.keySet(), keys);
    Map<ConfigOverride, Rest> ended = new HashMap<>();
    byTopic.forEach(
        (topic, ours) -> {
          if (seen.containsKey(topic)) {
            rest(topic, ours, seen.get(topic))
                .ifPresent(rest -> ours.forEach(each -> ended.put(each, rest)));
          } else {
            noneSinceNs.remove(topic);
            ours.stream()
                .filter(found::containsKey)
                .forEach(each -> ended.put(each, found.get(each)));
          }
        });
    found = Map.copyOf(ended);
    return found;
  }

  /** What was found last and is open still; for when nobody can look. */
  synchronized Set<ConfigOverride> last(List<ConfigOverride> open) {
    noneSinceNs.clear();
    Set<ConfigOverride> still = new HashSet<>(open);
    still.retainAll(found.keySet());
    return still;
  }

  private static boolean isSettled(Set<ConfigOverride> ours, long nowMs) {
    return ours.stream().allMatch(each -> nowMs - each.atMs() >= APPLIED_MS);
  }

  /** Empty if it has not ended, or nobody can be sure yet. */
  private Optional<Rest> rest(
      ConfigTarget topic, Set<ConfigOverride> ours, Map<String, Former> settings) {
    boolean none =
        ours.stream()
            .noneMatch(each -> settings.get(each.key()).own().equals(Optional.of(each.ours())));
    if (!none) {
      noneSinceNs.remove(topic);
      return TopicIsolation.isIsolated(key -> settings.get(key).own())
          ? Optional.empty()
          : Optional.of(Rest.HALF);
    }
    long nowNs = clock.nanoTime();
    long sinceNs = noneSinceNs.computeIfAbsent(topic, each -> nowNs);
    return nowNs - sinceNs >= TimeUnit.MILLISECONDS.toNanos(APPLIED_MS)
        ? Optional.of(Rest.NONE)
        : Optional.empty();
  }
}
