// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.compact.CleanStats;
import io.kleaner.core.keymap.KeyIndex;
import java.util.concurrent.TimeUnit;

/**
 * How the last clean of a partition in this process ended well.
 *
 * @param atMs when, milliseconds since the epoch
 * @param bytesBefore log bytes of the range before
 * @param bytesAfter log bytes of the range after
 * @param endOffset up to where it is clean
 * @param tookMs how long it took
 * @param mapUse share of the map's memory that its keys took, 0 to 1; 1 too if some were spilled
 */
public record LastClean(
    long atMs, long bytesBefore, long bytesAfter, long endOffset, long tookMs, double mapUse) {

  /** Memory that a key takes when the map is full. */
  private static final double BYTES_PER_KEY = 15;

  /**
   * @param memoryBytes memory for keys that the clean had
   */
  static LastClean of(CleanStats stats, long endOffset, long memoryBytes, long nowMs) {
    return new LastClean(
        nowMs,
        stats.bytesBefore(),
        stats.bytesAfter(),
        endOffset,
        TimeUnit.NANOSECONDS.toMillis(stats.scanNanos() + stats.copyNanos()),
        mapUse(stats.keys(), memoryBytes));
  }

  static double mapUse(long keys, long memoryBytes) {
    return Math.min(1, keys * BYTES_PER_KEY / KeyIndex.mapBudgetBytes(memoryBytes));
  }
}
