// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

/**
 * Why a partition is not worked on although it might be. Times are for people and for the file that
 * outlives the process; how much of a pause is left is measured by a clock that nobody sets.
 *
 * @param kind what keeps it
 * @param cause whose doing that is
 * @param reason what happened
 * @param nextStep what to do
 * @param sinceMs milliseconds since the epoch
 * @param untilMs when it is tried again by itself; {@link #RELEASED_ONLY} for never
 * @param failures how often it failed in a row
 */
public record Hold(
    Kind kind,
    Cause cause,
    String reason,
    String nextStep,
    long sinceMs,
    long untilMs,
    int failures) {

  /** The end of what does not end by itself. */
  public static final long RELEASED_ONLY = Long.MAX_VALUE;

  /** What keeps a partition. */
  public enum Kind {
    /** It failed, and is tried again soon. */
    BACKOFF,
    /** It fails or kills again and again, or is not fit to be cleaned. */
    QUARANTINE,
    /** Someone wants it left alone: nothing but a release lets it go. */
    BY_HAND,
    /** A worker hangs in the middle of its swap: only the end of that worker frees it. */
    STUCK
  }

  /** Whether someone should know of it. */
  public boolean isQuarantine() {
    return kind != Kind.BACKOFF;
  }

  /** Whether it is over after a time. */
  public boolean endsByItself() {
    return untilMs != RELEASED_ONLY;
  }

  /** How long it keeps the partition in all, in milliseconds. */
  public long pauseMs() {
    return endsByItself() ? Math.max(0, untilMs - sinceMs) : RELEASED_ONLY;
  }

  /**
   * How much of it is left after a restart, in milliseconds: never more than all of it, whatever
   * was done to the clock meanwhile.
   */
  public long leftMs(long nowMs) {
    return endsByItself() ? Math.max(0, Math.min(untilMs - nowMs, pauseMs())) : RELEASED_ONLY;
  }
}
