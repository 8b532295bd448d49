// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.supervisor.judge.broker.Isolation;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The settings of a topic that have a broker's cleaner compact it now, and how such a compaction
 * and an isolation of the topic meet: the compaction gives way. Pure.
 */
public final class OnDemandSettings {

  /** From which share of dirty bytes on it is cleaned. */
  public static final String RATIO = "min.cleanable.dirty.ratio";

  /** Is left alone by a compaction, and is what an isolation sets first. */
  public static final String MAX_LAG = "max.compaction.lag.ms";

  /** What is set for as long as it takes. */
  public static final Map<String, String> NOW = Map.of(RATIO, "0.0", "min.compaction.lag.ms", "0");

  private OnDemandSettings() {}

  /**
   * Whether a compaction on demand seems to be at work on a topic. A person may have set the same.
   *
   * @param ownRatio what {@link #RATIO} is on the topic itself
   */
  static boolean seemSet(Optional<String> ownRatio) {
    return ownRatio.equals(Optional.of(NOW.get(RATIO)));
  }

  /**
   * Whether somebody isolates a topic, or is about to.
   *
   * @param own what is set on the topic itself, by its key
   * @param before what {@link #MAX_LAG} was when the compaction began
   */
  public static boolean mustGiveWay(
      Function<String, Optional<String>> own, Optional<String> before) {
    Optional<String> first = Optional.of(Isolation.SETTINGS.get(MAX_LAG));
    return TopicIsolation.isIsolated(own)
        || (own.apply(MAX_LAG).equals(first) && !before.equals(first));
  }

  /** Whether an override is of a key that an isolation sets, and was made for a compaction. */
  static boolean isUnderIsolation(ConfigOverride override) {
    return override.purpose() == ConfigOverride.Purpose.COMPACT_NOW
        && Isolation.SETTINGS.containsKey(override.key());
  }

  /** Whether what an isolation found, and gives back, was a compaction's. */
  private static boolean wereFound(ConfigOverride override) {
    return override.purpose() == ConfigOverride.Purpose.ISOLATE
        && override.key().equals(RATIO)
        && seemSet(override.former().own());
  }

  /**
   * What a person has to know where {@link #wereFound}; goes on after a sentence, and is empty
   * where they were not.
   */
  static String told(ConfigOverride override) {
    return wereFound(override)
        ? "; "
            + RATIO
            + "="
            + NOW.get(RATIO)
            + " may be what a 'kleaner compact-now' left that was killed: after a release its next"
            + " run with the same state directory gives back what was there before"
        : "";
  }
}
