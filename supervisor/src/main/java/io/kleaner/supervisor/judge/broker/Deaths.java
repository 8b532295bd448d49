// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerLog;
import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.probe.broker.Seen;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** Reads ends of threads, and what they are at, out of what was seen. Pure. */
final class Deaths {

  /** A line so close to looks tells of what they saw: by two clocks, read at two times. */
  private static final long LINE_MS = 30_000;

  private Deaths() {}

  /**
   * All deaths, the oldest first: those that the log tells, and threads that vanished of which it
   * tells nothing, since it may not be the file that has the lines, or none that can be read.
   */
  static List<Death> of(BrokerSample sample, BrokerHistory history) {
    List<LogEvent> events = sample.log().get().map(CleanerLog::events).orElse(List.of());
    List<Death> deaths = told(events);
    List<ThreadHistory.Vanished> vanished = history.threads().vanished();
    if (!vanished.isEmpty()) {
      List<LogEvent> ends = events.stream().filter(Deaths::isEnd).toList();
      vanished.stream()
          .filter(each -> ends.stream().noneMatch(end -> tells(end, each)))
          .forEach(each -> deaths.add(untold(each)));
      deaths.sort(Comparator.comparingLong(Death::atMs));
    }
    return deaths;
  }

  private static List<Death> told(List<LogEvent> events) {
    List<Death> deaths = new ArrayList<>();
    Optional<LogEvent.MapTooSmall> map = Optional.empty();
    for (LogEvent event : events) {
      if (event instanceof LogEvent.MapTooSmall small) {
        map = Optional.of(small);
      } else if (event instanceof LogEvent.DiedOf died) {
        deaths.add(
            new Death(
                died.atMs(),
                died.thread(),
                DeathCause.of(died, map),
                died.throwable(),
                died.culprit().isPresent()
                    ? died.culprit()
                    : map.flatMap(LogEvent.MapTooSmall::partition)));
        map = Optional.empty();
      }
    }
    return deaths;
  }

  private static Death untold(ThreadHistory.Vanished vanished) {
    return new Death(
        vanished.sinceMs(),
        ThreadRules.number(vanished.name()),
        DeathCause.UNKNOWN,
        Optional.empty(),
        Optional.empty());
  }

  /** Whether an event is the end of a thread, or of all; a stop in good order is no death. */
  private static boolean isEnd(LogEvent event) {
    return event instanceof LogEvent.DiedOf
        || event instanceof LogEvent.Stopped
        || event instanceof LogEvent.BrokerStops;
  }

  /** Whether a line is of the end that two looks saw; which of several close ones is no matter. */
  private static boolean tells(LogEvent end, ThreadHistory.Vanished vanished) {
    if (end instanceof LogEvent.BrokerStops stops) {
      return new Stopping(stops.atMs()).explains(vanished.sinceMs());
    }
    OptionalInt thread =
        end instanceof LogEvent.DiedOf died ? died.thread() : ((LogEvent.Stopped) end).thread();
    return end.atMs() >= vanished.lastThereMs() - LINE_MS
        && end.atMs() <= vanished.sinceMs() + LINE_MS
        && is(thread, ThreadRules.number(vanished.name()).orElse(-1));
  }

  /** Those within the window. */
  static List<Death> recent(List<Death> deaths, long nowMs, JudgeOptions options) {
    return deaths.stream().filter(d -> d.atMs() >= nowMs - options.crashWindowMs()).toList();
  }

  /** The latest death of a thread, or of one whose number no line told. */
  static Optional<Death> latest(List<Death> deaths, int thread) {
    for (int i = deaths.size() - 1; i >= 0; i--) {
      OptionalInt number = deaths.get(i).thread();
      if (number.isEmpty() || number.getAsInt() == thread) {
        return Optional.of(deaths.get(i));
      }
    }
    return Optional.empty();
  }

  /** The partition that threads died at most often, if it is one that kills. */
  static Optional<TopicPartition> repeated(List<Death> deaths) {
    Map<TopicPartition, Integer> counts = new TreeMap<>();
    deaths.forEach(death -> death.culprit().ifPresent(each -> counts.merge(each, 1, Integer::sum)));
    return counts.entrySet().stream()
        .filter(each -> each.getValue() >= Toll.KILLS)
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey);
  }

  /** What a thread is at, as far as the log tells. */
  static Optional<TopicPartition> current(BrokerSample sample, int thread) {
    Optional<TopicPartition> current = Optional.empty();
    if (sample.log() instanceof Seen.Known<CleanerLog> log) {
      for (LogEvent event : log.value().events()) {
        if (event instanceof LogEvent.BeganCleaning began && is(began.thread(), thread)) {
          current = Optional.of(began.partition());
        } else if (event instanceof LogEvent.BrokerStarted
            || (event instanceof LogEvent.Cleaned cleaned
                && current.equals(Optional.of(cleaned.partition())))
            || (event instanceof LogEvent.MarkedUncleanable marked
                && current.equals(Optional.of(marked.partition())))
            || (event instanceof LogEvent.DiedOf died && is(died.thread(), thread))) {
          current = Optional.empty();
        }
      }
    }
    return current;
  }

  private static boolean is(OptionalInt number, int thread) {
    return number.isEmpty() || number.getAsInt() == thread;
  }
}
