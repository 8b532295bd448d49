// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.time.Clock;
import java.util.concurrent.TimeUnit;

/** What is left of the time for several things that are done one after another. Thread-safe. */
record Deadline(Clock clock, long endNanos) {

  /**
   * @param millis from now on, for all of it together
   */
  static Deadline in(Clock clock, long millis) {
    return new Deadline(clock, clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /**
   * Milliseconds that may be spent now, 1 at least: whoever waits for 0 would wait for ever.
   *
   * @param reservedMs for what comes after
   */
  long leftMs(long reservedMs) {
    long left = TimeUnit.NANOSECONDS.toMillis(endNanos - clock.nanoTime());
    return Math.max(1, left - reservedMs);
  }
}
