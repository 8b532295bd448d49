// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

/**
 * How long to wait between attempts: doubling from {@code firstMs} up to {@code maxMs}, of which a
 * random half is taken off so that many services don't come back to one receiver together.
 *
 * @param firstMs the whole pause before the second attempt, milliseconds
 * @param maxMs the longest, milliseconds
 */
record Backoff(long firstMs, long maxMs) {

  /** From half a second to half a minute. */
  static final Backoff DEFAULT = new Backoff(500, 30_000);

  Backoff {
    if (firstMs <= 0 || maxMs < firstMs) {
      throw new IllegalArgumentException(
          "first pause " + firstMs + " ms, longest " + maxMs + " ms: 0 < first <= longest");
    }
  }

  /**
   * The pause before an attempt, milliseconds.
   *
   * @param attempt the one to come, from 2
   * @param random in [0, 1]
   */
  long pauseMs(int attempt, double random) {
    long wholeMs = firstMs;
    for (int i = 2; i < attempt && wholeMs < maxMs; i++) {
      wholeMs *= 2;
    }
    wholeMs = Math.min(wholeMs, maxMs);
    return wholeMs - (long) (wholeMs / 2.0 * random);
  }
}
