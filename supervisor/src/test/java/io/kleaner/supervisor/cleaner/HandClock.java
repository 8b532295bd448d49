// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Goes on when told; its wall time can be set, as people do it, without time passing. */
public final class HandClock implements Clock {

  public static final long START_MS = 1_790_000_000_000L;

  private final AtomicLong wallMs;
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5));

  private final AtomicBoolean failing = new AtomicBoolean();

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

  /** Whoever looks at it next fails, once. */
  public void failOnce() {
    failing.set(true);
  }

  private void failIfToldTo() {
    if (failing.getAndSet(false)) {
      throw new OutOfMemoryError("no room even to tell the time");
    }
  }

  @Override
  public long nowMs() {
    failIfToldTo();
    return wallMs.get();
  }

  @Override
  public long nanoTime() {
    failIfToldTo();
    return nanos.get();
  }
}
