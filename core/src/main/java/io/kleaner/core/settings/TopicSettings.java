// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.settings;

import java.util.EnumMap;
import java.util.Map;

/**
 * The settings of one topic, each with where it came from; immutable. Values are valid: whoever
 * makes one has checked them with {@link TopicSetting#problem}.
 */
public final class TopicSettings {

  /**
   * A value and where it came from.
   *
   * @param text as Kafka writes it
   */
  public record Value(String text, Origin origin) {}

  private final Map<TopicSetting, Value> values;

  private TopicSettings(Map<TopicSetting, Value> values) {
    this.values = new EnumMap<>(values);
  }

  /**
   * Kafka's defaults beneath some values.
   *
   * <p>A policy that nothing says stays unknown: which topics are compacted is never guessed.
   */
  public static TopicSettings of(Map<TopicSetting, Value> known) {
    Map<TopicSetting, Value> all = new EnumMap<>(TopicSetting.class);
    for (TopicSetting setting : TopicSetting.values()) {
      all.put(setting, new Value(setting.defaultValue(), Origin.DEFAULT));
    }
    all.putAll(known);
    return new TopicSettings(all);
  }

  /** A value and its origin. */
  public Value get(TopicSetting setting) {
    return values.get(setting);
  }

  /** The policy, {@link CleanupPolicy#UNKNOWN} if only Kafka's default would say it. */
  public CleanupPolicy cleanupPolicy() {
    Value value = values.get(TopicSetting.CLEANUP_POLICY);
    if (value.origin() == Origin.DEFAULT) {
      return CleanupPolicy.UNKNOWN;
    }
    return CleanupPolicy.parse(value.text()).orElse(CleanupPolicy.UNKNOWN);
  }

  /** {@code delete.retention.ms}. */
  public long deleteRetentionMs() {
    return number(TopicSetting.DELETE_RETENTION_MS);
  }

  /** {@code min.compaction.lag.ms}. */
  public long minCompactionLagMs() {
    return number(TopicSetting.MIN_COMPACTION_LAG_MS);
  }

  /** {@code max.compaction.lag.ms}. */
  public long maxCompactionLagMs() {
    return number(TopicSetting.MAX_COMPACTION_LAG_MS);
  }

  /** {@code min.cleanable.dirty.ratio}. */
  public double minCleanableDirtyRatio() {
    return Double.parseDouble(values.get(TopicSetting.MIN_CLEANABLE_DIRTY_RATIO).text().strip());
  }

  /** {@code segment.bytes}. */
  public long segmentBytes() {
    return number(TopicSetting.SEGMENT_BYTES);
  }

  /** {@code segment.index.bytes}. */
  public long segmentIndexBytes() {
    return number(TopicSetting.SEGMENT_INDEX_BYTES);
  }

  /** {@code index.interval.bytes}. */
  public long indexIntervalBytes() {
    return number(TopicSetting.INDEX_INTERVAL_BYTES);
  }

  /** {@code max.message.bytes}. */
  public long maxMessageBytes() {
    return number(TopicSetting.MAX_MESSAGE_BYTES);
  }

  /** {@code producer.id.expiration.ms}. */
  public long producerIdExpirationMs() {
    return number(TopicSetting.PRODUCER_ID_EXPIRATION_MS);
  }

  private long number(TopicSetting setting) {
    return Long.parseLong(values.get(setting).text().strip());
  }
}
