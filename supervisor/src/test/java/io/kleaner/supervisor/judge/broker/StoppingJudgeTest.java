// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static io.kleaner.supervisor.judge.broker.Told.only;
import static io.kleaner.supervisor.judge.broker.Told.rules;
import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.broker.LogEvent;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** A broker that is stopped in good order ends its cleaner first, and answers for a while yet. */
class StoppingJudgeTest {

  private final Broker broker = new Broker();

  @Test
  void judge_beingStopped_isUnknownAndNotDead() {
    broker.working(2);
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.advance(3_600_000);
    broker.lookFor(3);
    broker.shutsItsCleanerDown();
    Judgement judgement = broker.lookFor(60);

    assertThat(judgement.diagnoses()).isEmpty();
    assertThat(judgement.stopping()).isTrue();
    assertThat(judgement.deaths()).as("one, of long ago").hasSize(1);
    assertThat(judgement.threads())
        .hasSize(2)
        .allSatisfy(each -> assertThat(each.verdict()).isInstanceOf(Verdict.Unknown.class));
  }

  /** Of server.log alone, where the cleaner's lines are not. */
  @Test
  void judge_beingStoppedByTheBrokersOwnLine_isUnknownAndNotDead() {
    broker.lookFor(3);
    broker.log(new LogEvent.BrokerStops(broker.nowMs, "shutting down"));
    broker.lookFor(60);
    broker.noThreads();
    Judgement judgement = broker.lookFor(60);

    assertThat(judgement.diagnoses()).isEmpty();
    assertThat(judgement.stopping()).isTrue();
    assertThat(judgement.deaths()).isEmpty();
  }

  @Test
  void judge_diesWhileTheBrokerGivesItsPartitionsAway_isDead() {
    broker.lookFor(3);
    broker.log(new LogEvent.BrokerStops(broker.nowMs, "shutting down"));
    broker.lookFor(30);
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.noThreads();

    assertThat(rules(broker.lookFor(3))).containsExactly("CleanerDead");
  }

  @Test
  void judge_doesNotEnd_isToldAfterAWhile() {
    broker.lookFor(3);
    broker.shutsItsCleanerDown();
    assertThat(broker.lookFor(290).dead()).isZero();

    Judgement judgement = broker.lookFor(20);
    assertThat(rules(judgement)).containsExactly("CleanerDead");
    Diagnosis dead = only(judgement, Ailment.CLEANER_DEAD);
    assertThat(dead.summary()).contains("was stopped", "has not ended for 5 min");
    assertThat(dead.advice()).contains("jstack", "kleaner revive");
    assertThat(judgement.stopping()).isFalse();
  }

  /** As a revival does, or an operator who changes a setting; of it no thread comes back. */
  @Test
  void judge_startedAgainAtOnce_isDeadIfNoThreadComes() {
    broker.lookFor(3);
    broker.shutsItsCleanerDown();
    broker.startsItsCleaner();

    assertThat(rules(broker.lookFor(3))).containsExactly("CleanerDead");
    assertThat(broker.look().stopping()).isFalse();
  }

  @Test
  void judge_diedAfterALaterStart_isDead() {
    broker.lookFor(3);
    broker.shutsItsCleanerDown();
    broker.advance(100);
    broker.startsItsCleaner();
    broker.aliveAs(77);
    broker.lookFor(3);
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.noThreads();

    assertThat(rules(broker.lookFor(3))).containsExactly("CleanerDead");
  }

  @Test
  void judge_deadBeforeItIsStopped_staysDead() {
    broker.lookFor(3);
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.noThreads();
    broker.lookFor(60);
    broker.shutsItsCleanerDown();
    Judgement judgement = broker.lookFor(30);

    assertThat(rules(judgement)).containsExactly("CleanerDead");
    assertThat(judgement.stopping()).isTrue();
  }

  /** One thread alone, as when fewer are set. */
  @Test
  void judge_oneThreadStopped_isNoStopOfTheBroker() {
    broker.lookFor(3);
    broker.log(new LogEvent.Stopped(broker.nowMs, "Stopped", OptionalInt.of(0)));
    broker.noThreads();

    assertThat(rules(broker.lookFor(3))).containsExactly("CleanerDead");
    assertThat(broker.look().stopping()).isFalse();
  }

  @Test
  void judge_stopOfTheProcessBefore_isNoneOfThisOne() {
    broker.startedAtMs = OptionalLong.of(Broker.START_MS - 3_600_000);
    broker.lookFor(3);
    broker.shutsItsCleanerDown();
    broker.advance(20_000);
    broker.startedAtMs = OptionalLong.of(broker.nowMs);

    Judgement judgement = broker.lookFor(3);
    assertThat(judgement.stopping()).isFalse();
    assertThat(rules(judgement)).containsExactly("CleanerDead");
  }

  @Test
  void judge_threadMissingLongAfterAStopWhoseStartWasNotRead_isDead() {
    broker.lookFor(3);
    broker.shutsItsCleanerDown();
    broker.aliveAs(77);
    broker.lookFor(400);
    broker.noThreads();

    assertThat(only(broker.lookFor(3), Ailment.CLEANER_DEAD).summary()).contains("is dead since");
  }
}
