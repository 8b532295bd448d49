// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import io.kleaner.core.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Goes on when told. */
final class ManualClock implements Clock {

  private final AtomicLong nowMs = new AtomicLong(Samples.SINCE_MS);

  void advanceMs(long ms) {
    nowMs.addAndGet(ms);
  }

  @Override
  public long nowMs() {
    return nowMs.get();
  }

  @Override
  public long nanoTime() {
    return TimeUnit.MILLISECONDS.toNanos(nowMs.get());
  }
}
