// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.pace;

import io.kleaner.core.time.Clock;

/**
 * Holds the bytes that all workers move together to a rate that can be changed at any time: whoever
 * sleeps because of the old one goes on by the new one within a moment.
 *
 * <p>Every portion gets a place in one line of bytes, and may go when as many bytes have been let
 * through as stand before it. Thread-safe. Whoever is over the rate sleeps on its {@link
 * CancelToken}, not under the lock.
 */
public final class Throttle {

  /** No limit. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  private static final double NANOS = 1e9;

  private final Clock clock;
  private volatile long bytesPerSecond;
  private double taken;
  private double passed;
  private long passedAtNanos;

  /**
   * @param clock for the pace
   * @param bytesPerSecond above 0, or {@link #UNLIMITED}
   */
  public Throttle(Clock clock, long bytesPerSecond) {
    this.clock = clock;
    this.passedAtNanos = clock.nanoTime();
    this.bytesPerSecond = requirePositive(bytesPerSecond);
  }

  /** A throttle that holds nobody until it is given a rate. */
  public static Throttle unlimited() {
    return new Throttle(Clock.system(), UNLIMITED);
  }

  /** Changes the rate from now on, for those who sleep already too. */
  public synchronized void setBytesPerSecond(long rate) {
    requirePositive(rate);
    advance();
    if (bytesPerSecond == UNLIMITED) {
      // Nobody stood in line.
      taken = passed;
    }
    bytesPerSecond = rate;
  }

  private static long requirePositive(long rate) {
    if (rate <= 0) {
      throw new IllegalArgumentException("rate " + rate + " bytes/s is not above 0");
    }
    return rate;
  }

  public long bytesPerSecond() {
    return bytesPerSecond;
  }

  /**
   * Accounts for bytes moved and sleeps as long as the rate asks for, or until cancelled.
   *
   * @throws CancelledException if it was cancelled, or the thread is interrupted, while it sleeps;
   *     its interrupt flag is set again
   */
  public void acquire(long bytes, CancelToken token) {
    if (bytesPerSecond == UNLIMITED) {
      return;
    }
    double place = takePlace(bytes);
    if (waitNanos(place) <= 0) {
      return;
    }
    try {
      if (token.sleepWhile(() -> waitNanos(place))) {
        token.throwIfCancelled();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException();
    }
  }

  /** Accounts for bytes moved without waiting; whoever comes next waits for them. */
  public void note(long bytes) {
    if (bytesPerSecond != UNLIMITED) {
      takePlace(bytes);
    }
  }

  private synchronized double takePlace(long bytes) {
    advance();
    // What was not used is gone: a pause is no credit for a burst.
    double place = Math.max(taken, passed);
    taken = place + bytes;
    return place;
  }

  private synchronized long waitNanos(double place) {
    if (bytesPerSecond == UNLIMITED) {
      return 0;
    }
    advance();
    return (long) Math.ceil((place - passed) / bytesPerSecond * NANOS);
  }

  private void advance() {
    long now = clock.nanoTime();
    if (bytesPerSecond != UNLIMITED) {
      passed += (now - passedAtNanos) / NANOS * bytesPerSecond;
    }
    passedAtNanos = now;
  }
}
