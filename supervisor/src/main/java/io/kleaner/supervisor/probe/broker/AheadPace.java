// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.time.Clock;
import java.util.concurrent.TimeUnit;

/**
 * How fast a log directory is read ahead: so many bytes in the long run, and never more than a
 * small share of the time, however slow the disk is or however long the bytes become. Not
 * thread-safe.
 */
final class AheadPace {

  /** Of what is read and what it becomes: what a broker's disk and processor do not notice. */
  private static final long BYTES = 4L << 20;

  private static final long IN_NS = TimeUnit.SECONDS.toNanos(15);

  /** It rests so many times longer than it took, that is half a percent of the time. */
  private static final long REST = 200;

  private static final long MOST_REST_NS = TimeUnit.MINUTES.toNanos(5);

  private final Clock clock;
  private long credit = BYTES;
  private long creditNs;
  private long restUntilNs;

  AheadPace(Clock clock) {
    this.clock = clock;
    this.creditNs = clock.nanoTime();
    this.restUntilNs = creditNs;
  }

  /** How much may be read now, in bytes; 0 if nothing. */
  long credit() {
    long nowNs = clock.nanoTime();
    double share = Math.min(1, (double) (nowNs - creditNs) / IN_NS);
    credit = Math.min(BYTES, credit + (long) (share * BYTES));
    creditNs = nowNs;
    return nowNs - restUntilNs < 0 ? 0 : Math.max(0, credit);
  }

  /** Notes what a turn cost. */
  void spent(AheadBudget turn) {
    // Who owes more than that rests by the time it took.
    credit = Math.max(-BYTES, credit - turn.spentBytes());
    long nowNs = clock.nanoTime();
    long from = restUntilNs - nowNs > 0 ? restUntilNs : nowNs;
    restUntilNs = from + Math.min(MOST_REST_NS, REST * turn.tookNs());
  }
}
