// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.ConfigValue;
import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.TopicConfig;
import io.kleaner.supervisor.remedy.broker.TopicIsolation;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which topics are isolated: those of our own journal, and those whose settings say so, whoever
 * made them: another broker's sidecar, or an operator. Settings are looked at seldom, so what the
 * hands found themselves counts until a later look. Thread-safe.
 */
final class IsolatedTopics {

  private final Map<String, Found> found = new ConcurrentHashMap<>();
  private volatile Set<String> ours = Set.of();

  private record Found(boolean isolated, long atMs) {}

  /** What the journal has now. */
  void ours(Set<String> topics) {
    ours = Set.copyOf(topics);
  }

  /** What a topic's settings said when they were read, milliseconds since the epoch. */
  void found(String topic, boolean isolated, long atMs) {
    found.put(topic, new Found(isolated, atMs));
  }

  /** Nothing newer is known of a topic than what the looks at settings say. */
  void forget(String topic) {
    found.remove(topic);
  }

  /** All of them. */
  Set<String> at(BrokerSample sample) {
    Set<String> all = new HashSet<>(ours);
    for (BrokerPartition partition : sample.partitions().values()) {
      String topic = partition.partition().topic();
      if (partition.config() instanceof Seen.Known<TopicConfig> seen && isNewest(topic, seen)) {
        if (isIsolated(seen.value())) {
          all.add(topic);
        }
      } else if (found.containsKey(topic) && found.get(topic).isolated()) {
        all.add(topic);
      }
    }
    return Set.copyOf(all);
  }

  private boolean isNewest(String topic, Seen.Known<TopicConfig> seen) {
    Found known = found.get(topic);
    return known == null || seen.atMs() > known.atMs();
  }

  private static boolean isIsolated(TopicConfig config) {
    return TopicIsolation.isIsolated(
        key ->
            config.get(key).filter(value -> value.origin() == Origin.TOPIC).map(ConfigValue::text));
  }
}
