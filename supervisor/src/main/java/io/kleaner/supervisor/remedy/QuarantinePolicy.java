// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy;

import io.kleaner.supervisor.cleaner.Hold;

/**
 * How long a partition that fails is left alone: a moment the first time, unless the partition
 * itself is at fault; then in quarantine, and ever longer. Pure.
 *
 * @param backoffMs after the first failure
 * @param retryMs in quarantine, the first time
 * @param maxRetryMs no quarantine is longer
 */
public record QuarantinePolicy(long backoffMs, long retryMs, long maxRetryMs) {

  /**
   * Judges a failure.
   *
   * @param failures in a row, this one included
   * @param refused whether another try at the same bytes would end the same way
   */
  public Hold judge(int failures, boolean refused, String reason, String nextStep, long nowMs) {
    if (failures <= 1 && !refused) {
      return new Hold(Hold.Kind.BACKOFF, reason, nextStep, nowMs, nowMs + backoffMs, failures);
    }
    int quarantines = refused ? failures : failures - 1;
    long pauseMs = Math.min(maxRetryMs, retryMs << Math.min(quarantines - 1, 30));
    return new Hold(Hold.Kind.QUARANTINE, reason, nextStep, nowMs, nowMs + pauseMs, failures);
  }

  /** Left alone because someone wants it so. */
  public static Hold byHand(String reason, long nowMs) {
    return new Hold(
        Hold.Kind.QUARANTINE,
        "quarantined by hand: " + reason,
        "Release it with 'kleaner release'.",
        nowMs,
        Long.MAX_VALUE,
        0);
  }

  /** A worker hangs in the middle of its swap. */
  public static Hold stuck(String worker, long nowMs) {
    return new Hold(
        Hold.Kind.STUCK,
        worker + " hangs in the middle of a swap, which nobody else may finish while it lives",
        "Find out why the disk does not answer, then restart the service: it recovers the"
            + " partition first.",
        nowMs,
        Long.MAX_VALUE,
        0);
  }
}
