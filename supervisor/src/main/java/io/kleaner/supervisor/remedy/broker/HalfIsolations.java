// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.supervisor.judge.broker.Isolation;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Isolations of which a topic has one setting alone: the run that made it was killed between the
 * two, or somebody changed the other since. Such a topic is compacted, so what is left of ours
 * serves nobody, and hides what was there before. Stateless.
 */
final class HalfIsolations {

  /** By then every broker shows what was set. */
  private static final long APPLIED_MS = 60_000;

  private HalfIsolations() {}

  /**
   * Those of a journal's open overrides that are of such an isolation in the cluster at hand. A
   * topic that shows nothing of ours is none, nor is one that the broker does not tell, nor one
   * that was set a moment ago: a broker may show what was before our change, or half of it.
   *
   * @param nowMs milliseconds since the epoch
   */
  static Set<ConfigOverride> of(
      List<ConfigOverride> open, Optional<String> here, ConfigAccess access, long nowMs) {
    Map<ConfigTarget, Set<ConfigOverride>> byTopic = new HashMap<>();
    open.stream()
        .filter(each -> each.purpose() == Purpose.ISOLATE && each.clusterId().equals(here))
        .forEach(
            each -> byTopic.computeIfAbsent(each.target(), topic -> new HashSet<>()).add(each));
    Set<ConfigOverride> halves = new HashSet<>();
    byTopic.forEach(
        (topic, ours) -> {
          if (isSettled(ours, nowMs) && isHalf(topic, ours, access)) {
            halves.addAll(ours);
          }
        });
    return halves;
  }

  private static boolean isSettled(Set<ConfigOverride> ours, long nowMs) {
    return ours.stream().allMatch(each -> nowMs - each.atMs() >= APPLIED_MS);
  }

  private static boolean isHalf(ConfigTarget topic, Set<ConfigOverride> ours, ConfigAccess access) {
    Set<String> keys = new TreeSet<>(Isolation.SETTINGS.keySet());
    ours.forEach(each -> keys.add(each.key()));
    try {
      Map<String, Former> now = access.read(topic, keys);
      return !TopicIsolation.isIsolated(key -> now.get(key).own())
          && ours.stream()
              .anyMatch(each -> now.get(each.key()).own().equals(Optional.of(each.ours())));
    } catch (IOException e) {
      // Not seen is not half; the next look tells.
      return false;
    }
  }
}
