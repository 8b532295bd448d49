// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerLog;
import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.probe.broker.Seen;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** Reads ends of threads, and what they are at, out of what was seen. Pure. */
final class Deaths {

  private Deaths() {}

  /** All deaths, the oldest first; by the log where one is read, else by our looks. */
  static List<Death> of(BrokerSample sample, BrokerHistory history) {
    if (!(sample.log() instanceof Seen.Known<CleanerLog> log)) {
      return List.copyOf(history.threads().observed());
    }
    List<Death> deaths = new ArrayList<>();
    Optional<LogEvent.MapTooSmall> map = Optional.empty();
    for (LogEvent event : log.value().events()) {
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

  /** The partition that threads died at most often, if they did so at least twice. */
  static Optional<TopicPartition> repeated(List<Death> deaths) {
    Map<TopicPartition, Integer> counts = new TreeMap<>();
    deaths.forEach(death -> death.culprit().ifPresent(each -> counts.merge(each, 1, Integer::sum)));
    return counts.entrySet().stream()
        .filter(each -> each.getValue() >= 2)
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

  /** Whether an event tells that some thread lives, and not which. */
  static boolean isLife(LogEvent event) {
    return (event instanceof LogEvent.Started started && started.thread().isEmpty())
        || (event instanceof LogEvent.BeganCleaning began && began.thread().isEmpty())
        || (event instanceof LogEvent.Cleaned cleaned && cleaned.thread().isEmpty());
  }

  /** Of which thread an event tells that it lives or has ended. */
  static Optional<Integer> thread(LogEvent event) {
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
