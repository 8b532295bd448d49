// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.StackClass;
import java.util.Optional;

/**
 * What has become of a thread since it last got on: it was idle, or something got clean. Immutable.
 *
 * @param thread as it was seen last
 * @param sinceMs since when it has not got on, milliseconds since the epoch
 * @param cpuThenNanos processor time it had used then
 * @param looks since then
 * @param throttled looks that found it asleep in the throttle
 * @param blocked looks that found it waiting for a disk or a lock
 */
record ThreadTrack(
    CleanerThread thread, long sinceMs, long cpuThenNanos, int looks, int throttled, int blocked) {

  /**
   * Goes on by one look.
   *
   * @param progressed whether something got clean since the look before
   */
  static ThreadTrack next(
      Optional<ThreadTrack> before, CleanerThread now, boolean progressed, long atMs) {
    boolean anew =
        before.isEmpty()
            || before.get().thread.id() != now.id()
            || progressed
            || now.stack() == StackClass.IDLE;
    int throttled = now.stack() == StackClass.THROTTLED ? 1 : 0;
    int blocked = now.stack() == StackClass.BLOCKED_IO ? 1 : 0;
    if (anew) {
      // An idle look is the last good one, and none of those since then.
      int looks = now.stack() == StackClass.IDLE ? 0 : 1;
      return new ThreadTrack(now, atMs, now.cpuNanos(), looks, throttled, blocked);
    }
    ThreadTrack same = before.get();
    return new ThreadTrack(
        now,
        same.sinceMs,
        same.cpuThenNanos,
        same.looks + 1,
        same.throttled + throttled,
        same.blocked + blocked);
  }

  /** Share of a processor that it used since it last got on, 0 to 1; -1 if not known. */
  double cpuShare(long atMs) {
    if (thread.cpuNanos() < 0 || cpuThenNanos < 0 || atMs <= sinceMs) {
      return -1;
    }
    return (thread.cpuNanos() - cpuThenNanos) / 1e6 / (atMs - sinceMs);
  }

  /** Share of looks, 0 to 1. */
  double share(int count) {
    return looks == 0 ? 0 : (double) count / looks;
  }
}
