// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.settings;

import java.util.Optional;

/**
 * The settings of a topic that a clean depends on, by Kafka's own names: the topic's key, the name
 * that sets its default in {@code server.properties}, the default, and the least and largest value
 * allowed.
 */
public enum TopicSetting {
  CLEANUP_POLICY("cleanup.policy", "delete", Long.MIN_VALUE, "log.cleanup.policy"),
  DELETE_RETENTION_MS("delete.retention.ms", "86400000", 0, "log.cleaner.delete.retention.ms"),
  MIN_COMPACTION_LAG_MS("min.compaction.lag.ms", "0", 0, "log.cleaner.min.compaction.lag.ms"),
  MAX_COMPACTION_LAG_MS(
      "max.compaction.lag.ms",
      Long.toString(Long.MAX_VALUE),
      1,
      "log.cleaner.max.compaction.lag.ms"),
  MIN_CLEANABLE_DIRTY_RATIO(
      "min.cleanable.dirty.ratio", "0.5", Long.MIN_VALUE, "log.cleaner.min.cleanable.ratio"),
  SEGMENT_BYTES("segment.bytes", "1073741824", 14, Integer.MAX_VALUE, "log.segment.bytes"),
  MAX_MESSAGE_BYTES("max.message.bytes", "1048588", 0, Integer.MAX_VALUE, "message.max.bytes"),
  SEGMENT_INDEX_BYTES(
      "segment.index.bytes", "10485760", 4, Integer.MAX_VALUE, "log.index.size.max.bytes"),
  INDEX_INTERVAL_BYTES(
      "index.interval.bytes", "4096", 0, Integer.MAX_VALUE, "log.index.interval.bytes"),
  PRODUCER_ID_EXPIRATION_MS(
      "producer.id.expiration.ms", "86400000", 1, Integer.MAX_VALUE, "producer.id.expiration.ms");

  private final String key;
  private final String defaultValue;
  private final long least;
  private final long most;
  private final String serverKey;

  TopicSetting(String key, String defaultValue, long least, String serverKey) {
    this(key, defaultValue, least, Long.MAX_VALUE, serverKey);
  }

  /**
   * @param most what Kafka's type for it can hold
   */
  TopicSetting(String key, String defaultValue, long least, long most, String serverKey) {
    this.most = most;
    this.key = key;
    this.defaultValue = defaultValue;
    this.least = least;
    this.serverKey = serverKey;
  }

  /** Kafka's name for it on a topic. */
  public String key() {
    return key;
  }

  /** Kafka's default. */
  public String defaultValue() {
    return defaultValue;
  }

  /** Kafka's name for its default on a broker. */
  public String serverKey() {
    return serverKey;
  }

  /** The setting of a topic key; Kafka's internal test name for a segment's size counts too. */
  public static Optional<TopicSetting> ofKey(String key) {
    String wanted = key.equals("internal.segment.bytes") ? "segment.bytes" : key;
    for (TopicSetting setting : values()) {
      if (setting.key.equals(wanted)) {
        return Optional.of(setting);
      }
    }
    return Optional.empty();
  }

  /** What is wrong with a value; empty if nothing is. */
  public Optional<String> problem(String value) {
    return switch (this) {
      case CLEANUP_POLICY ->
          CleanupPolicy.parse(value).isPresent()
              ? Optional.empty()
              : Optional.of("is 'compact', 'delete' or 'compact,delete', not '" + value + "'");
      case MIN_CLEANABLE_DIRTY_RATIO -> ratioProblem(value);
      default -> numberProblem(value);
    };
  }

  private static Optional<String> ratioProblem(String value) {
    try {
      double ratio = Double.parseDouble(value.strip());
      return ratio >= 0 && ratio <= 1
          ? Optional.empty()
          : Optional.of("is between 0 and 1, not " + value);
    } catch (NumberFormatException e) {
      return Optional.of("is a number between 0 and 1, not '" + value + "'");
    }
  }

  private Optional<String> numberProblem(String value) {
    try {
      long number = Long.parseLong(value.strip());
      if (number < least) {
        return Optional.of("is at least " + least + ", not " + value);
      }
      return number > most
          ? Optional.of("is at most " + most + ", not " + value)
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.of("is a whole number, not '" + value + "'");
    }
  }
}
