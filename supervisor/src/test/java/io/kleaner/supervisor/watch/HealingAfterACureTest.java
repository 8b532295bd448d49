// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.probe.broker.Replication;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Who cured a partition, or released it, is not asked about it again. */
class HealingAfterACureTest {

  private final HealingLab lab = new HealingLab();

  private void askedAboutPoison() {
    lab.broker.partition(Broker.POISON, files -> {});
    lab.askedAboutPoison();
  }

  /** Somebody stops it, compacts the partition, and starts it. */
  private void restartedByHand() {
    lab.broker.advance(60_000);
    lab.broker.startedAnew(99);
    lab.ticks(3);
  }

  @Test
  void look_brokerRestartedInsteadOfAnAnswer_withdrawsTheQuestion() {
    askedAboutPoison();
    restartedByHand();

    assertThat(lab.told("RemedyAsked")).isEmpty();
    assertThat(lab.state("isolate poison")).isEqualTo(Ticket.State.WITHDRAWN);
  }

  @Test
  void look_anotherPartitionKillsAfterThat_isRevived() {
    askedAboutPoison();
    restartedByHand();
    int before = lab.hands.done.size();
    TopicPartition other = new TopicPartition("other", 0);
    lab.broker.began(0, other);
    lab.broker.died(0, "java.lang.OutOfMemoryError: Java heap space", other);
    lab.broker.noThreads();
    lab.ticks(2);

    assertThat(lab.hands.done.subList(before, lab.hands.done.size()))
        .containsExactly("revive broker 1");
  }

  @Test
  void look_sidecarStartedAfterTheCure_isolatesNothing() {
    lab.consent(BrokerRemedy.ISOLATE, BrokerRemedy.Consent.AUTO);
    lab.broker.partition(Broker.POISON, files -> {});
    lab.killedAtPoison();
    lab.broker.advance(1_000);
    lab.killedAtPoison();
    lab.broker.advance(1_000);
    lab.broker.startedAnew(99);
    lab.ticks(10);

    assertThat(lab.hands.done).isEmpty();
  }

  @Test
  void look_cleanedAfterTheQuestion_withdrawsIt() {
    askedAboutPoison();
    lab.broker.aliveAs(99);
    lab.broker.cleaned(0, Broker.POISON);
    lab.ticks(2);

    assertThat(lab.told("RemedyAsked")).isEmpty();
  }

  @Test
  void look_sidecarRestartedAfterARelease_asksNothingOfWhatWasBefore() {
    askedAboutPoison();
    lab.broker.partition(Broker.POISON, Broker.Files::isolated);
    lab.broker.aliveAs(99);
    lab.ticks(5);
    lab.broker.compactAgain("poison");
    lab.ticks(2);
    lab.restart();
    lab.ticks(5);
    assertThat(lab.told("RemedyAsked")).isEmpty();

    lab.askedAboutPoison();
  }

  @Test
  void look_releaseAskedForAndSidecarKilledThen_asksNothingOfWhatWasBefore() {
    askedAboutPoison();
    lab.broker.aliveAs(99);
    lab.rounds.forgiven().forgive("poison", "a test", lab.broker.nowMs());
    lab.restart();
    lab.ticks(5);

    assertThat(lab.told("RemedyAsked")).isEmpty();
  }

  /** Its own isolation, which an operator ended by hand meanwhile. */
  @Test
  void look_isolationEndedWhileNoSidecarWasThere_asksNothingOfWhatWasBefore() {
    lab.broker.partition(Broker.POISON, files -> {});
    lab.consent(BrokerRemedy.ISOLATE, BrokerRemedy.Consent.AUTO);
    lab.killedAtPoisonTwice();
    lab.ticks(5);
    assertThat(lab.hands.done).containsOnlyOnce("isolate poison");

    lab.broker.aliveAs(99);
    lab.broker.advance(60_000);
    lab.broker.compactAgain("poison");
    lab.restart();
    lab.ticks(5);

    assertThat(lab.hands.done).containsOnlyOnce("isolate poison");
  }

  @Test
  void look_topicMadeAnewUnderTheNameOfAKiller_isNotAskedAbout() {
    lab.broker.partition(Broker.ORDERS, HealingAfterACureTest::replicated);
    lab.broker.partition(Broker.POISON, HealingAfterACureTest::replicated);
    lab.killedAtPoisonTwice();
    lab.ticks(3);
    lab.broker.deleted(Broker.POISON);
    lab.broker.aliveAs(99);
    lab.ticks(3);
    lab.broker.partition(Broker.POISON, HealingAfterACureTest::replicated);
    lab.ticks(3);

    assertThat(lab.told("RemedyAsked")).isEmpty();
  }

  @Test
  void look_killsAgainAfterLonger_asksAllTheSame() {
    lab.broker.partition(Broker.POISON, files -> {});
    lab.ticks(2);
    lab.killedAtPoison();
    lab.tick();
    lab.broker.aliveAs(99);
    lab.broker.advance(1_200_000);
    lab.tick();
    lab.killedAtPoison();
    lab.ticks(3);

    assertThat(lab.told("RemedyAsked").orElseThrow()).contains("isolate poison");
  }

  private static void replicated(Broker.Files files) {
    files.replication =
        Seen.known(
            new Replication(OptionalInt.of(1), List.of(1), List.of(1), Map.of()), Broker.START_MS);
  }
}
