// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge;

import io.kleaner.supervisor.cleaner.Finding;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * What has become of a partition since its first dirty offset last moved; immutable. Times are of
 * the clock that nobody sets.
 *
 * @param firstDirtyOffset that stands still
 * @param dirtyBytes when it was first seen standing there
 * @param cleans that had ended well by then
 * @param waitsSinceNanos since when it has been eligible with nobody at it
 * @param overdueSinceNanos since when {@code max.compaction.lag.ms} has been passed, empty if not
 */
public record PartitionWatch(
    long firstDirtyOffset,
    long dirtyBytes,
    long cleans,
    long waitsSinceNanos,
    OptionalLong overdueSinceNanos) {

  /** Cleans that end well and move nothing, after which something is wrong. */
  static final int FUTILE_CLEANS = 3;

  /** Workers that are idle look for work several times in it. */
  static final long OVERDUE_GRACE_MS = 500;

  /**
   * Goes on watching.
   *
   * @param nowMs by the clock that time stamps are of
   */
  public static PartitionWatch next(
      Optional<PartitionWatch> before, PartitionState state, long nowMs, long nowNanos) {
    Finding finding = state.finding();
    boolean waits = finding.status() == PartitionStatus.DIRTY;
    OptionalLong overdue = OptionalLong.empty();
    if (finding.isOverdue(nowMs)) {
      overdue =
          before
              .map(PartitionWatch::overdueSinceNanos)
              .filter(OptionalLong::isPresent)
              .orElse(OptionalLong.of(nowNanos));
    }
    if (before.isEmpty() || !waits || before.get().firstDirtyOffset != finding.firstDirtyOffset()) {
      return new PartitionWatch(
          finding.firstDirtyOffset(), finding.dirtyBytes(), state.cleans(), nowNanos, overdue);
    }
    PartitionWatch same = before.get();
    // Who is being worked on does not wait; whether that worker gets on is judged of the worker.
    boolean leftAlone = state.holder().isPresent() || state.hold().isPresent();
    if (!leftAlone && overdue.equals(same.overdueSinceNanos)) {
      return same;
    }
    return new PartitionWatch(
        same.firstDirtyOffset,
        same.dirtyBytes,
        same.cleans,
        leftAlone ? nowNanos : same.waitsSinceNanos,
        overdue);
  }

  /** The same of one that was looked at again, later, and still had nothing to wait for. */
  public PartitionWatch notWaitingAt(long nowNanos) {
    return new PartitionWatch(firstDirtyOffset, dirtyBytes, cleans, nowNanos, overdueSinceNanos);
  }

  /** Whether it was cleaned again and again to no avail: no queue explains that. */
  public boolean isFutile(PartitionState state) {
    return state.finding().status() == PartitionStatus.DIRTY
        && state.cleans() - cleans >= FUTILE_CLEANS;
  }

  /**
   * Judges.
   *
   * <ol>
   *   <li>What is left alone is degraded: its reason is the evidence.
   *   <li>What nobody has looked at is unknown.
   *   <li>What was cleaned again and again while its first dirty offset stood still is stalled.
   *   <li>What is past {@code max.compaction.lag.ms} is stalled as soon as two looks in a row find
   *       nobody at it: it may not wait, as what is merely eligible may.
   *   <li>What waits although it is eligible, and nobody is at it for too long, is stalled; more so
   *       if it grew meanwhile.
   * </ol>
   *
   * @param stalledAfterMs eligible and waiting
   */
  public Verdict judge(PartitionState state, long nowNanos, long stalledAfterMs) {
    if (isWell(state, nowNanos, stalledAfterMs)) {
      return new Verdict.Healthy(state.id() + ": " + state.reason());
    }
    if (isLeftAlone(state)) {
      return new Verdict.Degraded(state.reason());
    }
    if (state.finding().status() == PartitionStatus.UNSEEN) {
      return new Verdict.Unknown(state.id() + ": " + state.finding().reason());
    }
    long grownBytes = state.finding().dirtyBytes() - dirtyBytes;
    String more =
        (grownBytes > 0 ? "; its dirty bytes grew by " + grownBytes : "")
            + (overdueSinceNanos.isPresent()
                ? "; it has been past max.compaction.lag.ms for "
                    + seconds(nowNanos - overdueSinceNanos.getAsLong())
                    + " s"
                : "");
    if (isFutile(state)) {
      return new Verdict.Stalled(
          state.id()
              + " was cleaned "
              + (state.cleans() - cleans)
              + " times and its first dirty offset stands at "
              + firstDirtyOffset
              + more);
    }
    if (isLeftOverdue(state, nowNanos)) {
      return new Verdict.Stalled(
          state.id()
              + " waits, nobody is at it, and its first dirty offset stands at "
              + firstDirtyOffset
              + more);
    }
    return new Verdict.Stalled(
        state.id()
            + " has been eligible for "
            + seconds(nowNanos - waitsSinceNanos)
            + " s and its first dirty offset stands at "
            + firstDirtyOffset
            + more);
  }

  /**
   * Whether {@link #judge} finds it healthy. Puts no text together: of thousands most are well,
   * look after look.
   *
   * @param stalledAfterMs eligible and waiting
   */
  public boolean isWell(PartitionState state, long nowNanos, long stalledAfterMs) {
    return !isLeftAlone(state)
        && state.finding().status() != PartitionStatus.UNSEEN
        && !isFutile(state)
        && !isLeftOverdue(state, nowNanos)
        && !waitsTooLong(state, nowNanos, stalledAfterMs);
  }

  private static boolean isLeftAlone(PartitionState state) {
    return state.status() == PartitionStatus.QUARANTINED
        || state.status() == PartitionStatus.BACKOFF;
  }

  private boolean waitsTooLong(PartitionState state, long nowNanos, long stalledAfterMs) {
    return state.finding().status() == PartitionStatus.DIRTY
        && nowNanos - waitsSinceNanos >= TimeUnit.MILLISECONDS.toNanos(stalledAfterMs);
  }

  /** Whether it is past {@code max.compaction.lag.ms} and no worker takes it. */
  public boolean isLeftOverdue(PartitionState state, long nowNanos) {
    if (overdueSinceNanos.isEmpty() || state.finding().status() != PartitionStatus.DIRTY) {
      return false;
    }
    long leftNanos = Math.min(nowNanos - waitsSinceNanos, nowNanos - overdueSinceNanos.getAsLong());
    return leftNanos >= TimeUnit.MILLISECONDS.toNanos(OVERDUE_GRACE_MS);
  }

  private static long seconds(long nanos) {
    return TimeUnit.NANOSECONDS.toSeconds(nanos);
  }
}
