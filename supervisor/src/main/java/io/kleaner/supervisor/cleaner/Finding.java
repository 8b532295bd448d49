// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.supervisor.config.ServiceWords;
import java.util.OptionalLong;

/**
 * What the last look at a partition found; immutable.
 *
 * @param status never {@link PartitionStatus#CLEANING}, {@link PartitionStatus#BACKOFF} or {@link
 *     PartitionStatus#QUARANTINED}, which are not the partition's own
 * @param why for programs and metrics: one of a handful of words
 * @param reason why it is so, a sentence
 * @param sizeBytes of all its logs
 * @param dirtyBytes of the segments at or above the first dirty offset that could be cleaned
 * @param dirtyRatio 0 to 1
 * @param firstDirtyOffset where the last clean ended, -1 if not known
 * @param upperBoundOffset up to where it could be cleaned, -1 if not known
 * @param logEndOffset -1 if not known
 * @param overdue whether {@code max.compaction.lag.ms} had passed for something in it then
 * @param eligibleAtMs when time alone makes it eligible, or made it so, milliseconds since the
 *     epoch
 * @param atMs when it was looked at, milliseconds since the epoch
 */
public record Finding(
    PartitionStatus status,
    String why,
    String reason,
    long sizeBytes,
    long dirtyBytes,
    double dirtyRatio,
    long firstDirtyOffset,
    long upperBoundOffset,
    long logEndOffset,
    boolean overdue,
    OptionalLong eligibleAtMs,
    long atMs) {

  /** Puts the engine's advice into the service's words. */
  public Finding {
    reason = ServiceWords.of(reason);
  }

  /**
   * Whether it waits and {@code max.compaction.lag.ms} has passed for something in it, be it since
   * the look.
   */
  public boolean isOverdue(long nowMs) {
    return overdue
        || (status == PartitionStatus.DIRTY && eligibleAtMs.orElse(Long.MAX_VALUE) < nowMs);
  }

  /** Before the first look. */
  static final Finding NONE =
      new Finding(
          PartitionStatus.UNSEEN,
          "unseen",
          "nobody has looked at it yet",
          0,
          0,
          0,
          -1,
          -1,
          -1,
          false,
          OptionalLong.empty(),
          -1);
}
