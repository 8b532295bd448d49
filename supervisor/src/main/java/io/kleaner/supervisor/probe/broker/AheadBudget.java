// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.time.Clock;
import java.util.concurrent.TimeUnit;

/**
 * What one turn of reading ahead may cost: bytes, those that are read and those that they become
 * when they are decompressed, and time. An interrupt ends it, as everything that a probe does. Not
 * thread-safe.
 */
final class AheadBudget {

  /** After it nothing is begun. */
  private static final long BEGIN_NS = TimeUnit.MILLISECONDS.toNanos(100);

  /** After it what was begun is given up: what is known of the broker must not grow old. */
  private static final long END_NS = TimeUnit.SECONDS.toNanos(1);

  private final Clock clock;
  private final long bytes;
  private final long beganNs;
  private long spent;

  /**
   * @param bytes after which nothing more is read; 0 leaves what is looked at a second time
   */
  AheadBudget(Clock clock, long bytes) {
    this.clock = clock;
    this.bytes = bytes;
    this.beganNs = clock.nanoTime();
  }

  void spend(long moreBytes) {
    spent += moreBytes;
  }

  long spentBytes() {
    return spent;
  }

  long tookNs() {
    return clock.nanoTime() - beganNs;
  }

  /** Whether no other batch is to be read. */
  boolean isSpent() {
    return spent >= bytes || isLate();
  }

  /** Whether nothing is to be begun any more, however little it costs. */
  boolean isLate() {
    return tookNs() > BEGIN_NS || Thread.currentThread().isInterrupted();
  }

  /** Whether what was begun is to be given up. */
  boolean isOver() {
    return tookNs() > END_NS || Thread.currentThread().isInterrupted();
  }
}
