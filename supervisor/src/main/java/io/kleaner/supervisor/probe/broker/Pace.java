// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.time.Clock;
import java.util.concurrent.TimeUnit;

/** Says when something is due again. Not thread-safe. */
final class Pace {

  /** For each so many partitions once more as seldom, up to a bound. */
  private static final int PARTITIONS_A_TIME = 500;

  static final int SELDOMEST = 4;

  private final Clock clock;
  private final long intervalNs;
  private boolean ever;
  private long lastNs;

  Pace(Clock clock, long intervalMs) {
    this.clock = clock;
    this.intervalNs = TimeUnit.MILLISECONDS.toNanos(intervalMs);
  }

  /**
   * What is asked of each partition costs the more the more there are.
   *
   * @return how many times as seldom as of few it is asked
   */
  static int times(int partitions) {
    return Math.max(1, Math.min(SELDOMEST, partitions / PARTITIONS_A_TIME));
  }

  boolean isDue() {
    return isDue(1);
  }

  /** The same, if the interval were so many times as long. */
  boolean isDue(int times) {
    return !ever || clock.nanoTime() - lastNs >= times * intervalNs;
  }

  void done() {
    ever = true;
    lastNs = clock.nanoTime();
  }

  /** Makes it due now. */
  void reset() {
    ever = false;
  }
}
