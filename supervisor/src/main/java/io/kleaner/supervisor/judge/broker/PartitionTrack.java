// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.probe.broker.Eligibility;
import io.kleaner.supervisor.probe.broker.PartitionFiles;
import java.util.Optional;

/**
 * What has become of a partition since its first dirty offset last moved. Immutable.
 *
 * @param firstDirtyOffset that stands still
 * @param dirtyBytes when it was first seen standing there
 * @param sinceMs when that was, milliseconds since the epoch
 * @param eligibleSinceMs since when the broker would clean it, -1 if it would not
 * @param emptySinceMs since when many of its segments have had no byte, over cleans too, -1 if not
 *     many have none
 */
record PartitionTrack(
    long firstDirtyOffset, long dirtyBytes, long sinceMs, long eligibleSinceMs, long emptySinceMs) {

  /** So many are many. */
  private static final int MANY_EMPTY = 3;

  /** Goes on by one look. */
  static PartitionTrack next(Optional<PartitionTrack> before, PartitionFiles files, long atMs) {
    boolean eligible = files.eligibility().kind() == Eligibility.Kind.ELIGIBLE;
    boolean empty = files.emptySegments() >= MANY_EMPTY;
    long emptySince = since(empty, before.map(PartitionTrack::emptySinceMs).orElse(-1L), atMs);
    if (before.isEmpty() || before.get().firstDirtyOffset != files.firstDirtyOffset()) {
      return new PartitionTrack(
          files.firstDirtyOffset(), files.dirtyBytes(), atMs, eligible ? atMs : -1, emptySince);
    }
    PartitionTrack same = before.get();
    return new PartitionTrack(
        same.firstDirtyOffset,
        same.dirtyBytes,
        Math.min(same.sinceMs, atMs),
        since(eligible, same.eligibleSinceMs, atMs),
        emptySince);
  }

  private static long since(boolean holds, long beforeMs, long atMs) {
    if (!holds) {
      return -1;
    }
    // What is yet to come, by a clock that was set back since, is now.
    return beforeMs >= 0 ? Math.min(beforeMs, atMs) : atMs;
  }
}
