// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.CancelledException;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.Source;
import io.kleaner.supervisor.probe.broker.StackClass;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Looks at the cleaner's threads until they are as expected. Owned by one lever. */
final class ThreadWatch {

  private static final long AWAKE_MS = 1_000;
  private static final long MOMENT_MS = 3_000;

  private final Supplier<Seen<List<CleanerThread>>> view;
  private final Clock clock;
  private final CancelToken token;
  private final long pollMs;
  private final ThreadMovement movement = new ThreadMovement();
  private Seen<List<CleanerThread>> last = Seen.notAsked(Source.JMX);

  ThreadWatch(
      Supplier<Seen<List<CleanerThread>>> view, Clock clock, CancelToken token, long pollMs) {
    this.view = view;
    this.clock = clock;
    this.token = token;
    this.pollMs = pollMs;
  }

  Seen<List<CleanerThread>> look() {
    last = movement.judge(view.get(), clock.nanoTime());
    return last;
  }

  /** What the last look saw. */
  Seen<List<CleanerThread>> last() {
    return last;
  }

  /** Why the lever must not be pulled now. */
  Optional<String> refusal() {
    return LeverRules.refusal(look(), clock.nowMs());
  }

  /**
   * The same by several looks: a thread that is in a read or a lock is looked at again, since a
   * healthy one is there now and then, or shows by its processor time that it gets on; one that
   * cleans is looked at for a second, since one that sleeps in the throttle for a minute at a time
   * is awake for a third of a second between two sleeps (measured).
   */
  Optional<String> lastingRefusal() {
    long beganNs = clock.nanoTime();
    while (true) {
      Seen<List<CleanerThread>> now = look();
      Optional<String> why = LeverRules.refusal(now, clock.nowMs());
      long tookMs = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - beganNs);
      if (now instanceof Seen.Missing || isAsleep(now) || isIdle(now)) {
        return why;
      }
      if (tookMs >= (why.isEmpty() ? AWAKE_MS : MOMENT_MS)) {
        return why;
      }
      pause();
    }
  }

  /** The same also when all is to end: one look has to do then. */
  Optional<String> refusalNow() {
    try {
      return lastingRefusal();
    } catch (CancelledException e) {
      return refusal();
    }
  }

  /** Whether no thread is at anything. */
  private static boolean isIdle(Seen<List<CleanerThread>> threads) {
    return threads.get().orElse(List.of()).stream()
        .allMatch(each -> each.stack() == StackClass.IDLE);
  }

  /** Whether a thread sleeps in the throttle. */
  static boolean isAsleep(Seen<List<CleanerThread>> threads) {
    return threads.get().orElse(List.of()).stream()
        .anyMatch(each -> each.stack() == StackClass.THROTTLED);
  }

  static List<Long> ids(Seen<List<CleanerThread>> threads) {
    return threads.get().orElse(List.of()).stream().map(CleanerThread::id).sorted().toList();
  }

  /** The threads in one line, for evidence. */
  static String describe(Seen<List<CleanerThread>> threads) {
    if (threads instanceof Seen.Missing<List<CleanerThread>> missing) {
      return "unknown: " + missing.why();
    }
    List<CleanerThread> all = threads.get().orElseThrow();
    return all.isEmpty()
        ? "no cleaner thread"
        : all.stream()
            .map(each -> each.name() + " id " + each.id() + " " + each.stack())
            .collect(Collectors.joining(", "));
  }

  /** Looks until it is so. Empty if it is not so in time. */
  Optional<Seen<List<CleanerThread>>> await(
      Predicate<Seen<List<CleanerThread>>> wanted, long atMostMs) {
    long deadlineNs = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(atMostMs);
    while (true) {
      Seen<List<CleanerThread>> now = look();
      if (wanted.test(now)) {
        return Optional.of(now);
      }
      if (clock.nanoTime() - deadlineNs >= 0) {
        return Optional.empty();
      }
      pause();
    }
  }

  /** Waits for a thread that was not there before. */
  Optional<Seen<List<CleanerThread>>> awaitNew(Set<Long> before, long atMostMs) {
    return await(threads -> ids(threads).stream().anyMatch(id -> !before.contains(id)), atMostMs);
  }

  /**
   * Waits until as many threads as there are to be are there, none of them from before, and the
   * same ones have lived for a while: a broker starts them one by one, and the last may not fit its
   * heap.
   *
   * @param atMostMs for them to come
   * @param liveMs so long each look that sees anything has to see them
   */
  boolean awaitAllNew(Set<Long> before, int wanted, long atMostMs, long liveMs) {
    long beganNs = clock.nanoTime();
    long sinceNs = beganNs;
    Set<Long> living = Set.of();
    while (true) {
      Seen<List<CleanerThread>> now = look();
      long nowNs = clock.nanoTime();
      if (now instanceof Seen.Known) {
        Set<Long> ids = Set.copyOf(ids(now));
        boolean all = ids.size() >= wanted && ids.stream().noneMatch(before::contains);
        if (!all || living.isEmpty() || !ids.containsAll(living)) {
          living = all ? ids : Set.of();
          sinceNs = nowNs;
        }
        if (all && nowNs - sinceNs >= TimeUnit.MILLISECONDS.toNanos(liveMs)) {
          return true;
        }
      }
      if (nowNs - beganNs >= TimeUnit.MILLISECONDS.toNanos(atMostMs + liveMs)) {
        return false;
      }
      pause();
    }
  }

  /**
   * Waits for the moment at which a throttled thread has just woken from a short sleep: it then
   * works for 300 ms before it can fall asleep again (measured). One that waits for work is at
   * nothing that it has to end first.
   *
   * @param longestMs a sleep that was seen from beginning to end must not have been longer
   */
  boolean awaitWake(long longestMs, long atMostMs) {
    long beganNs = clock.nanoTime();
    boolean asleep = true;
    Optional<Long> fellAsleepNs = Optional.empty();
    while (clock.nanoTime() - beganNs < TimeUnit.MILLISECONDS.toNanos(atMostMs)) {
      pause();
      Seen<List<CleanerThread>> now = look();
      long nowNs = clock.nanoTime();
      if (!now.get().orElse(List.of()).isEmpty() && isIdle(now)) {
        return true;
      }
      // A read is no sleep, however short: the next sleep may be long.
      if (isAsleep(now)) {
        if (!asleep) {
          fellAsleepNs = Optional.of(nowNs);
        }
        asleep = true;
      } else if (LeverRules.refusal(now, clock.nowMs()).isEmpty()) {
        if (asleep
            && fellAsleepNs.isPresent()
            && nowNs - fellAsleepNs.get() <= TimeUnit.MILLISECONDS.toNanos(longestMs)) {
          return true;
        }
        asleep = false;
      }
    }
    return false;
  }

  void pause() {
    try {
      if (token.sleep(TimeUnit.MILLISECONDS.toNanos(pollMs))) {
        throw new CancelledException();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException();
    }
  }
}
