// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy;

import io.kleaner.supervisor.cleaner.Cause;
import io.kleaner.supervisor.cleaner.Failure;
import io.kleaner.supervisor.cleaner.Hold;

/**
 * How long a partition that fails is left alone. Pure.
 *
 * <pre>
 *  whose doing     first failure        then
 *  the disk's      a moment             a growing moment, never longer than the first quarantine
 *  nobody knows    a moment             quarantine, ever longer
 *  its own         quarantine           quarantine, ever longer
 * </pre>
 *
 * @param backoffMs after the first failure
 * @param retryMs in quarantine, the first time
 * @param maxRetryMs no quarantine is longer
 */
public record QuarantinePolicy(long backoffMs, long retryMs, long maxRetryMs) {

  private static final int MAX_SHIFT = 30;

  /**
   * Judges a failure.
   *
   * @param failures in a row, this one included
   */
  public Hold judge(int failures, Failure how, long nowMs) {
    if (how.cause() == Cause.SURROUNDINGS) {
      return hold(Hold.Kind.BACKOFF, how, nowMs, grown(backoffMs, failures, retryMs), failures);
    }
    boolean refused = how.cause() == Cause.REFUSED;
    if (failures <= 1 && !refused) {
      return hold(Hold.Kind.BACKOFF, how, nowMs, backoffMs, failures);
    }
    int quarantines = refused ? failures : failures - 1;
    long pauseMs = grown(retryMs, quarantines, maxRetryMs);
    return hold(Hold.Kind.QUARANTINE, how, nowMs, pauseMs, failures);
  }

  private static long grown(long firstMs, int times, long maxMs) {
    int shift = Math.max(0, Math.min(times - 1, MAX_SHIFT));
    return firstMs > maxMs >> shift ? Math.max(firstMs, maxMs) : firstMs << shift;
  }

  private static Hold hold(Hold.Kind kind, Failure how, long nowMs, long pauseMs, int failures) {
    return new Hold(
        kind, how.cause(), how.reason(), how.nextStep(), nowMs, nowMs + pauseMs, failures);
  }

  /** Left alone because someone wants it so: nothing but a release ends that. */
  public static Hold byHand(String reason, int failures, long nowMs) {
    return new Hold(
        Hold.Kind.BY_HAND,
        Cause.BY_HAND,
        "quarantined by hand: " + reason,
        "Release it with 'kleaner release'.",
        nowMs,
        Hold.RELEASED_ONLY,
        failures);
  }

  /** A worker hangs in the middle of its swap. */
  public static Hold stuck(String worker, int failures, long nowMs) {
    return new Hold(
        Hold.Kind.STUCK,
        Cause.STUCK,
        worker + " hangs in the middle of a swap, which nobody else may finish while it lives",
        "Find out why the disk does not answer, then restart the service: it recovers the"
            + " partition first.",
        nowMs,
        Hold.RELEASED_ONLY,
        failures);
  }
}
