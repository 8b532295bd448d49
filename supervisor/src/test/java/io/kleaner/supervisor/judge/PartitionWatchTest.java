// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.cleaner.Cause;
import io.kleaner.supervisor.cleaner.Finding;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionWatchTest {

  private static final long STALLED_MS = 900_000;
  private static final long NOW_MS = 1_000_000;
  private static final long START_NANOS = Long.MAX_VALUE - 5;

  private static PartitionState state(
      PartitionStatus found,
      String held,
      boolean worked,
      long firstDirty,
      long dirtyBytes,
      long cleans,
      boolean overdue) {
    Optional<Hold> hold =
        Optional.ofNullable(held)
            .map(
                kind ->
                    new Hold(
                        Hold.Kind.valueOf(kind), Cause.FAILED, "it failed", "", 0, 9_999_999, 1));
    PartitionStatus shown =
        hold.map(
                each -> each.isQuarantine() ? PartitionStatus.QUARANTINED : PartitionStatus.BACKOFF)
            .orElse(found);
    return new PartitionState(
        new PartitionId(Path.of("/logs"), new TopicPartition("orders", 1)),
        shown,
        new Finding(
            found,
            "test",
            "so it was found",
            9_000,
            dirtyBytes,
            0.5,
            firstDirty,
            60,
            61,
            overdue,
            OptionalLong.empty(),
            0),
        hold,
        worked ? Optional.of("cleaner-0") : Optional.empty(),
        Optional.empty(),
        0,
        cleans,
        0,
        1,
        0,
        0);
  }

  @ParameterizedTest
  @CsvSource({
    // found, held, at work, first dirty, dirty, cleans, overdue, after seconds -> verdict, evidence
    "DIRTY, , false, 7, 100, 0, false, 899, healthy, '/logs:orders-1: so it was found'",
    "DIRTY, , false, 7, 100, 0, false, 900, stalled, '/logs:orders-1 has been eligible for 900 s"
        + " and its first dirty offset stands at 7'",
    "DIRTY, , false, 7, 150, 0, false, 900, stalled, '/logs:orders-1 has been eligible for 900 s"
        + " and its first dirty offset stands at 7; its dirty bytes grew by 50'",
    "DIRTY, , false, 7, 150, 0, true, 900, stalled, '/logs:orders-1 has been eligible for 900 s and"
        + " its first dirty offset stands at 7; its dirty bytes grew by 50; it has been past"
        + " max.compaction.lag.ms for 0 s'",
    "DIRTY, , false, 9, 100, 0, false, 900, healthy, '/logs:orders-1: so it was found'",
    "DIRTY, , true, 7, 100, 0, false, 900, healthy, '/logs:orders-1: so it was found'",
    "DIRTY, BACKOFF, false, 7, 100, 0, false, 900, degraded, it failed",
    "DIRTY, QUARANTINE, false, 7, 100, 9, true, 900, degraded, it failed",
    "DIRTY, BY_HAND, false, 7, 100, 0, false, 900, degraded, it failed",
    "DIRTY, , false, 7, 100, 2, false, 5, healthy, '/logs:orders-1: so it was found'",
    "DIRTY, , false, 7, 100, 3, false, 5, stalled, '/logs:orders-1 was cleaned 3 times and its"
        + " first dirty offset stands at 7'",
    "CLEAN, , false, 7, 0, 3, false, 900, healthy, '/logs:orders-1: so it was found'",
    "NOT_ELIGIBLE, , false, 7, 100, 0, false, 86400, healthy, '/logs:orders-1: so it was found'",
    "NOT_COMPACTED, , false, -1, 0, 0, false, 86400, healthy, '/logs:orders-1: so it was found'",
    "UNKNOWN_POLICY, , false, -1, 0, 0, false, 86400, healthy, '/logs:orders-1: so it was found'",
    "UNSEEN, , false, -1, 0, 0, false, 5, unknown, '/logs:orders-1: so it was found'",
  })
  void judge_laterState_followsTheTable(
      PartitionStatus found,
      String held,
      boolean worked,
      long firstDirty,
      long dirtyBytes,
      long cleans,
      boolean overdue,
      long seconds,
      String verdict,
      String evidence) {
    PartitionWatch before =
        PartitionWatch.next(
            Optional.empty(),
            state(PartitionStatus.DIRTY, null, false, 7, 100, 0, false),
            NOW_MS,
            START_NANOS);
    PartitionState later = state(found, held, worked, firstDirty, dirtyBytes, cleans, overdue);
    long nowNanos = START_NANOS + TimeUnit.SECONDS.toNanos(seconds);

    Verdict judged =
        PartitionWatch.next(Optional.of(before), later, NOW_MS, nowNanos)
            .judge(later, nowNanos, STALLED_MS);

    assertThat(judged.name()).isEqualTo(verdict);
    assertThat(judged.evidence()).isEqualTo(evidence);
  }

  @Test
  void judge_workedOnAndLeftAgain_waitsFromThenOn() {
    PartitionState waits = state(PartitionStatus.DIRTY, null, false, 7, 100, 0, false);
    PartitionState worked = state(PartitionStatus.DIRTY, null, true, 7, 100, 0, false);
    long later = START_NANOS + TimeUnit.SECONDS.toNanos(800);
    PartitionWatch watch = PartitionWatch.next(Optional.empty(), waits, NOW_MS, START_NANOS);

    watch = PartitionWatch.next(Optional.of(watch), worked, NOW_MS, later);
    long end = later + TimeUnit.SECONDS.toNanos(899);
    watch = PartitionWatch.next(Optional.of(watch), waits, NOW_MS, end);

    assertThat(watch.judge(waits, end, STALLED_MS)).isInstanceOf(Verdict.Healthy.class);
    assertThat(watch.judge(waits, end + TimeUnit.SECONDS.toNanos(1), STALLED_MS))
        .isInstanceOf(Verdict.Stalled.class);
  }

  @Test
  void judge_overdueForLong_saysForHowLong() {
    PartitionState overdue = state(PartitionStatus.DIRTY, null, false, 7, 100, 0, true);
    PartitionWatch watch = PartitionWatch.next(Optional.empty(), overdue, NOW_MS, START_NANOS);
    long end = START_NANOS + TimeUnit.SECONDS.toNanos(1_000);

    watch = PartitionWatch.next(Optional.of(watch), overdue, NOW_MS, end);

    assertThat(watch.judge(overdue, end, STALLED_MS).evidence())
        .endsWith("it has been past max.compaction.lag.ms for 1000 s");
  }

  @ParameterizedTest
  @CsvSource({
    // found, held, at work, after ms -> verdict
    "DIRTY, , false, 499, healthy",
    "DIRTY, , false, 500, stalled",
    "DIRTY, , true, 60000, healthy",
    "DIRTY, BACKOFF, false, 60000, degraded",
    "DIRTY, QUARANTINE, false, 60000, degraded",
    "CLEAN, , false, 60000, healthy",
  })
  void judge_overdueAtTwoLooks_isStalledUnlessSomeoneIsAtIt(
      PartitionStatus found, String held, boolean worked, long afterMs, String verdict) {
    PartitionState state = state(found, held, worked, 7, 100, 0, true);
    long end = START_NANOS + TimeUnit.MILLISECONDS.toNanos(afterMs);
    PartitionWatch watch = PartitionWatch.next(Optional.empty(), state, NOW_MS, START_NANOS);

    watch = PartitionWatch.next(Optional.of(watch), state, NOW_MS, end);

    assertThat(watch.judge(state, end, STALLED_MS).name()).isEqualTo(verdict);
  }

  @Test
  void judge_overdueAndItsWorkerHasJustLeft_hasTheGraceAnew() {
    PartitionState worked = state(PartitionStatus.DIRTY, null, true, 7, 100, 0, true);
    PartitionState left = state(PartitionStatus.DIRTY, null, false, 7, 100, 0, true);
    long later = START_NANOS + TimeUnit.SECONDS.toNanos(800);
    long end = later + TimeUnit.MILLISECONDS.toNanos(499);
    PartitionWatch watch = PartitionWatch.next(Optional.empty(), worked, NOW_MS, START_NANOS);
    watch = PartitionWatch.next(Optional.of(watch), worked, NOW_MS, later);

    watch = PartitionWatch.next(Optional.of(watch), left, NOW_MS, end);

    assertThat(watch.judge(left, end, STALLED_MS)).isInstanceOf(Verdict.Healthy.class);
  }
}
