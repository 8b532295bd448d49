// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.pace;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * One-way switch by which someone asks a clean to stop; the clean looks at it between batches and
 * before each commit point, and whoever sleeps on it wakes at once.
 *
 * <p>Thread-safe.
 */
public final class CancelToken {

  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final CountDownLatch cancelled = new CountDownLatch(1);
  private final AtomicInteger sleepers = new AtomicInteger();

  /** Asks for a stop; further calls change nothing. */
  public void cancel() {
    cancelled.countDown();
  }

  public boolean isCancelled() {
    return cancelled.getCount() == 0;
  }

  /**
   * Sleeps, or wakes early because a stop was asked for.
   *
   * @param nanos how long to sleep, in nanoseconds
   * @return true if a stop was asked for
   */
  public boolean sleep(long nanos) throws InterruptedException {
    sleepers.incrementAndGet();
    try {
      return cancelled.await(nanos, TimeUnit.NANOSECONDS);
    } finally {
      sleepers.decrementAndGet();
    }
  }

  /**
   * Sleeps as long as there is something to wait for, asking again several times a second how much
   * is left, or wakes early because a stop was asked for.
   *
   * @param leftNanos how long to sleep on, in nanoseconds; 0 or less ends it
   * @return true if a stop was asked for
   */
  public boolean sleepWhile(LongSupplier leftNanos) throws InterruptedException {
    sleepers.incrementAndGet();
    try {
      for (long left = leftNanos.getAsLong(); left > 0; left = leftNanos.getAsLong()) {
        if (cancelled.await(Math.min(left, LOOK_AGAIN_NANOS), TimeUnit.NANOSECONDS)) {
          return true;
        }
      }
      return false;
    } finally {
      sleepers.decrementAndGet();
    }
  }

  /** Whether someone sleeps on it now: a worker that rests because its rate asks for it. */
  public boolean hasSleepers() {
    return sleepers.get() > 0;
  }

  /**
   * Leaves the work if a stop was asked for.
   *
   * @throws CancelledException if so
   */
  public void throwIfCancelled() {
    if (isCancelled()) {
      throw new CancelledException();
    }
  }
}
