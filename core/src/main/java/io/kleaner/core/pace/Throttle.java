// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.pace;

import io.kleaner.core.time.Clock;

/**
 * Holds the bytes that all workers move together to a rate that can be changed at any time.
 *
 * <p>Thread-safe. Whoever is over the rate sleeps on its {@link CancelToken}, not under the lock.
 */
public final class Throttle {

  /** No limit. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  private static final double NANOS = 1e9;

  private final Clock clock;
  private volatile long bytesPerSecond;
  private long freeAtNanos;

  /**
   * @param clock for the pace
   * @param bytesPerSecond above 0, or {@link #UNLIMITED}
   */
  public Throttle(Clock clock, long bytesPerSecond) {
    this.clock = clock;
    this.freeAtNanos = clock.nanoTime();
    setBytesPerSecond(bytesPerSecond);
  }

  /** A throttle that never holds anyone. */
  public static Throttle unlimited() {
    return new Throttle(Clock.system(), UNLIMITED);
  }

  /** Changes the rate from now on. */
  public void setBytesPerSecond(long rate) {
    if (rate <= 0) {
      throw new IllegalArgumentException("rate " + rate + " bytes/s is not above 0");
    }
    bytesPerSecond = rate;
  }

  public long bytesPerSecond() {
    return bytesPerSecond;
  }

  /**
   * Accounts for bytes moved and sleeps as long as the rate asks for, or until cancelled.
   *
   * @throws CancelledException if the thread is interrupted while it sleeps; its interrupt flag is
   *     set again
   */
  public void acquire(long bytes, CancelToken token) {
    long rate = bytesPerSecond;
    if (rate == UNLIMITED) {
      return;
    }
    long waitNanos;
    synchronized (this) {
      long now = clock.nanoTime();
      if (freeAtNanos - now < 0) {
        freeAtNanos = now;
      }
      waitNanos = freeAtNanos - now;
      freeAtNanos += (long) (bytes * NANOS / rate);
    }
    if (waitNanos > 0) {
      try {
        if (token.sleep(waitNanos)) {
          token.throwIfCancelled();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancelledException();
      }
    }
  }
}
