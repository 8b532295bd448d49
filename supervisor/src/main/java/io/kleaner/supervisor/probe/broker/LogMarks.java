// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a broker's log lines leave on partitions. Immutable.
 *
 * @param uncleanable the line by which each was given up
 * @param lastCleans when each was cleaned last
 */
record LogMarks(
    Map<TopicPartition, LogEvent.MarkedUncleanable> uncleanable,
    Map<TopicPartition, BrokerPartition.LastClean> lastCleans) {

  /**
   * In the order of their times; a broker that starts has forgotten its marks.
   *
   * @param startedAtMs when its JVM started, if that is known
   */
  static LogMarks of(List<LogEvent> events, OptionalLong startedAtMs) {
    Map<TopicPartition, LogEvent.MarkedUncleanable> uncleanable = new HashMap<>();
    Map<TopicPartition, BrokerPartition.LastClean> lastCleans = new HashMap<>();
    for (LogEvent event : events) {
      if (event instanceof LogEvent.BrokerStarted) {
        uncleanable.clear();
      } else if (event instanceof LogEvent.MarkedUncleanable marked) {
        uncleanable.put(marked.partition(), marked);
      } else if (event instanceof LogEvent.Cleaned cleaned) {
        uncleanable.remove(cleaned.partition());
        lastCleans.put(
            cleaned.partition(), new BrokerPartition.LastClean(cleaned.atMs(), Source.BROKER_LOG));
      }
    }
    if (startedAtMs.isPresent()) {
      uncleanable.values().removeIf(marked -> marked.atMs() < startedAtMs.getAsLong());
    }
    return new LogMarks(uncleanable, lastCleans);
  }
}
