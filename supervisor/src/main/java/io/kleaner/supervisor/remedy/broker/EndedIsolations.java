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
import java.util.stream.Collectors;

/**
 * Isolations that keep no cleaner away any more, though a journal has them open.
 *
 * <ol>
 *   <li>A topic has one of the settings alone: the run that made them was killed between the two,
 *       or somebody changed the other since. What is left of ours serves nobody, and hides what was
 *       there before. Where a broker that is behind may show the same of a whole one, it is
 *       believed after a minute of looks only.
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
  private final Map<ConfigTarget, Since> endedSince = new HashMap<>();
  private Map<ConfigOverride, Rest> found = Map.of();
  private OptionalLong lookedNs = OptionalLong.empty();

  EndedIsolations(ConfigAccess access, Clock clock) {
    this.access = access;
    this.clock = clock;
  }

  /** Since when every look has shown the same. */
  private record Since(Rest rest, long ns) {}

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
    endedSince.keySet().retainAll(byTopic.keySet());
    long nowNs = clock.nanoTime();
    if (lookedNs.isPresent()
        && nowNs - lookedNs.getAsLong() > TimeUnit.MILLISECONDS.toNanos(UNSEEN_MS)) {
      endedSince.clear();
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
            endedSince.remove(topic);
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
    endedSince.clear();
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
    if (!none && TopicIsolation.isIsolated(key -> settings.get(key).own())) {
      endedSince.remove(topic);
      return Optional.empty();
    }
    Rest rest = none ? Rest.NONE : Rest.HALF;
    long nowNs = clock.nanoTime();
    Since since =
        endedSince.compute(
            topic,
            (each, former) ->
                former != null && former.rest() == rest ? former : new Since(rest, nowNs));
    boolean certain = !none && (isCertain(ours, settings) || ours.stream().anyMatch(this::wasHalf));
    return certain || nowNs - since.ns() >= TimeUnit.MILLISECONDS.toNanos(APPLIED_MS)
        ? Optional.of(rest)
        : Optional.empty();
  }

  private boolean wasHalf(ConfigOverride override) {
    return found.get(override) == Rest.HALF;
  }

  /**
   * Whether no broker that is behind can show that half: where the other was never written down, or
   * is what neither was there before us nor a compaction on demand sets, which may have given way.
   */
  private static boolean isCertain(Set<ConfigOverride> ours, Map<String, Former> settings) {
    Set<String> keys = ours.stream().map(ConfigOverride::key).collect(Collectors.toSet());
    return !keys.containsAll(Isolation.SETTINGS.keySet())
        || ours.stream().anyMatch(each -> isSomeoneElses(each, settings.get(each.key()).own()));
  }

  private static boolean isSomeoneElses(ConfigOverride override, Optional<String> now) {
    return !now.equals(Optional.of(override.ours()))
        && !now.equals(override.former().own())
        && !OnDemandSettings.seemSet(now);
  }
}
