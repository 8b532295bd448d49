// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static io.kleaner.supervisor.judge.broker.Told.only;
import static io.kleaner.supervisor.judge.broker.Told.rules;
import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.probe.broker.Source;
import io.kleaner.supervisor.probe.broker.StackClass;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What tells that a cleaner thread is dead, and of what. Nothing else may be told beside it. */
class DeathJudgeTest {

  private final Broker broker = new Broker();

  @Test
  void judge_healthyBroker_tellsNothing() {
    Judgement judgement = broker.lookFor(60);

    assertThat(judgement.diagnoses()).isEmpty();
    assertThat(judgement.threads()).extracting(ThreadVerdict::state).containsExactly("idle");
    assertThat(judgement.partition(Broker.ORDERS).orElseThrow().state()).isEqualTo("clean");
  }

  @Test
  void judge_threadMissingAtOneLook_isNotDeadYet() {
    broker.lookFor(3);
    broker.threads = Optional.of(List.of());
    broker.nowMs += 1_000;

    assertThat(broker.look().diagnoses()).isEmpty();
  }

  @Test
  void judge_threadMissingAtTwoLooks_isDead() {
    broker.lookFor(3);
    broker.threads = Optional.of(List.of());
    Judgement judgement = broker.lookFor(2);

    assertThat(rules(judgement)).containsExactly("CleanerDead");
    assertThat(judgement.dead()).isEqualTo(1);
    assertThat(judgement.threads().get(0).verdict()).isInstanceOf(Verdict.Dead.class);
  }

  /** Someone sets the clock back by an hour: looks by it are none that are yet to come. */
  @Test
  void judge_threadMissingAfterTheClockWasSetBack_isDead() {
    broker.lookFor(3);
    broker.advance(-3_600_000);
    assertThat(broker.lookFor(2).dead()).isZero();
    broker.noThreads();

    assertThat(broker.lookFor(2).dead()).isEqualTo(1);
  }

  @Test
  void judge_deadForLongWhenTheClockIsSetBack_isDeadAllTheWhile() {
    broker.lookFor(3);
    broker.noThreads();
    assertThat(broker.lookFor(120).dead()).isEqualTo(1);
    broker.advance(-5_000);

    Judgement after = broker.look();
    assertThat(after.dead()).isEqualTo(1);
    assertThat(rules(after)).contains("CleanerDead");
  }

  @Test
  void judge_clockWasSetBackWhileAThreadWasBlocked_isHungByTheTimeThatPassed() {
    broker.threads = Optional.of(List.of(Broker.thread(0, 30, StackClass.BLOCKED_IO, 100)));
    broker.lookFor(3);
    broker.advance(-3_600_000);
    broker.lookFor(1);

    assertThat(broker.lookFor(broker.options.hungAfterMs() / 1_000 + 1).threads())
        .extracting(ThreadVerdict::state)
        .containsExactly("hung");
  }

  @Test
  void judge_deathInTheLog_isToldAtTheFirstLookWithCauseAndCulprit() {
    broker.lookFor(3);
    broker.began(0, Broker.POISON);
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.threads = Optional.of(List.of());
    broker.nowMs += 1_000;
    Judgement judgement = broker.look();

    Diagnosis dead = only(judgement, Ailment.CLEANER_DEAD);
    assertThat(dead.summary()).contains("OutOfMemoryError").contains("poison-0");
    assertThat(dead.partition()).contains(Broker.POISON);
    assertThat(dead.advice()).contains("Isolate").contains("kleaner compact");
    assertThat(dead.evidence()).contains("DeadThreadCount says 0");
  }

  @Test
  void judge_oneOfTwoThreadsDead_namesThatOne() {
    broker.set("log.cleaner.threads", "2");
    broker.threads = Optional.of(List.of(Broker.idle(0, 30), Broker.idle(1, 31)));
    broker.lookFor(3);
    broker.threads = Optional.of(List.of(Broker.idle(0, 30)));
    Judgement judgement = broker.lookFor(2);

    assertThat(only(judgement, Ailment.CLEANER_DEAD).subject()).endsWith("thread-1");
    assertThat(judgement.threads())
        .extracting(ThreadVerdict::state)
        .containsExactly("idle", "dead");
  }

  @Test
  void judge_deadBeforeWeCame_isDeadAndNamedByTheLog() {
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.nowMs += 3_600_000;
    broker.threads = Optional.of(List.of());
    Judgement judgement = broker.lookFor(2);

    assertThat(only(judgement, Ailment.CLEANER_DEAD).summary()).contains("poison-0");
  }

  @Test
  void judge_deathInTheLogAndThreadThereAgain_isNotDead() {
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.threads = Optional.of(List.of(Broker.idle(0, 77)));

    assertThat(broker.lookFor(5).diagnoses()).isEmpty();
  }

  @Test
  void judge_noJmx_deathIsToldByTheLogAlone() {
    broker.named = EnumSet.of(Source.BROKER_LOG, Source.LOG_DIR, Source.ADMIN);
    broker.threads = Optional.empty();
    broker.died(
        0,
        "java.lang.IllegalArgumentException: requirement failed: 140043 messages in segment"
            + " fine-0/00000000000000000000.log but offset map can fit only 39321.",
        new TopicPartition("fine", 0));

    Diagnosis dead = only(broker.lookFor(2), Ailment.CLEANER_DEAD);
    assertThat(dead.advice()).contains("Stop the broker").contains("no such limit");
  }

  @Test
  void judge_jmxGoneAfterARevival_isNotDeadByTheOldLine() {
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.threads = Optional.of(List.of(Broker.idle(0, 77)));
    broker.lookFor(5);
    broker.threads = Optional.empty();

    assertThat(broker.lookFor(5).of(Ailment.CLEANER_DEAD)).isEmpty();
  }

  @Test
  void judge_jmxBackLongAfterADeathThatTheLogTold_isDeadAllTheWhile() {
    broker.lookFor(3);
    broker.threads = Optional.empty();
    broker.nowMs += 1_000;
    broker.began(0, Broker.POISON);
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    assertThat(rules(broker.lookFor(60))).contains("CleanerDead");

    broker.threads = Optional.of(List.of());
    broker.nowMs += 1_000;

    assertThat(only(broker.look(), Ailment.CLEANER_DEAD).partition()).hasValue(Broker.POISON);
  }

  @Test
  void judge_noJmxAndACleanAfterTheDeath_isNotDead() {
    broker.named = EnumSet.of(Source.BROKER_LOG);
    broker.threads = Optional.empty();
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    assertThat(broker.lookFor(2).dead()).isEqualTo(1);
    broker.log(
        new LogEvent.Cleaned(
            broker.nowMs, "Cleaned", OptionalInt.empty(), Broker.ORDERS, 0, 500, -1, -1));

    assertThat(broker.lookFor(2).dead()).isZero();
  }

  @Test
  void judge_noJmxAndQuietLog_isUnknownNotHealthy() {
    broker.named = EnumSet.of(Source.BROKER_LOG);
    broker.threads = Optional.empty();
    Judgement judgement = broker.lookFor(2);

    assertThat(judgement.threads().get(0).verdict()).isInstanceOf(Verdict.Unknown.class);
    assertThat(judgement.sources())
        .filteredOn(each -> each.kind() == SourceState.Kind.NOT_ASKED)
        .extracting(SourceState::source)
        .contains(Source.JMX);
  }

  @Test
  void judge_crashLoopThatRestartsHide_isToldWithTheCulprit() {
    for (int i = 0; i < 3; i++) {
      broker.began(0, Broker.POISON);
      broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
      broker.threads = Optional.of(List.of(Broker.idle(0, 40 + i)));
      broker.lookFor(20);
    }
    Judgement judgement = broker.look();

    assertThat(rules(judgement)).containsExactly("CleanerCrashLoop");
    assertThat(judgement.isKiller(Broker.POISON)).isTrue();
    assertThat(only(judgement, Ailment.CLEANER_CRASH_LOOP).evidence())
        .contains("DeadThreadCount says 0");
  }

  @Test
  void judge_deathsLongAgo_areNoLoop() {
    for (int i = 0; i < 3; i++) {
      broker.died(0, "java.lang.OutOfMemoryError", Broker.POISON);
    }
    broker.nowMs += broker.options.crashWindowMs() + 1;

    assertThat(broker.lookFor(1).diagnoses()).isEmpty();
  }

  @Test
  void judge_cleanerSwitchedOff_isToldInsteadOfDead() {
    broker.set("log.cleaner.enable", "false");
    broker.threads = Optional.of(List.of());

    assertThat(rules(broker.lookFor(5))).containsExactly("CleanerOff");
  }

  @Test
  void judge_allThreadsDead_partitionsAreStalledButOnlyTheDeathIsTold() {
    broker.partition(Broker.ORDERS, Broker.Files::eligible);
    broker.lookFor(2);
    broker.threads = Optional.of(List.of());
    broker.nowMs += broker.options.stalledAfterMs();
    Judgement judgement = broker.lookFor(2);

    assertThat(rules(judgement)).containsExactly("CleanerDead");
    assertThat(judgement.partition(Broker.ORDERS).orElseThrow().verdict())
        .isInstanceOf(Verdict.Stalled.class);
  }

  static Stream<Arguments> causes() {
    return Stream.of(
        Arguments.of("java.lang.OutOfMemoryError: Java heap space", DeathCause.OUT_OF_MEMORY),
        Arguments.of("java.lang.OutOfMemoryError: Map failed", DeathCause.MAP_LIMIT),
        Arguments.of(
            "requirement failed: offset map can fit only 5", DeathCause.OFFSET_MAP_TOO_SMALL),
        Arguments.of(
            "LogSegmentOffsetOverflowException: Detected offset overflow",
            DeathCause.OFFSET_OVERFLOW),
        Arguments.of(
            "IllegalArgumentException: largest offset in message set can not be safely converted to"
                + " relative offset",
            DeathCause.OFFSET_OVERFLOW),
        Arguments.of(
            "contains a message larger than maximum allowable size", DeathCause.BATCH_TOO_LARGE),
        Arguments.of("CorruptRecordException: bad", DeathCause.CORRUPTION),
        Arguments.of("java.lang.NullPointerException", DeathCause.OTHER));
  }

  @ParameterizedTest
  @MethodSource("causes")
  void causeOf_throwable_isUnderstood(String throwable, DeathCause expected) {
    assertThat(DeathCause.of(Optional.of(throwable), false)).isEqualTo(expected);
    assertThat(expected.advice()).isNotBlank();
  }
}
