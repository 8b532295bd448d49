// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.cleaner.Cause;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.Puppet;
import io.kleaner.supervisor.http.ServiceApi.Action;
import io.kleaner.supervisor.http.ServiceApi.ActionResult;
import org.junit.jupiter.api.Test;

/** A name without its log directory is enough for a release, if it is held in one of them alone. */
class ReleaseByNameTest extends StepLab {

  private static final PartitionId ELSEWHERE = Puppet.id("/other", "orders", 1);

  private final ServiceFacade facade = facade(supervisor, new SupervisorThread(supervisor));

  private ActionResult release() {
    return facade.act(Action.RELEASE, "orders-1", "");
  }

  private void hold(PartitionId id) {
    partitions.quarantineByHand(id, "mine", clock.nowMs());
  }

  @Test
  void release_quarantineElsewhereIsOver_letsGoTheOneThatIsHeld() {
    dirty(ONE);
    hold(ONE);
    board
        .holds()
        .seed(
            ELSEWHERE,
            new Hold(
                Hold.Kind.QUARANTINE,
                Cause.REFUSED,
                "CRC",
                "",
                clock.nowMs() - 60_000,
                clock.nowMs(),
                1));

    assertThat(release().message()).startsWith("/logs:orders-1 is tried again");

    step(500);
    assertThat(board.holds().hold(ONE)).isEmpty();
  }

  @Test
  void release_heldElsewhereAndNotThere_letsThatGoThoughOneOfItsNameIsHere() {
    dirty(ONE);
    hold(ELSEWHERE);

    assertThat(release().message()).isEqualTo("/other:orders-1 is tried again once it is there");

    step(500);
    assertThat(board.holds().hold(ELSEWHERE)).isEmpty();
  }

  @Test
  void release_heldInBoth_isRefusedAndSaysThatItIsHeld() {
    dirty(ONE);
    hold(ONE);
    hold(ELSEWHERE);

    assertThat(release().outcome()).isEqualTo(ActionResult.Outcome.REFUSED);
    assertThat(release().message())
        .isEqualTo(
            "'orders-1' is held in several log directories; say which, as in /logs:orders-1");
    assertThat(facade.act(Action.RELEASE, "/other:orders-1", "").outcome())
        .isEqualTo(ActionResult.Outcome.DONE);
    step(500);
    assertThat(board.holds().hold(ONE).orElseThrow().kind()).isEqualTo(Hold.Kind.BY_HAND);
  }

  @Test
  void release_inBothAndHeldInNone_isRefusedAndDoesNotSayThatItIsHeld() {
    dirty(ONE);
    dirty(ELSEWHERE);

    assertThat(release().message()).startsWith("'orders-1' is in several log directories");
  }
}
