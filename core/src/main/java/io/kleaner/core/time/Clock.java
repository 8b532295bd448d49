// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.time;

/**
 * Where the engine reads the time: wall time for records and horizons, a monotonic one for
 * durations.
 */
public interface Clock {

  /** Milliseconds since the epoch. */
  long nowMs();

  /** Nanoseconds of a clock that never goes back; only differences mean anything. */
  long nanoTime();

  /** The machine's clocks. */
  static Clock system() {
    return SystemClock.INSTANCE;
  }
}
