// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What people ask for while something else is under way, stepped by hand. */
class OrdersByHandTest {

  private final HealingLab lab = new HealingLab();

  @Test
  void byHand_whileAnotherRuns_isDoneAfterIt() {
    lab.ticks(2);
    assertThat(lab.byHand(BrokerRemedy.REVIVE, "broker 1")).isEmpty();
    // The first is under way, nobody has run the hands' thread yet.
    assertThat(lab.byHand(BrokerRemedy.RELEASE, "poison")).isEmpty();
    assertThat(lab.state("release poison")).isEqualTo(Ticket.State.WAITING);
    assertThat(lab.byHand(BrokerRemedy.RELEASE, "poison").orElseThrow()).contains("already");
    lab.thread.runWaiting();
    assertThat(lab.hands.done).containsExactly("revive broker 1");
    lab.ticks(3);

    assertThat(lab.hands.done).containsExactly("revive broker 1", "release poison");
    assertThat(lab.state("release poison")).isEqualTo(Ticket.State.EFFECTIVE);
  }

  @Test
  void answer_yesWhileAnotherRuns_isDoneAfterIt() {
    lab.ticks(2);
    lab.killedAtPoison();
    lab.tick();
    lab.killedAtPoison();
    lab.ticks(3);
    long id = lab.asked();
    assertThat(lab.byHand(BrokerRemedy.RELEASE, "orders")).isEmpty();
    assertThat(lab.rounds.book().answer(id, true, "", "a test", lab.broker.nowMs())).isEmpty();
    lab.ticks(3);

    assertThat(lab.hands.done).contains("release orders", "isolate poison");
  }

  @Test
  void look_waitingOrders_areNotToldAsStuck() {
    lab.byHand(BrokerRemedy.REVIVE, "broker 1");
    lab.byHand(BrokerRemedy.RELEASE, "poison");
    for (int i = 0; i < 200; i++) {
      lab.look();
    }

    assertThat(lab.signals.all().stream().filter(each -> each.rule().equals("RemedyStuck")))
        .hasSize(1);
  }

  /** The wall shows when it began, and tells nobody for how long it has been under way. */
  @Test
  void look_wallClockSetBackWhileARemedyHangs_isToldAsStuckAllTheSame() {
    lab.byHand(BrokerRemedy.REVIVE, "broker 1");
    lab.broker.advance(-3_600_000);
    for (int i = 0; i < 120; i++) {
      lab.look();
    }
    assertThat(lab.told("RemedyStuck")).isEmpty();

    lab.look();

    assertThat(lab.told("RemedyStuck").orElseThrow()).contains("has not ended for 121 s");
  }

  @Test
  void look_wallClockSetBackAfterARemedyWasRefused_isToldForTenMinutesAllTheSame() {
    lab.hands.refusal = Optional.of("a test");
    lab.byHand(BrokerRemedy.REVIVE, "broker 1");
    lab.ticks(2);
    assertThat(lab.told("RemedyFailed")).isPresent();
    lab.broker.advance(-3_600_000);

    lab.ticks(598);
    assertThat(lab.told("RemedyFailed")).isPresent();
    lab.ticks(2);

    assertThat(lab.told("RemedyFailed")).isEmpty();
  }
}
