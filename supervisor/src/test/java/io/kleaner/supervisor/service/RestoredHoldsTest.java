// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.cleaner.Cause;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.PartitionBoard;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.cleaner.Puppet;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.remedy.QuarantinePolicy;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds a partition after a restart, and what does not: decision 035. */
class RestoredHoldsTest {

  private static final PartitionId ONE = Puppet.id("/logs", "orders", 1);
  private static final long PAUSE_MS = 60_000;

  private final HandClock clock = new HandClock();
  private final PartitionBoard board = new PartitionBoard(clock);
  private final PartitionCare partitions = care(board);

  private PartitionCare care(PartitionBoard of) {
    return new PartitionCare(
        of,
        new QuarantinePolicy(5_000, PAUSE_MS, 600_000),
        900_000,
        new Chronicle(Journal.inMemory("a test keeps nothing"), new Announcer(), clock));
  }

  private void restart(Hold.Kind kind) {
    long untilMs =
        kind == Hold.Kind.BY_HAND || kind == Hold.Kind.STUCK
            ? Hold.RELEASED_ONLY
            : clock.nowMs() + PAUSE_MS;
    Hold hold = new Hold(kind, Cause.FAILED, "before", "", clock.nowMs(), untilMs, 3);
    partitions.restore(Map.of(ONE, hold));
    Puppet.present(board, ONE);
    Puppet.look(board, ONE, PartitionStatus.DIRTY, 100, clock.nowMs());
  }

  private boolean isGivenOut() {
    return new Puppet("cleaner-0", clock).leaseNext(board).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    // held for, after, is it given out
    "BY_HAND, 0, false",
    "BY_HAND, 315360000000, false",
    "QUARANTINE, 0, false",
    "QUARANTINE, 59999, false",
    "QUARANTINE, 60000, true",
    "BACKOFF, 0, true",
    "STUCK, 0, true",
  })
  void restore_holdOfEachKind_followsTheTable(Hold.Kind kind, long laterMs, boolean givenOut) {
    restart(kind);

    clock.passMs(laterMs);

    assertThat(isGivenOut()).isEqualTo(givenOut);
  }

  @Test
  void restore_byHandAndItFails_staysByHand() {
    restart(Hold.Kind.BY_HAND);

    partitions.killed(ONE, "cleaner-0", "its worker died", clock.nowMs());

    assertThat(board.holds().hold(ONE).orElseThrow().kind()).isEqualTo(Hold.Kind.BY_HAND);
    assertThat(board.holds().hold(ONE).orElseThrow().failures()).isEqualTo(4);
  }

  /** What is written at the next change is what the restart after that one finds. */
  @Test
  void restore_thenAnotherQuarantineAndASecondRestart_bothAreHeld() {
    restart(Hold.Kind.BY_HAND);
    PartitionId two = Puppet.id("/logs", "orders", 2);
    partitions.quarantineByHand(two, "mine too", clock.nowMs());

    Map<PartitionId, Hold> written = partitions.changedQuarantines().orElseThrow();
    PartitionBoard after = new PartitionBoard(clock);
    care(after).restore(written);
    Puppet.present(after, ONE, two);
    Puppet.look(after, ONE, PartitionStatus.DIRTY, 100, clock.nowMs());
    Puppet.look(after, two, PartitionStatus.DIRTY, 100, clock.nowMs());

    assertThat(new Puppet("cleaner-0", clock).leaseNext(after)).isEmpty();
  }

  @Test
  void restore_byHandThenReleased_isGivenOut() {
    restart(Hold.Kind.BY_HAND);

    partitions.release(ONE, "restored");

    assertThat(isGivenOut()).isTrue();
  }
}
