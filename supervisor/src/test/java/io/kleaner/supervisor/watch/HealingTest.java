// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import org.junit.jupiter.api.Test;

/** What is called for when a cleaner dies, stepped by hand. */
class HealingTest {

  private final HealingLab lab = new HealingLab();

  @Test
  void look_healthy_callsForNothing() {
    lab.ticks(10);

    assertThat(lab.hands.done).isEmpty();
    assertThat(lab.signals.all()).isEmpty();
  }

  @Test
  void look_firstDeath_revivesAtOnce() {
    lab.ticks(2);
    lab.killedAtPoison();
    lab.tick();

    assertThat(lab.hands.done).containsExactly("revive broker 1");
    assertThat(lab.told("CleanerDead")).isPresent();
  }

  @Test
  void look_readOnly_doesNothingAndSaysWhatCures() {
    lab.hands.policy = RemedyPolicy.defaults(true);
    lab.ticks(2);
    lab.killedAtPoison();
    lab.ticks(3);

    assertThat(lab.hands.done).isEmpty();
    assertThat(lab.told("CleanerNotRevived").orElseThrow()).contains("--read-only");
    assertThat(lab.signals.all()).anyMatch(each -> each.nextStep().contains("kleaner compact"));
  }

  @Test
  void look_brokerIsBeingStopped_startsNothingAndTellsNobody() {
    lab.ticks(2);
    lab.broker.shutsItsCleanerDown();
    lab.ticks(60);

    assertThat(lab.hands.done).isEmpty();
    assertThat(lab.signals.all()).isEmpty();
  }

  @Test
  void look_stoppedWhileAQuestionIsOpen_withdrawsIt() {
    lab.consent(BrokerRemedy.REVIVE, BrokerRemedy.Consent.ASK);
    lab.ticks(2);
    lab.killedAtPoison();
    lab.ticks(2);
    assertThat(lab.told("RemedyAsked")).isPresent();

    lab.broker.shutsItsCleanerDown();
    lab.ticks(2);
    assertThat(lab.told("RemedyAsked")).isEmpty();
    assertThat(lab.told("CleanerNotRevived")).isEmpty();
  }

  @Test
  void look_aliveAgain_withdrawsTheQuestion() {
    lab.consent(BrokerRemedy.REVIVE, BrokerRemedy.Consent.ASK);
    lab.ticks(2);
    lab.killedAtPoison();
    lab.ticks(2);
    assertThat(lab.told("RemedyAsked")).isPresent();

    lab.broker.aliveAs(99);
    lab.ticks(2);
    assertThat(lab.told("RemedyAsked")).isEmpty();
    assertThat(lab.hands.done).isEmpty();
  }

  @Test
  void look_threadsAreNotSeenAtALook_theQuestionKeepsItsNumber() {
    lab.broker.logUnseen();
    lab.consent(BrokerRemedy.REVIVE, BrokerRemedy.Consent.ASK);
    lab.ticks(2);
    lab.broker.noThreads();
    lab.ticks(3);
    long id = lab.asked();

    lab.broker.threadsUnseen();
    lab.tick();
    lab.broker.noThreads();
    lab.tick();

    assertThat(lab.asked()).isEqualTo(id);
  }

  @Test
  void look_deadByTheLogWhileNobodySeesTheThreads_startsNothingAndSaysUnknown() {
    lab.ticks(2);
    lab.killedAtPoison();
    lab.broker.threadsUnseen();
    lab.ticks(30);

    assertThat(lab.told("CleanerDead")).isPresent();
    assertThat(lab.hands.done).isEmpty();
    assertThat(lab.told("CleanerNotRevived").orElseThrow()).contains("unknown", "does not answer");

    lab.broker.noThreads();
    lab.ticks(2);
    assertThat(lab.hands.done).containsExactly("revive broker 1");
  }
}
