// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

/**
 * Why a partition is not worked on although it might be.
 *
 * @param kind what keeps it
 * @param reason what happened
 * @param nextStep what to do
 * @param sinceMs milliseconds since the epoch
 * @param untilMs when it is tried again by itself; {@link Long#MAX_VALUE} for never
 * @param failures how often it failed in a row
 */
public record Hold(
    Kind kind, String reason, String nextStep, long sinceMs, long untilMs, int failures) {

  /** What keeps a partition. */
  public enum Kind {
    /** It failed, and nobody has judged that yet. */
    UNJUDGED,
    /** It failed once and is tried again soon. */
    BACKOFF,
    /** It fails or kills again and again, or someone wants it left alone. */
    QUARANTINE,
    /** A worker hangs in the middle of its swap: only a restart of the process frees it. */
    STUCK
  }

  /** Whether it still keeps the partition. */
  public boolean holdsAt(long nowMs) {
    return nowMs < untilMs;
  }

  /** Whether someone should know of it. */
  public boolean isQuarantine() {
    return kind == Kind.QUARANTINE || kind == Kind.STUCK;
  }
}
