// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.time;

/** The machine's own clocks. Thread-safe. */
enum SystemClock implements Clock {
  INSTANCE;

  @Override
  public long nowMs() {
    return System.currentTimeMillis();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }
}
