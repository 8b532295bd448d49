// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
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
  private final Deque<Long> restartsMs = new ArrayDeque<>();
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
    private long dueMs = -1;
    private long restartedMs = Long.MIN_VALUE;
  }

  /**
   * @param random for jitter
   */
  public RestartPolicy(Limits limits, RandomGenerator random) {
    this.limits = limits;
    this.random = random;
  }

  /** What to do about a worker that is dead, or was given up, and has no replacement yet. */
  public Remedy forDead(String worker, long nowMs) {
    while (!restartsMs.isEmpty() && nowMs - restartsMs.getFirst() >= limits.windowMs()) {
      restartsMs.removeFirst();
    }
    Patient patient = patients.computeIfAbsent(worker, name -> new Patient());
    if (patient.dueMs < 0) {
      boolean stable =
          patient.restartedMs != Long.MIN_VALUE
              && nowMs - patient.restartedMs >= limits.stableAfterMs();
      patient.attempts = stable ? 1 : patient.attempts + 1;
      patient.dueMs = nowMs + pauseMs(patient.attempts);
    }
    if (restartsMs.size() >= limits.budget()) {
      return new Remedy.Escalate(
          "the restart budget is spent: "
              + limits.budget()
              + " restarts in "
              + limits.windowMs() / 1000
              + " s; "
              + worker
              + " stays dead until the window has moved, in "
              + (restartsMs.getFirst() + limits.windowMs() - nowMs) / 1000
              + " s");
    }
    if (nowMs < patient.dueMs) {
      return new Remedy.RecheckAfter(patient.dueMs - nowMs);
    }
    patient.dueMs = -1;
    patient.restartedMs = nowMs;
    restartsMs.addLast(nowMs);
    return new Remedy.Restart(patient.attempts);
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
    long pause = Math.min(limits.maxBackoffMs(), limits.backoffMs() << Math.min(attempt - 2, 20));
    return pause / 2 + random.nextLong(pause / 2 + 1);
  }
}
