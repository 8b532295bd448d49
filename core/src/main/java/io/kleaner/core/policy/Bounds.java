// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.policy;

import java.util.List;

/**
 * Between which offsets a partition can be cleaned now, and why there.
 *
 * @param firstDirtyOffset where the last clean ended, or the log start offset
 * @param upperBoundOffset the first uncleanable offset, rounded down to a segment's base offset and
 *     never below the first dirty one
 * @param firstUncleanableOffset the same before rounding
 * @param highWatermark up to where all replicas are known to agree
 * @param highWatermarkSource where that was found
 * @param lastStableOffset the first offset of the earliest open transaction, or the high watermark
 * @param limitedBy what keeps the upper bound from being higher
 * @param warnings what was reset or passed over, a sentence each
 */
public record Bounds(
    long firstDirtyOffset,
    long upperBoundOffset,
    long firstUncleanableOffset,
    long highWatermark,
    String highWatermarkSource,
    long lastStableOffset,
    Limit limitedBy,
    List<String> warnings) {

  /** What keeps the upper bound from being higher. */
  public enum Limit {
    ACTIVE_SEGMENT("the active segment, which is never cleaned"),
    HIGH_WATERMARK("the high watermark: other replicas may not have what lies above"),
    OPEN_TRANSACTION("an open transaction: nothing above its first record is cleaned"),
    COMPACTION_LAG("min.compaction.lag.ms: the segments above it are too young");

    private final String text;

    Limit(String text) {
      this.text = text;
    }

    /** For a report. */
    public String text() {
      return text;
    }
  }

  /** Keeps its own copy. */
  public Bounds {
    warnings = List.copyOf(warnings);
  }

  /** Whether there is anything between the bounds. */
  public boolean isEmpty() {
    return firstDirtyOffset >= upperBoundOffset;
  }
}
