// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge;

import io.kleaner.supervisor.cleaner.Finding;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import java.util.Optional;

/**
 * What has become of a partition since its first dirty offset last moved; immutable.
 *
 * @param firstDirtyOffset that stands still
 * @param dirtyBytes when it was first seen standing there
 * @param sinceMs when that was, milliseconds since the epoch
 * @param overdueSinceMs since when {@code max.compaction.lag.ms} has been passed, -1 if it has not
 */
public record PartitionWatch(
    long firstDirtyOffset, long dirtyBytes, long sinceMs, long overdueSinceMs) {

  /** Goes on watching. */
  public static PartitionWatch next(
      Optional<PartitionWatch> before, PartitionState state, long nowMs) {
    Finding finding = state.finding();
    long overdue = finding.overdue() ? nowMs : -1;
    boolean waits = finding.status() == PartitionStatus.DIRTY;
    if (before.isEmpty() || !waits || before.get().firstDirtyOffset != finding.firstDirtyOffset()) {
      return new PartitionWatch(finding.firstDirtyOffset(), finding.dirtyBytes(), nowMs, overdue);
    }
    PartitionWatch same = before.get();
    return new PartitionWatch(
        same.firstDirtyOffset,
        same.dirtyBytes,
        same.sinceMs,
        overdue >= 0 && same.overdueSinceMs >= 0 ? same.overdueSinceMs : overdue);
  }

  /**
   * Judges.
   *
   * <ol>
   *   <li>What is left alone is degraded: its reason is the evidence.
   *   <li>What waits although it is eligible, and does not move for too long, is stalled; more so
   *       if it grew meanwhile, or is overdue.
   *   <li>What nobody has looked at is unknown.
   * </ol>
   *
   * @param stalledAfterMs eligible and unmoved
   */
  public Verdict judge(PartitionState state, long nowMs, long stalledAfterMs) {
    if (state.status() == PartitionStatus.QUARANTINED
        || state.status() == PartitionStatus.BACKOFF) {
      return new Verdict.Degraded(state.reason());
    }
    if (state.finding().status() == PartitionStatus.UNSEEN) {
      return new Verdict.Unknown(state.id() + ": " + state.finding().reason());
    }
    long stillMs = nowMs - sinceMs;
    if (state.finding().status() == PartitionStatus.DIRTY && stillMs >= stalledAfterMs) {
      long grownBytes = state.finding().dirtyBytes() - dirtyBytes;
      return new Verdict.Stalled(
          state.id()
              + " has been eligible for "
              + stillMs / 1000
              + " s and its first dirty offset stands at "
              + firstDirtyOffset
              + (grownBytes > 0 ? "; its dirty bytes grew by " + grownBytes : "")
              + (overdueSinceMs >= 0
                  ? "; it has been past max.compaction.lag.ms for "
                      + (nowMs - overdueSinceMs) / 1000
                      + " s"
                  : ""));
    }
    return new Verdict.Healthy(state.id() + ": " + state.reason());
  }
}
