// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.cleaner.Lease;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.cleaner.Puppet;
import io.kleaner.supervisor.journal.Incident;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What stands still, falls behind, vanishes or is not known, stepped by hand. */
class TrendStepTest extends StepLab {

  @Test
  void stalled_eligibleAndNobodyTakesIt_isTold() {
    dirty(ONE);
    step(500);
    step(STALLED_MS);

    assertThat(isFiring("PartitionStalled")).isTrue();
  }

  @Test
  void overdue_nobodyIsAtIt_isToldAtTheNextLook() {
    dirtyUntil(clock.nowMs() + 60_000, ONE);
    step(500);
    step(59_000);
    assertThat(isFiring("PartitionStalled")).isFalse();

    step(1_000);
    step(500);

    assertThat(isFiring("PartitionStalled")).isTrue();
    assertThat(summary("PartitionStalled"))
        .isEqualTo("orders-1 is past max.compaction.lag.ms and no worker is at it");
  }

  @Test
  void overdue_aWorkerIsAtIt_isNotTold() {
    dirtyUntil(clock.nowMs() - 1, ONE);
    work("cleaner-0");

    step(500);
    step(60_000);

    assertThat(isFiring("PartitionStalled")).isFalse();
    assertThat(isFiring("BacklogWaits")).isFalse();
  }

  @Test
  void overdue_everyWorkerIsBusyElsewhere_isOneQueue() {
    dirtyUntil(clock.nowMs() - 1, ONE, TWO, Puppet.id("/logs", "orders", 3));
    work("cleaner-0");

    step(500);
    step(500);

    assertThat(isFiring("PartitionStalled")).isFalse();
    assertThat(summary("BacklogWaits"))
        .isEqualTo("2 partitions of /logs wait, past max.compaction.lag.ms; every worker is busy");
  }

  @Test
  void overdue_sinceItWasLookedAt_isTakenBeforeDirtierOnes() {
    dirtyUntil(clock.nowMs() + 1_000, TWO);
    Puppet.present(board, ONE, TWO);
    Puppet.look(board, ONE, PartitionStatus.DIRTY, 900, clock.nowMs());
    clock.passMs(1_001);

    assertThat(work("cleaner-0").partition()).isEqualTo(TWO);
  }

  @Test
  void stalled_longCleanOfALiveWorker_isNot() {
    dirty(ONE);
    work("cleaner-0");
    step(500);
    step(STALLED_MS);

    assertThat(isFiring("PartitionStalled")).isFalse();
    assertThat(isFiring("BacklogWaits")).isFalse();
  }

  @Test
  void stalled_othersWaitWhileEveryWorkerIsBusy_isOneQueue() {
    dirty(ONE, TWO, Puppet.id("/logs", "orders", 3));
    work("cleaner-0");
    step(500);
    step(STALLED_MS);

    assertThat(isFiring("BacklogWaits")).isTrue();
    assertThat(isFiring("PartitionStalled")).isFalse();
  }

  @Test
  void stalled_cleanedAgainAndAgainInVain_isTold() {
    dirty(ONE);
    step(500);
    for (int i = 0; i < 3; i++) {
      crew.at("cleaner-0").cleanInVain(board, work("cleaner-0"), clock.nowMs());
      step(500);
    }

    assertThat(isFiring("PartitionStalled")).isTrue();
  }

  @Test
  void stalled_movesAndStandsStillAgain_isToldAnewOnlyAfterAllTheTime() {
    dirty(ONE);
    step(500);
    step(STALLED_MS);
    crew.at("cleaner-0").clean(board, work("cleaner-0"), clock.nowMs());
    step(500);
    assertThat(incidents(Incident.Kind.PARTITION_MOVING)).isEqualTo(1);

    dirty(ONE);
    step(500);
    step(STALLED_MS - 1);
    assertThat(incidents(Incident.Kind.PARTITION_STALLED)).isEqualTo(1);
    step(1);

    assertThat(incidents(Incident.Kind.PARTITION_STALLED)).isEqualTo(2);
  }

  @Test
  void stalled_forLong_isOneIncident() {
    dirty(ONE);
    step(500);
    for (int i = 0; i < 10; i++) {
      step(STALLED_MS);
    }

    assertThat(incidents(Incident.Kind.PARTITION_STALLED)).isEqualTo(1);
    assertThat(incidents(Incident.Kind.PARTITION_MOVING)).isZero();
  }

  @Test
  void fallingBehind_aLookFailsInBetween_isOneIncident() {
    dirty(ONE);
    work("cleaner-0");
    for (int i = 0; i < 5; i++) {
      Puppet.look(board, ONE, PartitionStatus.DIRTY, 1_000 + 500 * i, clock.nowMs());
      step(90_000);
    }
    assertThat(isFiring("FallingBehind")).isTrue();

    report.failed(LOGS, "I/O error", clock.nowMs());
    supervisor.tick();
    Puppet.look(board, ONE, PartitionStatus.DIRTY, 9_000, clock.nowMs());
    step(500);

    assertThat(isFiring("FallingBehind")).isTrue();
    assertThat(incidents(Incident.Kind.FALLING_BEHIND)).isEqualTo(1);
  }

  @Test
  void fallingBehind_oneLongCleanGetsOnAndLittleGetsDirty_isNotTold() {
    dirty(ONE);
    Lease lease = work("cleaner-0");
    for (int i = 0; i <= 20; i++) {
      Puppet.rolled(board, lease.partition(), i);
      crew.at("cleaner-0").read(5L * i);
      step(60_000);
      assertThat(isFiring("FallingBehind")).as("look %d", i).isFalse();
    }
  }

  @Test
  void fallingBehind_oneLongCleanGetsOnAndMoreGetsDirty_isTold() {
    dirty(ONE);
    Lease lease = work("cleaner-0");
    for (int i = 0; i <= 10; i++) {
      Puppet.rolled(board, lease.partition(), 8L * i);
      crew.at("cleaner-0").read(5L * i);
      step(60_000);
    }

    assertThat(isFiring("FallingBehind")).isTrue();
    assertThat(supervisor.snapshot().logDirs().get(0).verdict().evidence())
        .startsWith("/logs: in 600 s 80 bytes got dirty and 50 were cleaned");
  }

  @Test
  void starved_oneThrottledWorkerAndDirtGrows_isTold() throws Exception {
    dirty(ONE);
    work("cleaner-0");
    for (int i = 0; i < 4; i++) {
      Puppet.rolled(board, ONE, 1_000L * i);
      crew.at("cleaner-0").read(20L * i);
      sleeping(100_000);
    }

    assertThat(isFiring("WorkerStarved")).isTrue();
    WorkerCare.WorkerSeen seen = supervisor.snapshot().workers().get(0);
    assertThat(seen.verdict().name()).isEqualTo("degraded");
    assertThat(seen.verdict().evidence())
        .isEqualTo(
            "cleaner-0 slept in the throttle at 100 % of the looks in 300 s, at /logs:orders-1;"
                + " meanwhile 2000 bytes got dirty and 40 were cleaned");
    assertThat(incidents(Incident.Kind.WORKER_STARVED)).isEqualTo(1);
    assertThat(incidents(Incident.Kind.WORKER_HUNG)).isZero();
  }

  @Test
  void starved_cleanThatDoesNotGetOn_isTold() throws Exception {
    dirty(ONE);
    work("cleaner-0");
    crew.at("cleaner-0").read(20);
    for (int i = 0; i < 4; i++) {
      sleeping(100_000);
    }

    assertThat(isFiring("WorkerStarved")).isTrue();
    assertThat(supervisor.snapshot().workers().get(0).verdict().evidence())
        .endsWith("its clean does not get on at that rate");
  }

  @Test
  void starved_throttledAndGetsOn_isNotTold() throws Exception {
    dirty(ONE);
    work("cleaner-0");
    for (int i = 0; i < 8; i++) {
      crew.at("cleaner-0").read(10L * i);
      sleeping(100_000);
    }

    assertThat(isFiring("WorkerStarved")).isFalse();
  }

  @Test
  void starved_longCleanGetsOnAndLittleGetsDirty_isNotTold() throws Exception {
    dirty(ONE, TWO);
    for (PartitionId id : List.of(ONE, TWO)) {
      Lease lease = work("cleaner-0");
      for (int i = 0; i <= 20; i++) {
        Puppet.rolled(board, lease.partition(), i);
        crew.at("cleaner-0").read(5L * i);
        sleeping(60_000);
        assertThat(isFiring("WorkerStarved")).as("%s, look %d", id, i).isFalse();
      }
      crew.at("cleaner-0").clean(board, lease, clock.nowMs());
    }
  }

  @Test
  void starved_longCleanGetsOnAndMoreGetsDirty_isTold() throws Exception {
    dirty(ONE);
    Lease lease = work("cleaner-0");
    for (int i = 0; i <= 10; i++) {
      Puppet.rolled(board, lease.partition(), 6L * i);
      crew.at("cleaner-0").read(5L * i);
      sleeping(60_000);
    }
    assertThat(isFiring("WorkerStarved")).isTrue();
  }

  @Test
  void starved_rateIsRaised_isOver() throws Exception {
    dirty(ONE);
    work("cleaner-0");
    crew.at("cleaner-0").read(20);
    for (int i = 0; i < 6; i++) {
      sleeping(100_000);
    }

    for (int i = 0; i < 6; i++) {
      step(100_000);
    }

    assertThat(isFiring("WorkerStarved")).isFalse();
    assertThat(supervisor.snapshot().workers().get(0).verdict().name()).isEqualTo("healthy");
  }

  private void sleeping(long ms) throws InterruptedException {
    crew.at("cleaner-0").whileThrottled(() -> step(ms));
  }

  @Test
  void vanished_partition_isToldOnce() {
    dirty(ONE, TWO);
    step(500);
    Puppet.present(board, TWO);
    step(500);
    step(500);

    assertThat(incidents(Incident.Kind.PARTITION_VANISHED)).isEqualTo(1);
  }

  @Test
  void blind_clockIsSetBack_isFoundAllTheSame() {
    dirty(ONE);
    step(500);
    clock.setBackMs(3_600_000);
    clock.passMs(120_000);

    supervisor.tick();

    assertThat(isFiring("LogDirBlind")).isTrue();
  }

  @Test
  void blind_oneLookFails_isNotToldAtOnce() {
    dirty(ONE);
    step(500);
    report.failed(LOGS, "I/O error", clock.nowMs());
    supervisor.tick();
    assertThat(isFiring("LogDirUnwell") || isFiring("LogDirBlind")).isFalse();

    report.failed(LOGS, "I/O error", clock.nowMs());
    report.failed(LOGS, "I/O error", clock.nowMs());
    supervisor.tick();

    assertThat(isFiring("LogDirUnwell")).isTrue();
    assertThat(isFiring("LogDirBlind")).isFalse();
  }

  @Test
  void unknownPolicy_ofAllPartitionsButKafkasOwn_isToldAndNoSilentIdle() {
    PartitionId own = Puppet.id("/logs", "__transaction_state", 0);
    Puppet.present(board, ONE, own);
    Puppet.look(board, ONE, PartitionStatus.UNKNOWN_POLICY, 0, clock.nowMs());
    Puppet.look(board, own, PartitionStatus.CLEAN, 0, clock.nowMs());

    step(500);

    assertThat(isFiring("PolicyUnknown")).isTrue();
  }

  @Test
  void unknownPolicy_ofSomePartitions_isNotTold() {
    Puppet.present(board, ONE, TWO);
    Puppet.look(board, ONE, PartitionStatus.UNKNOWN_POLICY, 0, clock.nowMs());
    Puppet.look(board, TWO, PartitionStatus.CLEAN, 0, clock.nowMs());

    step(500);

    assertThat(isFiring("PolicyUnknown")).isFalse();
  }

  @Test
  void unknownPolicy_becomesKnown_isOver() {
    Puppet.present(board, ONE);
    Puppet.look(board, ONE, PartitionStatus.UNKNOWN_POLICY, 0, clock.nowMs());
    step(500);

    Puppet.look(board, ONE, PartitionStatus.DIRTY, 100, clock.nowMs());
    step(500);
    step(31_000);

    assertThat(isFiring("PolicyUnknown")).isFalse();
  }
}
