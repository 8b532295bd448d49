// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a partition's directory holds, read beside the live broker. Immutable.
 *
 * @param dir the directory
 * @param sizeBytes of all its segments' logs
 * @param segments how many, the active one included
 * @param activeBaseOffset base offset of the segment that is appended to
 * @param activeBytes size of that segment's log
 * @param logStartOffset from the checkpoint, or the first segment
 * @param logEndOffset the offset after the last whole batch
 * @param cleanerCheckpoint the entry in {@code cleaner-offset-checkpoint}; empty if there is none,
 *     which means that it was never cleaned
 * @param firstDirtyOffset where the next clean begins to look for newer values
 * @param firstUncleanableOffset where it has to end; empty if the topic is not compacted
 * @param dirtyBytes of segments that hold dirt and can be cleaned
 * @param cleanBytes of segments below them
 * @param dirtyRatio 0 to 1, by the broker's own rule
 * @param eligibility whether the broker would clean it now, and why not
 * @param lastAppendMs modification time of the active segment, milliseconds since the epoch
 * @param leftovers names of files of an interrupted clean ({@code .cleaned}, {@code .swap}), which
 *     are normal while a clean runs
 * @param emptySegments sealed segments without a byte
 * @param paddedTimeIndexes sealed segments, not just now sealed, whose time index ends in zeros
 * @param overflowingSegment base offset of the first segment that holds an offset which is too far
 *     from it for any index entry; empty if none does
 */
public record PartitionFiles(
    Path dir,
    long sizeBytes,
    int segments,
    long activeBaseOffset,
    long activeBytes,
    long logStartOffset,
    long logEndOffset,
    OptionalLong cleanerCheckpoint,
    long firstDirtyOffset,
    OptionalLong firstUncleanableOffset,
    long dirtyBytes,
    long cleanBytes,
    double dirtyRatio,
    Eligibility eligibility,
    long lastAppendMs,
    List<String> leftovers,
    int emptySegments,
    int paddedTimeIndexes,
    OptionalLong overflowingSegment) {

  /** Why there are none of a partition that was not looked at yet. */
  public static final String NOT_LOOKED_AT_YET = "the partition was not looked at yet";

  /** Keeps its own copy. */
  public PartitionFiles {
    leftovers = List.copyOf(leftovers);
  }
}
