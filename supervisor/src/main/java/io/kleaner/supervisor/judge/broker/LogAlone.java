// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerLog;
import io.kleaner.supervisor.probe.broker.LogEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What the log alone tells of threads that nobody looks at. Pure. */
final class LogAlone {

  private LogAlone() {}

  /** The deaths, by number of the thread, after which no line tells that it lives. */
  static Map<Integer, LogEvent.DiedOf> dead(BrokerSample sample) {
    List<LogEvent> events = sample.log().get().map(CleanerLog::events).orElse(List.of());
    Map<Integer, LogEvent> last = new HashMap<>();
    for (LogEvent event : events) {
      if (event instanceof LogEvent.BrokerStarted) {
        last.clear();
      } else if (isLife(event) && last.size() == 1) {
        // Lines of some releases have no number; with one thread it is that one.
        last.replaceAll((thread, before) -> event);
      } else {
        thread(event).ifPresent(thread -> last.put(thread, event));
      }
    }
    Map<Integer, LogEvent.DiedOf> dead = new HashMap<>();
    last.forEach(
        (thread, event) -> {
          if (event instanceof LogEvent.DiedOf died) {
            dead.put(thread, died);
          }
        });
    return dead;
  }

  /** Whether an event tells that some thread lives, and not which. */
  private static boolean isLife(LogEvent event) {
    return (event instanceof LogEvent.Started started && started.thread().isEmpty())
        || (event instanceof LogEvent.BeganCleaning began && began.thread().isEmpty())
        || (event instanceof LogEvent.Cleaned cleaned && cleaned.thread().isEmpty());
  }

  /** Of which thread an event tells that it lives or has ended. */
  private static Optional<Integer> thread(LogEvent event) {
    OptionalInt thread = OptionalInt.empty();
    if (event instanceof LogEvent.DiedOf died) {
      thread = OptionalInt.of(died.thread().orElse(0));
    } else if (event instanceof LogEvent.Started started) {
      thread = started.thread();
    } else if (event instanceof LogEvent.BeganCleaning began) {
      thread = began.thread();
    } else if (event instanceof LogEvent.Cleaned cleaned) {
      thread = cleaned.thread();
    }
    return thread.isPresent() ? Optional.of(thread.getAsInt()) : Optional.empty();
  }
}
