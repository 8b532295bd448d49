// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.ConfigValue;
import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.Source;
import io.kleaner.supervisor.probe.broker.TopicConfig;
import io.kleaner.supervisor.remedy.broker.TopicIsolation;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Which topics are isolated: those whose settings say so, whoever made them, ourselves, another
 * broker's sidecar, or an operator. Settings are looked at seldom, so what our journal has, and
 * what the hands found themselves, counts until a later look, which wins: an operator may have
 * taken our settings away. Thread-safe.
 */
final class IsolatedTopics {

  private final Map<String, Found> found = new ConcurrentHashMap<>();
  private volatile Map<String, Long> ours = Map.of();

  private record Found(boolean isolated, long atMs) {

    private Found orLater(Found other) {
      return other.atMs > atMs ? other : this;
    }
  }

  /** What the journal has now, and since when, milliseconds since the epoch. */
  void ours(Map<String, Long> sinceMs) {
    ours = Map.copyOf(sinceMs);
  }

  /** Reads a topic's settings from the broker. */
  @FunctionalInterface
  interface Look {
    /** Whether they isolate it. */
    boolean isIsolated(String topic) throws IOException;
  }

  /**
   * Another's isolation is found out by an attempt, long before the next look at settings. Where
   * that fails, the next look tells; the attempt's own outcome is what counts, so nothing is
   * thrown.
   *
   * @param nowMs milliseconds since the epoch
   */
  void lookAt(String topic, long nowMs, Look look) {
    try {
      found(topic, look.isIsolated(topic), nowMs);
    } catch (IOException | RuntimeException e) {
      forget(topic);
    }
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
    Map<String, Found> newest = new HashMap<>();
    ours.forEach((topic, sinceMs) -> newest.put(topic, ours(topic, sinceMs)));
    String lastTopic = "";
    Seen<TopicConfig> lastConfig = Seen.notAsked(Source.ADMIN);
    for (BrokerPartition partition : sample.partitions().values()) {
      String topic = partition.partition().topic();
      if (partition.config() == lastConfig && topic.equals(lastTopic)) {
        // What the last partition's settings said of their topic, this one's say again.
        continue;
      }
      lastTopic = topic;
      lastConfig = partition.config();
      Optional<Found> known = Optional.ofNullable(newest.getOrDefault(topic, found.get(topic)));
      Optional<Found> seen =
          partition.config() instanceof Seen.Known<TopicConfig> config
              ? Optional.of(new Found(isIsolated(config.value()), config.atMs()))
              : Optional.empty();
      known
          .map(each -> seen.map(each::orLater).orElse(each))
          .or(() -> seen)
          .ifPresent(each -> newest.put(topic, each));
    }
    return newest.entrySet().stream()
        .filter(each -> each.getValue().isolated())
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The hands read the settings after they had set them. */
  private Found ours(String topic, long sinceMs) {
    Found read = found.get(topic);
    return read == null || read.atMs() < sinceMs ? new Found(true, sinceMs) : read;
  }

  private static boolean isIsolated(TopicConfig config) {
    return TopicIsolation.isIsolated(
        key ->
            config.get(key).filter(value -> value.origin() == Origin.TOPIC).map(ConfigValue::text));
  }
}
