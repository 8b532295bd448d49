// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.probe.broker.Replication;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What is called for when the same partition kills again, stepped by hand. */
class HealingByIsolationTest {

  private final HealingLab lab = new HealingLab();

  private static void replicated(Broker.Files files) {
    files.replication =
        Seen.known(
            new Replication(OptionalInt.of(1), List.of(1), List.of(1), Map.of()), Broker.START_MS);
  }

  @Test
  void look_secondDeathAtTheSamePartition_asksForIsolationAndRevivesNoMore() {
    lab.killedAtPoisonTwice();
    lab.ticks(20);

    assertThat(lab.hands.done).containsExactly("revive broker 1");
    assertThat(lab.told("RemedyAsked").orElseThrow()).contains("isolate poison");
    assertThat(lab.told("CleanerNotRevived").orElseThrow()).contains("waits for an answer");
  }

  @Test
  void answer_yes_isolatesThenRevives() {
    lab.killedAtPoisonTwice();
    lab.ticks(10);
    long id = lab.asked();
    assertThat(lab.rounds.book().answer(id, true, "", "a test", lab.broker.nowMs())).isEmpty();
    lab.thread.runWaiting();
    lab.ticks(3);

    assertThat(lab.hands.done).startsWith("revive broker 1", "isolate poison", "revive broker 1");
    assertThat(lab.told("RemedyAsked")).isEmpty();
  }

  @Test
  void look_revivedRightAfterAnIsolation_theIsolatedTopicNeedNotBeCleaned() {
    lab.broker.partition(Broker.POISON, Broker.Files::eligible);
    lab.consent(BrokerRemedy.ISOLATE, BrokerRemedy.Consent.AUTO);
    lab.ticks(2);
    lab.killedAtPoison();
    lab.tick();
    assertThat(lab.hands.mustShow).isTrue();
    lab.killedAtPoison();
    lab.ticks(5);

    assertThat(lab.hands.done).startsWith("revive broker 1", "isolate poison", "revive broker 1");
    assertThat(lab.hands.mustShow).isFalse();
  }

  @Test
  void look_isolationAutomatic_isolatesThenRevivesWithoutAQuestion() {
    lab.consent(BrokerRemedy.ISOLATE, BrokerRemedy.Consent.AUTO);
    lab.killedAtPoisonTwice();
    lab.ticks(5);

    assertThat(lab.hands.done).startsWith("revive broker 1", "isolate poison", "revive broker 1");
  }

  @Test
  void look_anotherSidecarIsolatedTheTopic_withdrawsTheQuestionAndRevives() {
    lab.broker.partition(Broker.POISON, files -> {});
    lab.askedAboutPoison();

    lab.broker.partition(Broker.POISON, Broker.Files::isolated);
    lab.ticks(60);

    assertThat(lab.told("RemedyAsked")).isEmpty();
    assertThat(lab.state("isolate poison")).isEqualTo(Ticket.State.WITHDRAWN);
    assertThat(lab.hands.done).startsWith("revive broker 1", "revive broker 1");
    assertThat(lab.hands.done).doesNotContain("isolate poison");
  }

  @Test
  void look_operatorEndsOurIsolationAndItKillsAgainTwice_asksAgain() {
    lab.broker.partition(Broker.POISON, files -> {});
    lab.consent(BrokerRemedy.ISOLATE, BrokerRemedy.Consent.AUTO);
    lab.killedAtPoisonTwice();
    lab.ticks(5);
    assertThat(lab.hands.done).containsOnlyOnce("isolate poison");

    lab.hands.policy = RemedyPolicy.defaults(false);
    lab.broker.aliveAs(40);
    lab.broker.compactAgain("poison");
    lab.ticks(5);
    assertThat(lab.told("RemedyAsked")).as("it has not killed since").isEmpty();

    lab.askedAboutPoison();
  }

  @Test
  void look_topicOfTheQuestionDeleted_withdrawsItAndRevives() {
    lab.broker.partition(Broker.ORDERS, HealingByIsolationTest::replicated);
    lab.broker.partition(Broker.POISON, HealingByIsolationTest::replicated);
    lab.askedAboutPoison();

    lab.broker.deleted(Broker.POISON);
    lab.ticks(2);

    assertThat(lab.told("RemedyAsked")).isEmpty();
    assertThat(lab.state("isolate poison")).isEqualTo(Ticket.State.WITHDRAWN);
    lab.ticks(60);
    assertThat(lab.hands.done).startsWith("revive broker 1", "revive broker 1");
    assertThat(lab.hands.done).doesNotContain("isolate poison");
  }

  @Test
  void look_topicsNotKnown_keepsTheQuestion() {
    lab.broker.partition(Broker.POISON, files -> {});
    lab.killedAtPoisonTwice();
    lab.ticks(3);

    lab.broker.deleted(Broker.POISON);
    lab.ticks(3);

    assertThat(lab.told("RemedyAsked").orElseThrow()).contains("isolate poison");
  }
}
