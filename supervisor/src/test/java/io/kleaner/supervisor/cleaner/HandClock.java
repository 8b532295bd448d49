// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Goes on when told; its wall time can be set, as people do it, without time passing. */
public final class HandClock implements Clock {

  public static final long START_MS = 1_790_000_000_000L;

  private final AtomicLong wallMs;
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5));

  public HandClock() {
    this(START_MS);
  }

  /**
   * @param startMs what its wall shows at first, milliseconds since the epoch
   */
  public HandClock(long startMs) {
    wallMs = new AtomicLong(startMs);
  }

  /** Time passes. */
  public void passMs(long ms) {
    wallMs.addAndGet(ms);
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
  }

  /** Someone sets the wall clock. */
  public void setBackMs(long ms) {
    wallMs.addAndGet(-ms);
  }

  @Override
  public long nowMs() {
    return wallMs.get();
  }

  @Override
  public long nanoTime() {
    return nanos.get();
  }
}
