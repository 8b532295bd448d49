// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.probe.broker.BrokerConfig;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.Seen;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What has to be remembered of a cleaner's threads: which were there, which went, and which
 * vanished between two looks. Not thread-safe; owned by one history.
 */
final class ThreadHistory {

  private static final int VANISHED_KEPT = 200;

  private final SortedMap<String, ThreadTrack> there = new TreeMap<>();
  private final Map<String, Absence> absences = new HashMap<>();
  private final List<Vanished> vanished = new ArrayList<>();
  private final Startup startup = new Startup();
  private int most;

  /** When they were looked at last, -1 if never. */
  private long atMs = -1;

  /** When a look last found a thread that the one before had not found, -1 if none did. */
  private long cameMs = -1;

  /**
   * A thread that was there, or should be, and is not.
   *
   * @param sinceMs first look without it
   * @param lastThereMs when a look found it there last, -1 if none ever did
   * @param looks without it
   */
  record Absence(long sinceMs, long lastThereMs, int looks) {}

  /**
   * A thread that was there and was not at two looks in a row.
   *
   * @param name of the thread
   * @param lastThereMs when a look found it there last
   * @param sinceMs first look without it
   */
  record Vanished(String name, long lastThereMs, long sinceMs) {}

  /** Whether a sample is of another JVM than the one before: its threads did not die. */
  boolean isOfAnotherProcess(BrokerSample sample) {
    if (!startup.next(sample)) {
      return false;
    }
    there.clear();
    absences.clear();
    return true;
  }

  /**
   * Goes on by one sample.
   *
   * @param progressed whether anything got clean since the one before
   */
  void add(BrokerSample sample, boolean progressed) {
    if (!(sample.threads() instanceof Seen.Known<List<CleanerThread>> known)
        || known.atMs() == atMs
        || startup.isUnderWay()) {
      return;
    }
    boolean clockWasSetBack = known.atMs() < atMs;
    if (clockWasSetBack) {
      // Looks that are yet to come are none: how long anything has been so is counted anew.
      absences.replaceAll((name, absence) -> new Absence(known.atMs(), -1, absence.looks()));
      cameMs = -1;
    }
    long lookBeforeMs = clockWasSetBack ? -1 : atMs;
    atMs = known.atMs();
    Map<String, CleanerThread> now = new HashMap<>();
    known.value().forEach(thread -> now.put(thread.name(), thread));
    most = Math.max(most, now.size());
    if (lookBeforeMs >= 0 && now.values().stream().anyMatch(this::isNew)) {
      cameMs = known.atMs();
    }
    int expected = ThreadRules.expected(sample, most).orElse(most);
    for (int i = 0; i < expected; i++) {
      String name = ThreadRules.NAME + i;
      if (now.containsKey(name)) {
        absences.remove(name);
      } else {
        Absence before = absences.get(name);
        absences.put(
            name,
            before == null
                ? new Absence(known.atMs(), there.containsKey(name) ? lookBeforeMs : -1, 1)
                : new Absence(before.sinceMs(), before.lastThereMs(), before.looks() + 1));
        if (before != null && before.looks() == 1 && there.containsKey(name)) {
          vanished(sample, name, before);
        }
      }
    }
    absences.keySet().removeIf(name -> ThreadRules.number(name).orElse(0) >= expected);
    // One that is missing at a single look may just be being replaced.
    there.keySet().removeIf(name -> !now.containsKey(name) && absences.get(name) == null);
    now.forEach(
        (name, thread) ->
            there.put(
                name,
                ThreadTrack.next(
                    Optional.ofNullable(there.get(name)).filter(before -> !clockWasSetBack),
                    thread,
                    progressed,
                    known.atMs())));
  }

  private boolean isNew(CleanerThread thread) {
    ThreadTrack before = there.get(thread.name());
    return before == null || before.thread().id() != thread.id();
  }

  /** What it means if no line of a log tells more of it. */
  private void vanished(BrokerSample sample, String name, Absence absence) {
    there.remove(name);
    if (mayBeOneTooMany(sample, absence)) {
      return;
    }
    long lastThereMs = absence.lastThereMs() < 0 ? absence.sinceMs() : absence.lastThereMs();
    vanished.add(new Vanished(name, lastThereMs, absence.sinceMs()));
    if (vanished.size() > VANISHED_KEPT) {
      vanished.remove(0);
    }
  }

  /** Threads that are there, by name; one that was missing at the last look alone is still here. */
  SortedMap<String, ThreadTrack> there() {
    return there;
  }

  /** Threads that should be there and are not, by name. */
  Map<String, Absence> absences() {
    return absences;
  }

  /**
   * Whether the cleaner was started anew since a thread was there, by settings that were not read
   * since: it may have been given fewer threads.
   */
  boolean mayBeOneTooMany(BrokerSample sample, Absence absence) {
    return absence.lastThereMs() >= 0
        && cameMs >= absence.sinceMs()
        && sample.config() instanceof Seen.Known<BrokerConfig> settings
        && settings.atMs() < cameMs;
  }

  /** Whether the last look at threads, later than that, found it there. */
  boolean wasAliveAfter(String name, long ms) {
    return atMs > ms && there.containsKey(name) && !absences.containsKey(name);
  }

  /** Those that vanished, whether a log tells of it or not; the oldest first. */
  List<Vanished> vanished() {
    return vanished;
  }

  /** Most that were seen at a time. */
  int most() {
    return most;
  }

  /** When the broker's JVM started, milliseconds since the epoch; empty if not known. */
  OptionalLong jvmStartedMs() {
    return startup.jvmStartedMs();
  }

  /** Whether the broker's JVM is there and its cleaner may be yet to begin. */
  boolean isStarting() {
    return startup.isUnderWay();
  }
}
