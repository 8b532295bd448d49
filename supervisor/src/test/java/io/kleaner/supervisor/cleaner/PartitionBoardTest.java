// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who gets which partition, and what keeps it; no thread, no time but what is given. */
class PartitionBoardTest {

  private static final PartitionId ONE = Puppet.id("/logs", "orders", 1);
  private static final PartitionId TWO = Puppet.id("/logs", "orders", 2);

  private final HandClock clock = new HandClock();
  private final PartitionBoard board = new PartitionBoard(clock);
  private final Puppet worker = new Puppet("cleaner-0", clock);

  private void dirty(PartitionId... ids) {
    Puppet.present(board, ids);
    for (PartitionId id : ids) {
      Puppet.look(board, id, PartitionStatus.DIRTY, 100, clock.nowMs());
    }
  }

  private Hold hold(Hold.Kind kind, Cause cause, long pauseMs) {
    long until = pauseMs < 0 ? Hold.RELEASED_ONLY : clock.nowMs() + pauseMs;
    return new Hold(kind, cause, "so", "", clock.nowMs(), until, 3);
  }

  @Test
  void present_partitionThatWasHeldBeforeARestart_isHeldFromItsFirstMomentOn() {
    board.holds().seed(ONE, hold(Hold.Kind.QUARANTINE, Cause.KILLED, 60_000));

    dirty(ONE);

    assertThat(worker.leaseNext(board)).isEmpty();
    assertThat(board.state(ONE).orElseThrow().failures()).isEqualTo(3);
  }

  @Test
  void present_holdOfARestartHasLapsed_isGivenOutWithItsFailuresRemembered() {
    board.holds().seed(ONE, hold(Hold.Kind.QUARANTINE, Cause.KILLED, 60_000));
    clock.passMs(60_000);

    dirty(ONE);

    assertThat(worker.leaseNext(board)).isPresent();
    assertThat(board.state(ONE).orElseThrow().failures()).isEqualTo(3);
  }

  @Test
  void present_heldPartitionVanishesAndComesBack_isHeldAgain() {
    dirty(ONE);
    board.holds().hold(ONE, hold(Hold.Kind.BY_HAND, Cause.BY_HAND, -1));
    board.present(Path.of("/logs"), Set.of());
    assertThat(board.state(ONE)).isEmpty();

    dirty(ONE);

    assertThat(board.state(ONE).orElseThrow().status()).isEqualTo(PartitionStatus.QUARANTINED);
  }

  /**
   * Each goes before all below it for one reason alone, and would be behind them for the others.
   */
  @Test
  void leaseNext_manyWait_theMostUrgentFirst() {
    PartitionId requested = Puppet.id("/logs", "g", 0);
    PartitionId overdue = Puppet.id("/logs", "f", 0);
    PartitionId higherRatio = Puppet.id("/logs", "e", 0);
    PartitionId moreBytes = Puppet.id("/logs", "d", 0);
    PartitionId firstByName = Puppet.id("/logs", "b", 0);
    PartitionId lastByName = Puppet.id("/logs", "c", 0);
    Puppet.present(board, lastByName, firstByName, moreBytes, higherRatio, overdue, requested);
    Puppet.lookDirty(board, requested, 10, 0.1, false);
    Puppet.lookDirty(board, overdue, 20, 0.2, true);
    Puppet.lookDirty(board, higherRatio, 30, 0.9, false);
    Puppet.lookDirty(board, moreBytes, 900, 0.5, false);
    Puppet.lookDirty(board, firstByName, 800, 0.5, false);
    Puppet.lookDirty(board, lastByName, 800, 0.5, false);
    board.requestClean(requested);

    List<PartitionId> given = new ArrayList<>();
    for (Optional<Lease> next = worker.leaseNext(board);
        next.isPresent();
        next = worker.leaseNext(board)) {
      given.add(next.get().partition());
    }

    assertThat(given)
        .containsExactly(requested, overdue, higherRatio, moreBytes, firstByName, lastByName);
  }

  @Test
  void hold_whileACleanRunsThatEndsWell_isStillInForce() {
    dirty(ONE);
    Lease lease = worker.leaseNext(board).orElseThrow();

    board.holds().hold(ONE, hold(Hold.Kind.BY_HAND, Cause.BY_HAND, -1));
    worker.clean(board, lease, clock.nowMs());

    assertThat(board.state(ONE).orElseThrow().hold().orElseThrow().kind())
        .isEqualTo(Hold.Kind.BY_HAND);
    Puppet.look(board, ONE, PartitionStatus.DIRTY, 100, clock.nowMs());
    assertThat(worker.leaseNext(board)).isEmpty();
  }

  /** Whoever found it free takes it a moment later, and must find what came between. */
  @Test
  void lease_heldSinceItWasFoundFree_isRefusedAndLeavesNoLease() {
    dirty(ONE);
    PartitionCell cell = board.cell(ONE).orElseThrow();

    board.holds().hold(ONE, hold(Hold.Kind.BY_HAND, Cause.BY_HAND, -1));
    assertThat(board.lease(cell, worker.state())).isEmpty();
    assertThat(board.leaseToRecover(cell, worker.state())).isEmpty();
    board.holds().forgive(ONE);
    board.holds().askToHold(ONE);
    assertThat(board.lease(cell, worker.state())).isEmpty();
    board.holds().heldAsAsked(ONE);

    assertThat(board.lease(cell, worker.state())).isPresent();
  }

  @Test
  void leaseToRecover_inAQuarantineOfTheLastRun_isGivenForThatAlone() {
    board.holds().seed(ONE, hold(Hold.Kind.QUARANTINE, Cause.FAILED, 60_000));
    Puppet.present(board, ONE);
    PartitionCell cell = board.cell(ONE).orElseThrow();

    assertThat(board.lease(cell, worker.state())).isEmpty();
    Lease lease = board.leaseToRecover(cell, worker.state()).orElseThrow();
    board.release(lease);
    cell.recovered(true);

    assertThat(board.leaseToRecover(cell, worker.state())).isEmpty();
  }

  @Test
  void hold_clockIsSetBack_endsWhenItsTimeHasPassed() {
    dirty(ONE);
    board.holds().hold(ONE, hold(Hold.Kind.BACKOFF, Cause.FAILED, 5_000));

    clock.setBackMs(3_600_000);
    clock.passMs(4_999);
    assertThat(worker.leaseNext(board)).isEmpty();
    clock.passMs(1);

    assertThat(worker.leaseNext(board)).isPresent();
  }

  @Test
  void failed_nobodyHasJudged_isGivenToNobodyAndIsThereToBeJudged() {
    dirty(ONE);
    Lease lease = worker.leaseNext(board).orElseThrow();

    worker.fail(board, lease, Cause.FAILED, "disk", clock.nowMs());

    assertThat(worker.leaseNext(board)).isEmpty();
    assertThat(board.unjudged()).containsOnlyKeys(ONE);
  }

  @Test
  void judged_afterwards_isHeldAsWasJudged() {
    dirty(ONE);
    worker.fail(board, worker.leaseNext(board).orElseThrow(), Cause.FAILED, "disk", clock.nowMs());
    Failure how = board.unjudged().get(ONE);

    board.holds().judged(ONE, how, hold(Hold.Kind.BACKOFF, Cause.FAILED, 1_000));

    assertThat(board.unjudged()).isEmpty();
    assertThat(worker.leaseNext(board)).isEmpty();
    clock.passMs(1_000);
    assertThat(worker.leaseNext(board)).isPresent();
  }

  @Test
  void state_nothingBecomesOfIt_isTheSameObject() {
    dirty(ONE);

    assertThat(state()).isSameAs(state());
  }

  @Test
  void state_whateverBecomesOfItAndIsUndone_isShown() {
    dirty(ONE);
    PartitionState resting = state();
    Lease lease = worker.leaseNext(board).orElseThrow();
    assertThat(state().status()).isEqualTo(PartitionStatus.CLEANING);
    worker.finish(board, lease);
    assertThat(state()).isEqualTo(resting);

    board.holds().hold(ONE, hold(Hold.Kind.BY_HAND, Cause.BY_HAND, -1));
    assertThat(state().status()).isEqualTo(PartitionStatus.QUARANTINED);
    board.holds().forgive(ONE);
    assertThat(state()).isEqualTo(resting);

    worker.fail(board, worker.leaseNext(board).orElseThrow(), Cause.FAILED, "disk", clock.nowMs());
    assertThat(state().status()).isEqualTo(PartitionStatus.BACKOFF);
    Failure how = board.unjudged().get(ONE);
    board.holds().judged(ONE, how, hold(Hold.Kind.BACKOFF, Cause.FAILED, 1_000));
    assertThat(state().failures()).isEqualTo(3);
    clock.passMs(1_000);
    assertThat(state().status()).isEqualTo(PartitionStatus.DIRTY);
    board.holds().forgive(ONE);
    assertThat(state()).isEqualTo(resting);
  }

  @Test
  void state_anotherLookOrARoll_isShown() {
    dirty(ONE);
    state();
    Puppet.rolled(board, ONE, 7);
    assertThat(state().rolledBytes()).isEqualTo(7);
    Puppet.look(board, ONE, PartitionStatus.CLEAN, 0, clock.nowMs());

    assertThat(state().status()).isEqualTo(PartitionStatus.CLEAN);
    assertThat(state().rolledBytes()).isZero();
  }

  private PartitionState state() {
    return board.state(ONE).orElseThrow();
  }

  @Test
  void leaseNext_someoneAskedForOneThatHadItsTurn_isNext() {
    dirty(ONE, TWO);
    Lease first = worker.leaseNext(board).orElseThrow();
    worker.finish(board, first);

    board.requestClean(first.partition());

    assertThat(worker.leaseNext(board).map(Lease::partition)).contains(first.partition());
  }

  @Test
  void leaseNext_oneHadItsTurnAndIsStillDirty_othersComeFirst() {
    dirty(ONE, TWO);
    Lease first = worker.leaseNext(board).orElseThrow();
    worker.finish(board, first);

    Optional<PartitionId> second = worker.leaseNext(board).map(Lease::partition);

    assertThat(second).isPresent().isNotEqualTo(Optional.of(first.partition()));
  }

  @Test
  void leaseNext_directoryIsIsolated_givesNothingOfIt() {
    PartitionId elsewhere = Puppet.id("/other", "orders", 1);
    dirty(ONE, elsewhere);

    board.isolate(Path.of("/logs"), true);

    assertThat(worker.leaseNext(board).map(Lease::partition)).contains(elsewhere);
    assertThat(worker.leaseNext(board)).isEmpty();
  }

  @Test
  void leasesOf_workerOfTheSameName_areNotItsPredecessors() {
    dirty(ONE, TWO);
    Lease old = worker.leaseNext(board).orElseThrow();
    Puppet next = new Puppet("cleaner-0", clock);
    Lease fresh = next.leaseNext(board).orElseThrow();

    assertThat(board.leasesOf(worker.state())).containsExactly(old);
    assertThat(board.leasesOf(next.state())).containsExactly(fresh);
  }

  @Test
  void tell_moreThanFits_isDroppedAndCounted() {
    WorkEvents events = new WorkEvents();
    for (int i = 0; i < WorkEvents.CAPACITY + 5; i++) {
      events.tell(new WorkEvent.Interrupted(ONE, "cleaner-0"));
    }

    assertThat(events.dropped()).isEqualTo(5);
    assertThat(events.drain()).hasSize(WorkEvents.CAPACITY);
    events.tell(new WorkEvent.Interrupted(ONE, "cleaner-0"));
    assertThat(events.drain()).hasSize(1);
  }
}
