// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

/**
 * How long a lever waits for what, in milliseconds.
 *
 * @param newThreadsMs for threads with new ids after a change
 * @param unblockMs for threads that are blocked right after a restart
 * @param proveMs the new threads have to live so long
 * @param progressMs for a checkpoint to move where there is something to clean
 * @param pollMs between two looks
 */
public record LeverTimes(
    long newThreadsMs, long unblockMs, long proveMs, long progressMs, long pollMs) {

  /** Threads come back in 45 to 130 ms; a poisoned one dies in 300 to 500 ms (measured). */
  public static final LeverTimes DEFAULT = new LeverTimes(5_000, 15_000, 1_500, 10_000, 20);
}
