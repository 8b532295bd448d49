// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge;

import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.probe.Dirt;
import io.kleaner.supervisor.probe.WorkerSample;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Judges by a window of looks whether the throttle starves one worker. To sleep because the rate
 * asks for it is well as long as cleaning keeps up; a rate so low that it does not is told, or a
 * worker could sleep for ever and look fine. Not thread-safe; owned by the supervisor.
 */
public final class ThrottleRules {

  private static final double NEARLY_ALWAYS = 0.8;
  private static final int LEAST_LOOKS = 3;
  private static final int PERCENT = 100;

  /** A clean that takes longer at the rate it goes at counts as starved. */
  static final long LONGEST_CLEAN_MS = TimeUnit.DAYS.toMillis(1);

  private final long windowMs;
  private final Deque<Look> window = new ArrayDeque<>();

  private record Look(
      long atNanos, boolean throttled, PartitionId partition, double progress, Dirt dirt) {}

  /**
   * @param windowMs that the share of sleep, and rates, are taken over
   */
  public ThrottleRules(long windowMs) {
    this.windowMs = windowMs;
  }

  /**
   * Judges a worker that is neither dead nor hangs.
   *
   * <ol>
   *   <li>One that has no work, or had none within half a window, is not starved.
   *   <li>One that was asleep in the throttle at nearly every look is, if more got dirty meanwhile
   *       than was cleaned, or if its clean takes more than a day at that rate.
   * </ol>
   *
   * @param dirt of all log directories together
   * @return what is wrong, empty if nothing is
   */
  public Optional<Verdict> judge(WorkerSample worker, Dirt dirt, long nowNanos) {
    if (worker.partition().isEmpty()) {
      window.clear();
      return Optional.empty();
    }
    window.addLast(
        new Look(nowNanos, worker.throttled(), worker.partition().get(), worker.progress(), dirt));
    while (spanMs() > windowMs) {
      window.removeFirst();
    }
    if (window.size() < LEAST_LOOKS || spanMs() < windowMs / 2) {
      return Optional.empty();
    }
    double share =
        (double) window.stream().filter(Look::throttled).count() / Math.max(1, window.size());
    if (share < NEARLY_ALWAYS) {
      return Optional.empty();
    }
    return meanwhile()
        .map(
            what ->
                new Verdict.Degraded(
                    worker.id()
                        + " slept in the throttle at "
                        + (int) (share * PERCENT)
                        + " % of the looks in "
                        + TimeUnit.MILLISECONDS.toSeconds(spanMs())
                        + " s, at "
                        + worker.partition().get()
                        + "; "
                        + what));
  }

  private Optional<String> meanwhile() {
    Dirt before = window.getFirst().dirt();
    Dirt now = window.getLast().dirt();
    long arrived = now.arrivedBytes() - before.arrivedBytes();
    long cleaned = Math.max(0, now.doneBytes() - before.doneBytes());
    if (arrived > cleaned) {
      return Optional.of(
          "meanwhile " + arrived + " bytes got dirty and " + cleaned + " were cleaned");
    }
    long leftMs = leftMs();
    return leftMs > LONGEST_CLEAN_MS
        ? Optional.of(
            "its clean "
                + (leftMs == Long.MAX_VALUE
                    ? "does not get on"
                    : "takes " + TimeUnit.MILLISECONDS.toHours(leftMs) + " h more")
                + " at that rate")
        : Optional.empty();
  }

  /** Until the clean that is under way ends; 0 if it is not known, since it has just begun. */
  private long leftMs() {
    Look first = window.getFirst();
    Look last = window.getLast();
    double done = last.progress() - first.progress();
    if (!first.partition().equals(last.partition()) || first.progress() < 0 || done < 0) {
      return 0;
    }
    double left = 1 - last.progress();
    return done == 0 ? (left > 0 ? Long.MAX_VALUE : 0) : (long) (left / done * spanMs());
  }

  private long spanMs() {
    return TimeUnit.NANOSECONDS.toMillis(window.getLast().atNanos() - window.getFirst().atNanos());
  }
}
