// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * When a dead worker is replaced: at once the first time, then with growing pauses and jitter, and
 * never more often than a budget allows for all workers together. Once that is spent it says so and
 * goes on as soon as the window has moved.
 *
 * <p>Not thread-safe; owned by the supervisor.
 */
public final class RestartPolicy {

  private final Limits limits;
  private final RandomGenerator random;
  private final Deque<Long> restartsNanos = new ArrayDeque<>();
  private final Map<String, Patient> patients = new HashMap<>();

  /**
   * How often.
   *
   * @param backoffMs before the second restart in a row of a worker
   * @param maxBackoffMs no pause is longer
   * @param budget restarts of all workers in a window
   * @param windowMs length of the window
   * @param stableAfterMs a worker that lives so long begins anew
   */
  public record Limits(
      long backoffMs, long maxBackoffMs, int budget, long windowMs, long stableAfterMs) {}

  private static final class Patient {
    private int attempts;
    private int failedStarts;
    private OptionalLong dueNanos = OptionalLong.empty();
    private OptionalLong restartedNanos = OptionalLong.empty();
  }

  /**
   * @param random for jitter
   */
  public RestartPolicy(Limits limits, RandomGenerator random) {
    this.limits = limits;
    this.random = random;
  }

  /**
   * What to do about a worker that is dead, or was given up, and has no replacement yet. To be
   * asked until {@link #started} says that it has one.
   *
   * @param nowNanos by the clock that nobody sets
   */
  public Remedy forDead(String worker, long nowNanos) {
    long windowNanos = nanos(limits.windowMs());
    while (!restartsNanos.isEmpty() && nowNanos - restartsNanos.getFirst() >= windowNanos) {
      restartsNanos.removeFirst();
    }
    Patient patient = patients.computeIfAbsent(worker, name -> new Patient());
    if (patient.dueNanos.isEmpty()) {
      patient.attempts = isStable(worker, nowNanos) ? 1 : patient.attempts + 1;
      patient.dueNanos = OptionalLong.of(nowNanos + nanos(pauseMs(patient.attempts)));
    }
    if (restartsNanos.size() >= limits.budget()) {
      return new Remedy.Escalate(
          "the restart budget is spent: "
              + limits.budget()
              + " restarts in "
              + limits.windowMs() / 1000
              + " s; "
              + worker
              + " stays dead until the window has moved, in "
              + TimeUnit.NANOSECONDS.toSeconds(restartsNanos.getFirst() + windowNanos - nowNanos)
              + " s");
    }
    long leftNanos = patient.dueNanos.getAsLong() - nowNanos;
    if (leftNanos > 0) {
      return new Remedy.RecheckAfter(TimeUnit.NANOSECONDS.toMillis(leftNanos));
    }
    return new Remedy.Restart(patient.attempts);
  }

  /** A worker has its replacement: that is what the budget counts. */
  public void started(String worker, long nowNanos) {
    Patient patient = patients.computeIfAbsent(worker, name -> new Patient());
    patient.failedStarts = 0;
    patient.dueNanos = OptionalLong.empty();
    patient.restartedNanos = OptionalLong.of(nowNanos);
    restartsNanos.addLast(nowNanos);
  }

  /**
   * A worker could not be given its replacement, as when no thread is to be had. That is no death:
   * it costs nothing of the budget, and is tried again after pauses of its own.
   */
  public void notStarted(String worker, long nowNanos) {
    Patient patient = patients.computeIfAbsent(worker, name -> new Patient());
    patient.failedStarts++;
    patient.dueNanos = OptionalLong.of(nowNanos + nanos(pauseMs(patient.failedStarts + 1)));
  }

  /** Whether a worker has lived long enough since it was last restarted. */
  public boolean isStable(String worker, long nowNanos) {
    Patient patient = patients.get(worker);
    return patient != null
        && patient.restartedNanos.isPresent()
        && nowNanos - patient.restartedNanos.getAsLong() >= nanos(limits.stableAfterMs());
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** How often a worker was restarted in a row. */
  public int attempts(String worker) {
    Patient patient = patients.get(worker);
    return patient == null ? 0 : patient.attempts;
  }

  private long pauseMs(int attempt) {
    if (attempt <= 1) {
      return 0;
    }
    int shift = Math.min(attempt - 2, 20);
    long pause =
        limits.backoffMs() > limits.maxBackoffMs() >> shift
            ? limits.maxBackoffMs()
            : limits.backoffMs() << shift;
    return pause / 2 + random.nextLong(pause / 2 + 1);
  }
}
