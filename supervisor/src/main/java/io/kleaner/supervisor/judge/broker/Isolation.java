// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import java.util.Comparator;
import java.util.Map;
import java.util.stream.Collectors;

/** The settings of a topic that keep every cleaner away from it. */
public final class Isolation {

  /**
   * A ratio is never above 1; and the longest lag, for one that is exceeded overrides the ratio.
   */
  public static final Map<String, String> SETTINGS =
      Map.of(
          "min.cleanable.dirty.ratio",
          "1.0",
          "max.compaction.lag.ms",
          Long.toString(Long.MAX_VALUE));

  /** The same as {@code kafka-configs --add-config} takes it. */
  public static final String TEXT =
      SETTINGS.entrySet().stream()
          .map(each -> each.getKey() + "=" + each.getValue())
          .sorted(Comparator.reverseOrder())
          .collect(Collectors.joining(","));

  private Isolation() {}

  /**
   * How a topic is released that was not isolated from here; goes on after "release it".
   *
   * @param kafkaConfigs the tool, with where the brokers are if that is known
   */
  public static String releasedElsewhere(String topic, String kafkaConfigs) {
    return "by the sidecar that isolated it, which knows what was set before. If it was done by"
        + " hand: "
        + kafkaConfigs
        + " --alter --entity-type topics --entity-name "
        + topic
        + " --delete-config "
        + SETTINGS.keySet().stream()
            .sorted(Comparator.reverseOrder())
            .collect(Collectors.joining(","))
        + ".";
  }
}
