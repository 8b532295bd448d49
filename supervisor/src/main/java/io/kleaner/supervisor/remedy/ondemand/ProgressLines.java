// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.remedy.ondemand.OnDemandCompaction.Listener;
import java.util.concurrent.TimeUnit;

/**
 * Tells a person how it goes: at once what is first, then only what changed, and not more often
 * than a person reads. Not thread-safe.
 */
final class ProgressLines {

  static final long EVERY_NS = TimeUnit.SECONDS.toNanos(5);

  private final Clock clock;
  private String told = "";
  private long toldNs;

  ProgressLines(Clock clock) {
    this.clock = clock;
  }

  /**
   * Tells it if it is time.
   *
   * @param now how it goes; empty if there is nothing to tell
   */
  void tell(String now, Listener listener) {
    long nowNs = clock.nanoTime();
    if (!now.isEmpty() && !now.equals(told) && (told.isEmpty() || nowNs - toldNs >= EVERY_NS)) {
      listener.tell(now);
      told = now;
      toldNs = nowNs;
    }
  }
}
