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
 */
record PartitionTrack(long firstDirtyOffset, long dirtyBytes, long sinceMs, long eligibleSinceMs) {

  /** Goes on by one look. */
  static PartitionTrack next(Optional<PartitionTrack> before, PartitionFiles files, long atMs) {
    boolean eligible = files.eligibility().kind() == Eligibility.Kind.ELIGIBLE;
    if (before.isEmpty() || before.get().firstDirtyOffset != files.firstDirtyOffset()) {
      return new PartitionTrack(
          files.firstDirtyOffset(), files.dirtyBytes(), atMs, eligible ? atMs : -1);
    }
    PartitionTrack same = before.get();
    // What is yet to come, by a clock that was set back since, is now.
    long since = same.eligibleSinceMs >= 0 ? Math.min(same.eligibleSinceMs, atMs) : atMs;
    return new PartitionTrack(
        same.firstDirtyOffset,
        same.dirtyBytes,
        Math.min(same.sinceMs, atMs),
        eligible ? since : -1);
  }
}
