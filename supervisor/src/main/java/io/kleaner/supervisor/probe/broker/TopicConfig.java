// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.settings.CleanupPolicy;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A topic's settings that matter to cleaning, by Kafka's names. Immutable.
 *
 * @param values of {@link #KEYS}, as far as the broker has them
 */
public record TopicConfig(Map<String, ConfigValue> values) {

  /** The settings that are kept. */
  public static final Set<String> KEYS =
      Set.of(
          "cleanup.policy",
          "min.cleanable.dirty.ratio",
          "min.compaction.lag.ms",
          "max.compaction.lag.ms",
          "delete.retention.ms",
          "segment.bytes",
          "internal.segment.bytes",
          "segment.ms",
          "segment.jitter.ms",
          "segment.index.bytes",
          "index.interval.bytes",
          "max.message.bytes",
          "retention.ms",
          "retention.bytes");

  /** Keeps its own copy. */
  public TopicConfig {
    values = Map.copyOf(values);
  }

  /** A setting, empty if the broker doesn't have it. */
  public Optional<ConfigValue> get(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /** What becomes of old records. */
  public CleanupPolicy cleanupPolicy() {
    return get("cleanup.policy")
        .flatMap(value -> CleanupPolicy.parse(value.text()))
        .orElse(CleanupPolicy.UNKNOWN);
  }

  /** A setting that is a whole number, empty if it isn't there or is none. */
  public OptionalLong number(String key) {
    return new BrokerConfig(values).number(key);
  }

  /** A setting that is a number, empty if it isn't there or is none. */
  public OptionalDouble decimal(String key) {
    return new BrokerConfig(values).decimal(key);
  }
}
