// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.cleaner.Cause;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.Puppet;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.Severity;
import io.kleaner.supervisor.remedy.QuarantinePolicy;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a hold while its partition is not there, stepped by hand: decision 035. */
class HeldAbsentTest extends StepLab {

  private static final long HOUR_MS = 3_600_000;

  /** Looks at the directory that find nothing there, an hour apart at most. */
  private void miss(long forMs) {
    long leftMs = forMs;
    do {
      board.present(LOGS, Set.of());
      step(Math.min(leftMs, HOUR_MS));
      leftMs -= HOUR_MS;
    } while (leftMs > 0);
  }

  private void quarantine(PartitionId id) {
    dirty(id);
    crew.at("cleaner-0").fail(board, work("cleaner-0"), Cause.REFUSED, "CRC", clock.nowMs());
    step(500);
    assertThat(board.holds().hold(id).orElseThrow().kind()).isEqualTo(Hold.Kind.QUARANTINE);
  }

  /** Whether it is on record: another is held, so that all that are held are written again. */
  private boolean isKept(PartitionId id) {
    partitions.quarantineByHand(TWO, "mine too", clock.nowMs());
    return partitions.changedQuarantines().orElseThrow().containsKey(id);
  }

  @Test
  void byHand_goneForAYear_isHeldAndToldAllTheTime() {
    dirty(ONE);
    partitions.quarantineByHand(ONE, "mine", clock.nowMs());
    for (int day = 0; day < 365; day++) {
      miss(24 * HOUR_MS);
    }
    assertThat(summary("PartitionQuarantined"))
        .isEqualTo("orders-1 is left alone, and is not there now");
    assertThat(severity("PartitionQuarantined")).isEqualTo(Severity.WARNING);
    assertThat(board.holds().heldAbsent()).containsExactly(ONE);

    dirty(ONE);
    step(500);

    assertThat(crew.at("cleaner-0").leaseNext(board)).isEmpty();
    assertThat(board.holds().heldAbsent()).isEmpty();
    assertThat(incidents(Incident.Kind.PARTITION_RELEASED)).isZero();
  }

  @Test
  void byHand_restoredAndNeverSeen_isHeldAndCanBeReleased() {
    partitions.restore(Map.of(ONE, QuarantinePolicy.byHand("mine", 0, clock.nowMs())));
    miss(500);
    miss(48 * HOUR_MS);
    miss(500);
    assertThat(board.holds().namedAbsent("orders-1")).containsExactly(ONE);

    partitions.release(ONE, "restored");
    step(500);

    assertThat(board.holds().namedAbsent("orders-1")).isEmpty();
    assertThat(incidents(Incident.Kind.PARTITION_RELEASED)).isEqualTo(1);
    dirty(ONE);
    assertThat(crew.at("cleaner-0").leaseNext(board)).isPresent();
  }

  /** As the status and a release by name take it: what would be given out is not held. */
  @Test
  void quarantine_pauseIsOverWhileItIsGone_isHeldNoMoreAndItsFailuresCountOn() {
    quarantine(ONE);
    board.present(LOGS, Set.of());
    assertThat(board.holds().heldAbsent()).containsExactly(ONE);
    step(60_000);

    assertThat(board.holds().heldAbsent()).isEmpty();
    assertThat(board.holds().namedAbsent("orders-1")).isEmpty();
    assertThat(board.holds().isHeld(ONE)).isFalse();
    assertThat(board.holds().hold(ONE).orElseThrow().failures()).isEqualTo(1);
  }

  @Test
  void backoff_goneMeanwhile_isNotToldAsHeld() {
    dirty(ONE);
    crew.at("cleaner-0").fail(board, work("cleaner-0"), Cause.FAILED, "EIO", clock.nowMs());
    step(500);
    assertThat(board.holds().hold(ONE).orElseThrow().kind()).isEqualTo(Hold.Kind.BACKOFF);

    board.present(LOGS, Set.of());

    assertThat(board.holds().heldAbsent()).isEmpty();
    assertThat(board.holds().isHeld(ONE)).isFalse();
  }

  /** Its directory was given up, and its worker died then: what is judged is what is in force. */
  @Test
  void killed_partitionIsGoneByThen_isHeldAsItIsOnRecordWhenItComesBack() {
    quarantine(ONE);
    step(60_000);
    work("cleaner-0");
    board.abandon(LOGS);

    partitions.killed(ONE, "cleaner-0", "its worker died", clock.nowMs());

    Hold hold = board.holds().hold(ONE).orElseThrow();
    assertThat(hold.kind()).isEqualTo(Hold.Kind.QUARANTINE);
    assertThat(hold.cause()).isEqualTo(Cause.KILLED);
    assertThat(hold.failures()).isEqualTo(2);
    assertThat(partitions.changedQuarantines().orElseThrow()).containsEntry(ONE, hold);
    dirty(ONE);
    assertThat(crew.at("cleaner-0").leaseNext(board)).isEmpty();
  }

  @Test
  void quarantine_directoryIsBlindForDays_isHeldStill() {
    quarantine(ONE);
    board.abandon(LOGS);
    step(500);
    step(72 * HOUR_MS);
    step(500);

    assertThat(incidents(Incident.Kind.PARTITION_RELEASED)).isZero();
    assertThat(board.holds().hold(ONE).orElseThrow().failures()).isEqualTo(1);
    assertThat(isKept(ONE)).isTrue();
  }

  /** Why nobody can look at a log directory. */
  enum Blind {
    GIVEN_UP,
    ISOLATED
  }

  @ParameterizedTest
  @EnumSource
  void quarantine_missedThenBlind_isMissedAnewFromThenOn(Blind why) {
    quarantine(ONE);
    miss(23 * HOUR_MS);
    if (why == Blind.GIVEN_UP) {
      board.abandon(LOGS);
    } else {
      board.isolate(LOGS, true);
    }
    step(HOUR_MS / 2);
    board.isolate(LOGS, false);

    miss(23 * HOUR_MS);
    miss(0);
    assertThat(incidents(Incident.Kind.PARTITION_RELEASED)).isZero();

    miss(HOUR_MS);
    miss(0);
    assertThat(incidents(Incident.Kind.PARTITION_RELEASED)).isEqualTo(1);
  }

  @Test
  void quarantine_missedAndNoLookForDays_isNotForgottenByTheNextOnes() {
    quarantine(ONE);
    miss(500);
    step(72 * HOUR_MS);
    miss(500);
    miss(0);

    assertThat(incidents(Incident.Kind.PARTITION_RELEASED)).isZero();
    assertThat(isKept(ONE)).isTrue();
  }

  @Test
  void quarantine_directoryIsLookedAtAndHasItNoMore_isForgottenAfterADayAndThatIsAnIncident() {
    quarantine(ONE);
    miss(24 * HOUR_MS - 1);
    miss(0);
    assertThat(incidents(Incident.Kind.PARTITION_RELEASED)).isZero();

    clock.passMs(1);
    miss(0);

    assertThat(incidents(Incident.Kind.PARTITION_RELEASED)).isEqualTo(1);
    assertThat(journal.latest())
        .anyMatch(each -> each.summary().contains("/logs has not had it for 24 hours"));
    assertThat(isKept(ONE)).isFalse();
    assertThat(board.holds().hold(ONE)).isEmpty();
  }

  @Test
  void quarantine_cameBackBetweenTwoAbsences_isNotForgottenForBothTogether() {
    quarantine(ONE);
    miss(23 * HOUR_MS);
    Puppet.present(board, ONE);
    step(500);
    miss(23 * HOUR_MS);
    miss(500);

    assertThat(incidents(Incident.Kind.PARTITION_RELEASED)).isZero();
    assertThat(board.holds().hold(ONE)).isPresent();
  }

  /** Whoever decides finds the cell or the memory of it, at whatever moment the other changes. */
  @Test
  @Timeout(60)
  void hold_whilePartitionsComeAndGo_isNeverLost() throws Exception {
    Thread scout =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                Puppet.present(board, ONE);
                board.present(Path.of("/logs"), Set.of());
              }
            });
    scout.start();
    try {
      for (int i = 0; i < 20_000; i++) {
        board.holds().hold(ONE, QuarantinePolicy.byHand("no. " + i, 0, clock.nowMs()));
        assertThat(board.state(ONE).map(state -> state.hold().isPresent()))
            .isNotEqualTo(Optional.of(false));
        board.holds().forgive(ONE);
        assertThat(board.state(ONE).map(state -> state.hold().isPresent()))
            .isNotEqualTo(Optional.of(true));
      }
    } finally {
      scout.interrupt();
      scout.join();
    }
  }
}
