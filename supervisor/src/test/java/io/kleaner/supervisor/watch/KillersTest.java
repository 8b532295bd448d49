// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.probe.broker.Replication;
import io.kleaner.supervisor.probe.broker.Seen;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** For how long one that killed keeps others from being revived, and what ends that. */
class KillersTest {

  private static final String MEMORY = "java.lang.OutOfMemoryError: Java heap space";

  private final HealingLab lab = new HealingLab();

  private void askedAboutPoison() {
    lab.broker.partition(Broker.POISON, files -> {});
    lab.askedAboutPoison();
    assertThat(lab.hands.done).containsExactly("revive broker 1");
  }

  /** The deaths so far are of longer ago than those that are counted together. */
  private void longAfter() {
    lab.broker.advance(lab.broker.crashWindowMs());
    lab.ticks(3);
  }

  private static void replicated(Broker.Files files) {
    files.replication =
        Seen.known(
            new Replication(OptionalInt.of(1), List.of(1), List.of(1), Map.of()), Broker.START_MS);
  }

  @Test
  void look_killerIsNoLongerCompacted_withdrawsTheQuestionAndRevives() {
    askedAboutPoison();
    lab.broker.partition(Broker.POISON, files -> files.set("cleanup.policy", "delete"));
    lab.ticks(60);

    assertThat(lab.state("isolate poison")).isEqualTo(Ticket.State.WITHDRAWN);
    assertThat(lab.told("CleanerNotRevived").orElse("")).doesNotContain("waits for an answer");
    assertThat(lab.hands.done).startsWith("revive broker 1", "revive broker 1");
  }

  /** As where its records up to the bomb were deleted: only a thread that lives can show it. */
  @Test
  void look_questionUnansweredForLongerThanTheWindow_revivesAndKeepsTheQuestion() {
    askedAboutPoison();
    long id = lab.asked();
    longAfter();

    assertThat(lab.hands.done).startsWith("revive broker 1", "revive broker 1");
    assertThat(lab.asked()).isEqualTo(id);
  }

  @Test
  void look_killsAnewAfterThat_isWaitedForAgain() {
    askedAboutPoison();
    longAfter();
    lab.broker.aliveAs(99);
    lab.ticks(3);
    int before = lab.hands.done.size();
    lab.killedAtPoison();
    lab.ticks(60);

    assertThat(lab.hands.done).hasSize(before);
    assertThat(lab.told("CleanerNotRevived").orElseThrow()).contains("waits for an answer");
  }

  @Test
  void look_declinedAndKillsNoMore_isNoConditionAfterTheWindow() {
    askedAboutPoison();
    assertThat(lab.rounds.book().answer(lab.asked(), false, "", "a test", lab.broker.nowMs()))
        .isEmpty();
    lab.broker.aliveAs(99);
    lab.ticks(3);
    assertThat(lab.told("PoisonNotIsolated").orElseThrow()).contains("declined");

    longAfter();
    assertThat(lab.told("PoisonNotIsolated")).isEmpty();
  }

  @Test
  void look_anotherKillsWhileAWorseOneKillsNoMore_isTheOneThatIsAskedAbout() {
    askedAboutPoison();
    lab.killedAtPoison();
    longAfter();
    lab.broker.aliveAs(99);
    lab.ticks(2);
    for (int i = 0; i < 2; i++) {
      lab.broker.began(0, Broker.ORDERS);
      lab.broker.died(0, MEMORY, Broker.ORDERS);
      lab.broker.noThreads();
      lab.ticks(2);
    }

    assertThat(lab.told("RemedyAsked").orElseThrow()).contains("isolate orders");
  }

  @Test
  void look_topicNotYetListed_isNotForgivenAndAskedAboutOnceItIs() {
    lab.broker.partition(Broker.ORDERS, KillersTest::replicated);
    lab.killedAtPoisonTwice();
    lab.ticks(10);
    assertThat(lab.released()).isZero();

    lab.broker.partition(Broker.POISON, KillersTest::replicated);
    lab.ticks(3);
    assertThat(lab.told("RemedyAsked").orElseThrow()).contains("isolate poison");
  }

  @Test
  void look_deletedWhileTheTimesOfItsKillsAreAhead_isForgivenOnceAndForThem() {
    lab.broker.partition(Broker.ORDERS, KillersTest::replicated);
    lab.broker.partition(Broker.POISON, KillersTest::replicated);
    lab.ticks(2);
    lab.broker.advance(60_000);
    lab.killedAtPoison();
    lab.killedAtPoison();
    lab.broker.advance(-60_000);
    lab.ticks(3);
    assertThat(lab.told("RemedyAsked").orElseThrow()).contains("isolate poison");

    lab.broker.deleted(Broker.POISON);
    lab.ticks(10);
    assertThat(lab.released()).isEqualTo(1);
    lab.broker.partition(Broker.POISON, KillersTest::replicated);
    lab.ticks(3);
    assertThat(lab.told("RemedyAsked")).isEmpty();
  }
}
