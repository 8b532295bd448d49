// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import io.kleaner.bench.engine.EngineName;

/**
 * One engine at one size.
 *
 * @param label of the size
 * @param x the size as a number
 * @param logBytes of the segments
 * @param keys in them
 * @param seconds of a clean
 * @param catSeconds of {@code cat} of the same segments
 * @param rssBytes peak resident memory of the process
 * @param rounds how often the log was rewritten
 * @param spilledBytes of keys written to disk
 */
public record GrowthPoint(
    String label,
    double x,
    EngineName engine,
    long logBytes,
    long keys,
    double seconds,
    double catSeconds,
    long rssBytes,
    int rounds,
    long spilledBytes) {

  private static final double GIB = 1L << 30;

  /** What is to stay flat. */
  public double secondsPerGib() {
    return seconds / (logBytes / GIB);
  }

  /** What reading alone takes, which grows where the page cache does not hold the log. */
  public double catSecondsPerGib() {
    return catSeconds / (logBytes / GIB);
  }
}
