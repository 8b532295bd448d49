// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.alert.Alert;
import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.alert.AlertPolicy;
import io.kleaner.supervisor.cleaner.Cause;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.Lease;
import io.kleaner.supervisor.cleaner.PartitionBoard;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.cleaner.Puppet;
import io.kleaner.supervisor.cleaner.ScanReport;
import io.kleaner.supervisor.cleaner.ServedDirs;
import io.kleaner.supervisor.cleaner.WorkEvents;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.WorkerRules;
import io.kleaner.supervisor.remedy.QuarantinePolicy;
import io.kleaner.supervisor.remedy.RestartPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every verdict and remedy of the supervisor, stepped by hand: no thread, no sleep. */
class SupervisorStepTest {

  private static final Path LOGS = Path.of("/logs");
  private static final PartitionId ONE = Puppet.id("/logs", "orders", 1);
  private static final PartitionId TWO = Puppet.id("/logs", "orders", 2);
  private static final long HUNG_MS = 60_000;
  private static final long STALLED_MS = 900_000;

  private final HandClock clock = new HandClock();
  private final PartitionBoard board = new PartitionBoard(clock);
  private final WorkEvents events = new WorkEvents();
  private final ScanReport report = new ScanReport();
  private final Journal journal = Journal.inMemory("a test keeps nothing");
  private final Announcer announcer = new Announcer();
  private final Chronicle chronicle = new Chronicle(journal, announcer, clock);
  private final Puppet.Troupe crew = new Puppet.Troupe(clock, "cleaner-0", "scout-0");
  private final PartitionCare partitions =
      new PartitionCare(board, new QuarantinePolicy(5_000, 60_000, 600_000), STALLED_MS, chronicle);
  private final Supervisor<Snapshot> supervisor = supervisor(true);

  private Supervisor<Snapshot> supervisor(boolean remedies) {
    SupervisionOptions options = SupervisionOptions.defaults();
    WorkerCare workers =
        new WorkerCare(
            crew,
            board,
            new WorkerRules(HUNG_MS),
            new RestartPolicy(
                new RestartPolicy.Limits(500, 30_000, 3, 600_000, 60_000), new Random(1)),
            partitions,
            new ZombieWard(board, partitions, chronicle),
            chronicle,
            remedies);
    LogDirCare logDirs =
        new LogDirCare(
            List.of(LOGS), new ServedDirs(), board, report, options, chronicle, clock.nanoTime());
    return new Supervisor<>(
        clock,
        500,
        new ServeRounds(
            clock,
            board,
            events,
            workers,
            partitions,
            logDirs,
            chronicle,
            new ChangeNews(announcer)),
        Snapshot.NONE,
        new AlertBook(new AlertPolicy(0, 3_600_000, 30_000), Map.of()),
        new AlertDispatcher(List.of()),
        chronicle,
        announcer);
  }

  private void step(long ms) {
    clock.passMs(ms);
    crew.agents().stream().filter(Puppet::isAlive).forEach(Puppet::beat);
    report.scanned(LOGS, 1_000_000, clock.nowMs(), clock.nanoTime());
    supervisor.tick();
  }

  private void dirty(PartitionId... ids) {
    Puppet.present(board, ids);
    for (PartitionId id : ids) {
      Puppet.look(board, id, PartitionStatus.DIRTY, 100, clock.nowMs());
    }
  }

  private Lease work(String id) {
    Lease lease = crew.at(id).leaseNext(board).orElseThrow();
    crew.at(id).begin(lease, "COPY");
    return lease;
  }

  private boolean isFiring(String rule) {
    return supervisor.snapshot().alerts().stream()
        .anyMatch(each -> each.rule().equals(rule) && each.state() == Alert.State.FIRING);
  }

  private long incidents(Incident.Kind kind) {
    return chronicle.count(kind);
  }

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
    assertThat(board.hold(ONE).orElseThrow().cause()).isEqualTo(Cause.KILLED);
  }

  @Test
  void dead_atTheCheckpointFile_isNoPartitionsFault() {
    dirty(ONE);
    Lease lease = work("cleaner-0");
    crew.at("cleaner-0").begin(lease, "CHECKPOINT");
    crew.at("cleaner-0").die(new OutOfMemoryError("heap"));

    step(500);

    assertThat(board.hold(ONE)).isEmpty();
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
  void stalled_eligibleAndNobodyTakesIt_isTold() {
    dirty(ONE);
    step(500);
    step(STALLED_MS);

    assertThat(isFiring("PartitionStalled")).isTrue();
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
