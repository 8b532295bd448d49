// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A broker's settings that matter to cleaning, by Kafka's names. Immutable.
 *
 * @param values of {@link #KEYS}, as far as the broker has them
 */
public record BrokerConfig(Map<String, ConfigValue> values) {

  /** The settings that are kept. */
  public static final Set<String> KEYS =
      Set.of(
          "log.cleaner.enable",
          "log.cleaner.threads",
          "log.cleaner.dedupe.buffer.size",
          "log.cleaner.io.buffer.load.factor",
          "log.cleaner.io.buffer.size",
          "log.cleaner.io.max.bytes.per.second",
          "log.cleaner.backoff.ms",
          "log.cleaner.min.cleanable.ratio",
          "log.cleaner.min.compaction.lag.ms",
          "log.cleaner.max.compaction.lag.ms",
          "log.cleaner.delete.retention.ms",
          "log.cleanup.policy",
          "log.dirs",
          "log.dir",
          "message.max.bytes",
          "log.segment.bytes",
          "log.roll.ms",
          "log.roll.hours",
          "log.retention.check.interval.ms",
          "offsets.retention.minutes",
          "transaction.max.timeout.ms",
          "authorizer.class.name",
          "inter.broker.protocol.version");

  /** Keeps its own copy. */
  public BrokerConfig {
    values = Map.copyOf(values);
  }

  /** A setting, empty if the broker doesn't have it. */
  public Optional<ConfigValue> get(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /** A setting that is a whole number, empty if it isn't there or is none. */
  public OptionalLong number(String key) {
    ConfigValue value = values.get(key);
    try {
      return value == null
          ? OptionalLong.empty()
          : OptionalLong.of(Long.parseLong(value.text().strip()));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** A setting that is a number, empty if it isn't there or is none. */
  public OptionalDouble decimal(String key) {
    ConfigValue value = values.get(key);
    try {
      return value == null
          ? OptionalDouble.empty()
          : OptionalDouble.of(Double.parseDouble(value.text().strip()));
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }
}
