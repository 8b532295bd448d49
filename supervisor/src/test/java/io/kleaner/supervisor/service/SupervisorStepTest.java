// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.cleaner.Cause;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.Lease;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.cleaner.Puppet;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.Severity;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What becomes of workers that die or hang, and of partitions that fail, stepped by hand. */
class SupervisorStepTest extends StepLab {

  @Test
  void dead_worker_isReplacedAtOnceAndItsPartitionIsHeldForAMoment() {
    dirty(ONE);
    work("cleaner-0");
    Puppet dead = crew.at("cleaner-0");
    dead.die(new OutOfMemoryError("heap"));

    step(500);

    assertThat(crew.at("cleaner-0")).isNotSameAs(dead);
    assertThat(incidents(Incident.Kind.WORKER_RESTARTED)).isEqualTo(1);
    assertThat(board.state(ONE).orElseThrow().status()).isEqualTo(PartitionStatus.BACKOFF);
    assertThat(board.state(ONE).orElseThrow().holder()).isEmpty();
  }

  @Test
  void dead_betweenTakingALeaseAndSayingSo_partitionIsFreedAllTheSame() {
    dirty(ONE);
    Puppet dead = crew.at("cleaner-0");
    assertThat(dead.leaseNext(board)).isPresent();
    dead.die(new OutOfMemoryError("heap"));

    step(500);

    assertThat(board.state(ONE).orElseThrow().holder()).isEmpty();
    assertThat(board.holds().hold(ONE).orElseThrow().cause()).isEqualTo(Cause.KILLED);
  }

  @Test
  void dead_atTheCheckpointFile_isNoPartitionsFault() {
    dirty(ONE);
    Lease lease = work("cleaner-0");
    crew.at("cleaner-0").begin(lease, "CHECKPOINT");
    crew.at("cleaner-0").die(new OutOfMemoryError("heap"));

    step(500);

    assertThat(board.holds().hold(ONE)).isEmpty();
    assertThat(board.state(ONE).orElseThrow().holder()).isEmpty();
  }

  @Test
  void dead_againAndAgain_isOneAlertThatEndsOnceAReplacementHasProvedItself() {
    for (int i = 0; i < 2; i++) {
      crew.at("cleaner-0").die(new StackOverflowError());
      step(500);
      step(31_000);
      assertThat(isFiring("WorkerDead")).isTrue();
    }

    step(60_000);
    step(31_000);

    assertThat(isFiring("WorkerDead")).isFalse();
    assertThat(supervisor.snapshot().alerts())
        .filteredOn(each -> each.rule().equals("WorkerDead"))
        .hasSize(1);
  }

  @Test
  void dead_beyondTheBudget_isEscalatedOnceAndReplacedWhenTheWindowHasMoved() {
    for (int i = 0; i < 4; i++) {
      crew.at("cleaner-0").die(new StackOverflowError());
      step(30_000);
      step(30_000);
    }
    assertThat(incidents(Incident.Kind.BUDGET_SPENT)).isEqualTo(1);
    assertThat(crew.at("cleaner-0").isAlive()).isFalse();
    assertThat(isFiring("RestartBudgetSpent")).isTrue();

    step(600_000);

    assertThat(crew.at("cleaner-0").isAlive()).isTrue();
  }

  @Test
  void hung_worker_isGivenUpAndItsPartitionFreed() {
    dirty(ONE);
    work("cleaner-0");
    Puppet hung = crew.at("cleaner-0");
    clock.passMs(HUNG_MS);
    crew.at("scout-0").beat();

    supervisor.tick();

    assertThat(hung.isStopped()).isTrue();
    assertThat(crew.at("cleaner-0")).isNotSameAs(hung);
    assertThat(board.state(ONE).orElseThrow().holder()).isEmpty();
    assertThat(journal.latest())
        .anyMatch(
            each ->
                each.kind() == Incident.Kind.WORKER_HUNG && each.evidence().contains("Disk.read"));
  }

  /** Its last sign of life is from before its rest, when it wakes. */
  @Test
  void throttled_longerThanTheLimitAndAwakeAgain_isNotTakenForOneThatHangs() throws Exception {
    dirty(ONE);
    Lease lease = work("cleaner-0");
    Puppet resting = crew.at("cleaner-0");
    resting.whileThrottled(
        () -> {
          clock.passMs(2 * HUNG_MS);
          crew.at("scout-0").beat();
          supervisor.tick();
        });

    clock.passMs(500);
    crew.at("scout-0").beat();
    supervisor.tick();

    assertThat(crew.at("cleaner-0")).isSameAs(resting);
    assertThat(lease.isRevoked()).isFalse();
    assertThat(board.holds().hold(ONE)).isEmpty();
    assertThat(incidents(Incident.Kind.WORKER_HUNG)).isZero();
  }

  @Test
  void hung_remediesAreOff_isToldAndNothingIsDone() {
    Supervisor<Snapshot> off = supervisor(false);
    dirty(ONE);
    work("cleaner-0");
    Puppet slow = crew.at("cleaner-0");
    clock.passMs(HUNG_MS);

    off.tick();

    assertThat(slow.isStopped()).isFalse();
    assertThat(crew.at("cleaner-0")).isSameAs(slow);
    assertThat(board.state(ONE).orElseThrow().holder()).contains("cleaner-0");
    assertThat(incidents(Incident.Kind.WORKER_HUNG)).isEqualTo(2);
  }

  @Test
  void hung_remediesAreOffForAWhile_isGivenUpOnceTheyAreBack() {
    AtomicBoolean kept = new AtomicBoolean(true);
    Supervisor<Snapshot> sometimes = supervisor(kept::get);
    dirty(ONE);
    work("cleaner-0");
    Puppet slow = crew.at("cleaner-0");
    clock.passMs(HUNG_MS);
    crew.at("scout-0").beat();

    kept.set(false);
    sometimes.tick();
    assertThat(slow.isStopped()).isFalse();
    assertThat(incidents(Incident.Kind.REMEDIES_OFF)).isEqualTo(1);

    kept.set(true);
    sometimes.tick();
    assertThat(slow.isStopped()).isTrue();
    assertThat(crew.at("cleaner-0")).isNotSameAs(slow);
  }

  @Test
  void dead_noThreadCanBeMade_theOtherWorkersAreJudgedAllTheSame() {
    crew.at("cleaner-0").die(new OutOfMemoryError("heap"));
    Puppet hung = crew.at("scout-0");
    clock.passMs(HUNG_MS);
    crew.full(true);

    supervisor.tick();

    assertThat(hung.isStopped()).isTrue();
    assertThat(isFiring("SupervisorDefect")).isTrue();
    crew.full(false);
    clock.passMs(60_000);
    supervisor.tick();
    assertThat(crew.at("cleaner-0").isAlive()).isTrue();
  }

  @Test
  void dead_noThreadCanBeMadeForLong_isOneDeathAndTheBudgetIsWhole() {
    crew.at("cleaner-0").die(new OutOfMemoryError("heap"));
    crew.full(true);
    for (int i = 0; i < 6; i++) {
      step(60_000);
    }
    assertThat(isFiring("RestartBudgetSpent")).isFalse();
    assertThat(isFiring("WorkerDead")).isTrue();
    crew.full(false);

    step(60_000);

    assertThat(crew.at("cleaner-0").isAlive()).isTrue();
    assertThat(journal.latest())
        .filteredOn(each -> each.kind() == Incident.Kind.WORKER_RESTARTED)
        .singleElement()
        .satisfies(each -> assertThat(each.summary()).contains("attempt 1 in a row"));
  }

  @Test
  void blind_neverLookedAt_itsAgeCountsFromTheStartAndNothingIsClaimedOfIt() {
    clock.passMs(400_000);

    supervisor.tick();

    LogDirCare.LogDirSeen seen = supervisor.snapshot().logDirs().get(0);
    assertThat(seen.scanAgeMs()).isEqualTo(400_000);
    assertThat(seen.isKnown()).isFalse();
  }

  @Test
  void hung_threeTimesInOneDirectory_isolatesItUntilTheyHaveEnded() {
    List<Puppet> hung = new java.util.ArrayList<>();
    dirty(ONE, TWO, Puppet.id("/logs", "orders", 3), Puppet.id("/logs", "orders", 4));
    for (int i = 0; i < 3; i++) {
      work("cleaner-0");
      hung.add(crew.at("cleaner-0"));
      clock.passMs(HUNG_MS);
      crew.at("scout-0").beat();
      supervisor.tick();
      step(30_000);
      step(30_000);
    }

    assertThat(board.isIsolated(LOGS)).isTrue();
    assertThat(isFiring("LogDirIsolated")).isTrue();
    assertThat(crew.at("cleaner-0").leaseNext(board)).isEmpty();

    hung.forEach(Puppet::end);
    step(500);

    assertThat(board.isIsolated(LOGS)).isFalse();
  }

  @Test
  void zombie_tookALeaseInTheMomentItWasGivenUp_losesIt() {
    Puppet hung = crew.at("cleaner-0");
    clock.passMs(HUNG_MS);
    crew.at("scout-0").beat();
    supervisor.tick();
    dirty(ONE);
    Lease late = hung.leaseNext(board).orElseThrow();

    step(500);

    assertThat(late.isRevoked()).isTrue();
    assertThat(board.state(ONE).orElseThrow().holder()).isEmpty();
  }

  @Test
  void failed_again_isQuarantinedAndTheAlertLastsThroughItsNextTry() {
    dirty(ONE);
    crew.at("cleaner-0").fail(board, work("cleaner-0"), Cause.FAILED, "disk", clock.nowMs());
    step(500);
    assertThat(isFiring("PartitionQuarantined")).isFalse();
    step(5_000);
    crew.at("cleaner-0").fail(board, work("cleaner-0"), Cause.FAILED, "disk", clock.nowMs());
    step(500);
    assertThat(isFiring("PartitionQuarantined")).isTrue();
    assertThat(severity("PartitionQuarantined")).isEqualTo(Severity.CRITICAL);

    step(60_000);
    Lease retry = work("cleaner-0");
    step(31_000);
    step(31_000);
    assertThat(isFiring("PartitionQuarantined")).isTrue();
    crew.at("cleaner-0").clean(board, retry, clock.nowMs());
    step(500);
    step(31_000);

    assertThat(isFiring("PartitionQuarantined")).isFalse();
    assertThat(incidents(Incident.Kind.PARTITION_RELEASED)).isEqualTo(1);
    assertThat(board.state(ONE).orElseThrow().failures()).isZero();
  }

  @Test
  void quarantinedByHand_isTold_asAWarning() {
    dirty(ONE);
    partitions.quarantineByHand(ONE, "mine", clock.nowMs());

    step(500);

    assertThat(severity("PartitionQuarantined")).isEqualTo(Severity.WARNING);
  }

  @Test
  void quarantinedByHand_many_areAWarningUntilOneFails() {
    PartitionId[] many = new PartitionId[QuarantineBook.MANY + 1];
    for (int i = 0; i < many.length; i++) {
      many[i] = Puppet.id("/logs", "many", i);
    }
    dirty(many);
    for (int i = 1; i < many.length; i++) {
      partitions.quarantineByHand(many[i], "mine", clock.nowMs());
    }
    fail();
    step(5_000);
    assertThat(severity("PartitionQuarantined")).isEqualTo(Severity.WARNING);
    fail();

    assertThat(severity("PartitionsQuarantined")).isEqualTo(Severity.CRITICAL);
  }

  private void fail() {
    crew.at("cleaner-0").fail(board, work("cleaner-0"), Cause.FAILED, "disk", clock.nowMs());
    step(500);
  }

  @Test
  void quarantinedByHand_whileACleanRuns_isHeldWhateverBecomesOfIt() {
    dirty(ONE, TWO);
    Lease well = work("cleaner-0");
    partitions.quarantineByHand(well.partition(), "mine", clock.nowMs());
    crew.at("cleaner-0").clean(board, well, clock.nowMs());
    Lease unwell = work("cleaner-0");
    partitions.quarantineByHand(unwell.partition(), "mine too", clock.nowMs());
    crew.at("cleaner-0").fail(board, unwell, Cause.REFUSED, "CRC", clock.nowMs());

    step(500);
    step(86_400_000);

    for (PartitionId id : List.of(ONE, TWO)) {
      assertThat(board.state(id).orElseThrow().hold().orElseThrow().kind())
          .isEqualTo(Hold.Kind.BY_HAND);
    }
    partitions.release(ONE, "enough");
    assertThat(board.state(ONE).orElseThrow().hold()).isEmpty();
  }

  @Test
  void noRoom_twice_isToldOfTheDirectoryAndIsNoQuarantine() {
    dirty(ONE);
    crew.at("cleaner-0").fail(board, work("cleaner-0"), Cause.SURROUNDINGS, "full", 0);
    step(500);
    step(5_000);
    crew.at("cleaner-0").fail(board, work("cleaner-0"), Cause.SURROUNDINGS, "full", 0);
    step(500);

    assertThat(isFiring("NoRoom")).isTrue();
    assertThat(incidents(Incident.Kind.PARTITION_QUARANTINED)).isZero();
  }

  @Test
  void tick_oneActionThrowsAnError_allElseIsDoneAndThatIsAnAlert() {
    dirty(ONE);
    supervisor.ask(
        () -> {
          throw new OutOfMemoryError("heap");
        });
    crew.at("cleaner-0").die(new StackOverflowError());

    step(500);

    assertThat(isFiring("SupervisorDefect")).isTrue();
    assertThat(incidents(Incident.Kind.WORKER_RESTARTED)).isEqualTo(1);
    assertThat(supervisor.snapshot().ticks()).isEqualTo(1);
  }
}
