// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerLog;
import io.kleaner.supervisor.probe.broker.LogEvent;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Log directories that the broker lost by its log: none comes back before its next start. Pure,
 * immutable.
 *
 * @param sinceMs by directory, as the line names it
 */
record LostLogDirs(Map<String, Long> sinceMs) {

  /**
   * By the log.
   *
   * @param startedMs when the broker started last, if that is known
   */
  static LostLogDirs of(BrokerSample sample, OptionalLong startedMs) {
    List<LogEvent> events = sample.log().get().map(CleanerLog::events).orElse(List.of());
    Map<String, Long> lost = new TreeMap<>();
    for (LogEvent event : events) {
      if (event instanceof LogEvent.LogDirFailed failed
          && failed.atMs() >= startedMs.orElse(Long.MIN_VALUE)) {
        lost.putIfAbsent(name(failed.dir()), failed.atMs());
      }
    }
    return new LostLogDirs(lost);
  }

  /** Lines name it with and without an end to it. */
  private static String name(String dir) {
    String name = dir;
    while (name.length() > 1 && "/.,;:".indexOf(name.charAt(name.length() - 1)) >= 0) {
      name = name.substring(0, name.length() - 1);
    }
    return name;
  }

  int count() {
    return sinceMs.size();
  }

  /** When the first was lost. */
  OptionalLong firstMs() {
    return sinceMs.values().stream().mapToLong(each -> each).min();
  }

  /** Each with its time. */
  String text() {
    return sinceMs.entrySet().stream()
        .map(each -> each.getKey() + " at " + Moments.at(each.getValue()))
        .collect(Collectors.joining(", "));
  }
}
