// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.Lease;
import io.kleaner.supervisor.http.ServiceApi.Action;
import io.kleaner.supervisor.http.ServiceApi.ActionResult;
import io.kleaner.supervisor.journal.Incident;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A partition is left alone from the answer on, not from the supervisor's next look on. */
class HeldAtOnceTest extends StepLab {

  private final ServiceFacade facade = facade(supervisor, new SupervisorThread(supervisor));

  private ActionResult quarantine() {
    return facade.act(Action.QUARANTINE, "orders-1", "mine");
  }

  private boolean isGivenOut() {
    return crew.at("cleaner-0").leaseNext(board).isPresent();
  }

  @Test
  void quarantine_noLookSince_isGivenToNobodyAndStaysSo() {
    dirty(ONE);

    assertThat(quarantine().message()).contains("left alone from now on");

    assertThat(isGivenOut()).isFalse();
    assertThat(facade.act(Action.CLEAN, "orders-1", "").outcome())
        .isEqualTo(ActionResult.Outcome.REFUSED);
    step(500);
    assertThat(board.holds().hold(ONE).orElseThrow().kind()).isEqualTo(Hold.Kind.BY_HAND);
    assertThat(board.holds().isToBeHeld(ONE)).isFalse();
    assertThat(isGivenOut()).isFalse();
  }

  @Test
  void quarantine_whileACleanRuns_thatOneGoesOnAndNoneFollows() {
    dirty(ONE);
    Lease running = work("cleaner-0");

    quarantine();

    assertThat(running.isRevoked()).isFalse();
    crew.at("cleaner-0").cleanInVain(board, running, clock.nowMs());
    assertThat(isGivenOut()).isFalse();
  }

  @Test
  void quarantine_releasedBeforeTheNextLook_isGivenOutAfterIt() {
    dirty(ONE);
    quarantine();
    facade.act(Action.RELEASE, "orders-1", "");
    assertThat(isGivenOut()).isFalse();

    step(500);

    assertThat(isGivenOut()).isTrue();
  }

  /** At its turn: what comes first there fails. */
  private void failToHoldOnce() {
    supervisor.ask(clock::failOnce);
  }

  @Test
  void quarantine_holdCannotBePutInForce_isGivenToNobodyUntilItCan() {
    dirty(ONE);
    failToHoldOnce();
    quarantine();
    List<Boolean> givenOut = new ArrayList<>();
    supervisor.ask(() -> givenOut.add(isGivenOut()));

    step(500);

    assertThat(givenOut).as("between the failure and the next try").containsExactly(false);
    assertThat(board.holds().hold(ONE).orElseThrow().kind()).isEqualTo(Hold.Kind.BY_HAND);
    assertThat(board.holds().isToBeHeld(ONE)).isFalse();
    assertThat(isFiring("SupervisorDefect")).isTrue();
  }

  @Test
  void quarantine_holdFailedAndItIsReleased_isGivenOut() {
    dirty(ONE);
    failToHoldOnce();
    quarantine();
    quarantine();
    failToHoldOnce();
    quarantine();
    facade.act(Action.RELEASE, "orders-1", "");

    step(500);

    assertThat(board.holds().hold(ONE)).isEmpty();
    assertThat(board.holds().isToBeHeld(ONE)).isFalse();
    assertThat(isGivenOut()).isTrue();
  }

  @Test
  void quarantine_noLookBeforeTheEnd_isHeldAndKeptByThen() {
    dirty(ONE);
    quarantine();
    supervisor.askNoMore();

    supervisor.conclude();

    assertThat(board.holds().hold(ONE).orElseThrow().kind()).isEqualTo(Hold.Kind.BY_HAND);
    assertThat(incidents(Incident.Kind.PARTITION_QUARANTINED)).isEqualTo(1);
    assertThat(partitions.changedQuarantines()).as("all is on record").isEmpty();
  }

  @Test
  void act_endHasBegun_isRefusedAndChangesNothing() {
    dirty(ONE);
    supervisor.askNoMore();

    for (Action action : List.of(Action.QUARANTINE, Action.RELEASE, Action.CLEAN)) {
      ActionResult answer = facade.act(action, "orders-1", "");
      assertThat(answer.outcome()).isEqualTo(ActionResult.Outcome.REFUSED);
      assertThat(answer.message()).contains("is stopping");
    }

    assertThat(board.holds().isToBeHeld(ONE)).isFalse();
    supervisor.conclude();
    assertThat(board.holds().hold(ONE)).isEmpty();
    assertThat(isGivenOut()).isTrue();
  }

  @Test
  void quarantine_releasedAndAgainBeforeTheNextLook_isHeld() {
    dirty(ONE);
    quarantine();
    facade.act(Action.RELEASE, "orders-1", "");
    quarantine();

    step(500);

    assertThat(board.holds().hold(ONE).orElseThrow().kind()).isEqualTo(Hold.Kind.BY_HAND);
    assertThat(isGivenOut()).isFalse();
  }
}
