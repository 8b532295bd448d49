// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static io.kleaner.supervisor.judge.broker.Told.only;
import static io.kleaner.supervisor.judge.broker.Told.rules;
import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.probe.broker.Offsets;
import io.kleaner.supervisor.probe.broker.Seen;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What starts, releases and logs do to a judgement. */
class BrokerLifeTest {

  private final Broker broker = new Broker();

  @Test
  void judge_brokerRestarting_cleanerThatIsYetToBeginIsNotDead() {
    broker.startedAtMs = OptionalLong.of(Broker.START_MS - 3_600_000);
    broker.lookFor(3);
    // Another JVM answers; logs are loaded, no client is served, the settings are those of before.
    broker.configKnown = false;
    broker.startedAtMs = OptionalLong.of(broker.nowMs);
    broker.threads = Optional.of(List.of());
    Judgement starting = broker.lookFor(60);
    assertThat(starting.dead()).isZero();
    assertThat(rules(starting)).doesNotContain("CleanerDead");
    assertThat(starting.threads()).extracting(ThreadVerdict::state).containsExactly("unknown");

    broker.configKnown = true;
    broker.aliveAs(77);
    assertThat(broker.lookFor(3).diagnoses()).isEmpty();
  }

  @Test
  void judge_brokerServesAndHasNoCleaner_isDeadThoughItsJvmIsNew() {
    broker.startedAtMs = OptionalLong.of(Broker.START_MS - 3_600_000);
    broker.lookFor(3);
    broker.startedAtMs = OptionalLong.of(broker.nowMs);
    broker.threads = Optional.of(List.of());

    assertThat(broker.lookFor(3).dead()).isEqualTo(1);
  }

  @Test
  void judge_cleanerNeverComes_isDeadAfterALongStart() {
    broker.startedAtMs = OptionalLong.of(Broker.START_MS - 3_600_000);
    broker.lookFor(3);
    broker.configKnown = false;
    broker.startedAtMs = OptionalLong.of(broker.nowMs);
    broker.threads = Optional.of(List.of());

    assertThat(broker.lookFor(590).dead()).isZero();
    assertThat(broker.lookFor(30).dead()).isEqualTo(1);
  }

  @Test
  void judge_deathsOfTheProcessBefore_killNoThreadOfTheNewOne() {
    broker.startedAtMs = OptionalLong.of(Broker.START_MS - 3_600_000);
    broker.lookFor(3);
    broker.began(0, Broker.POISON);
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.noThreads();
    assertThat(broker.lookFor(2).dead()).isEqualTo(1);

    broker.advance(5_000);
    broker.startedAtMs = OptionalLong.of(broker.nowMs);
    broker.configKnown = false;
    assertThat(broker.lookFor(5).dead()).isZero();
    broker.configKnown = true;
    broker.aliveAs(77);
    assertThat(broker.lookFor(5).dead()).isZero();
    // JMX goes away again: the line of before tells nothing of this one.
    broker.threads = Optional.empty();
    assertThat(broker.lookFor(60).dead()).isZero();
  }

  @Test
  void judge_firstLookAtAProcessThatCameAfterADeath_isNotThatDeath() {
    broker.configKnown = false;
    broker.threads = Optional.empty();
    broker.began(0, Broker.POISON);
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    assertThat(broker.lookFor(2).dead()).as("by its log").isEqualTo(1);

    broker.startedAtMs = OptionalLong.of(broker.nowMs);
    broker.configKnown = true;
    // Looked at just before its cleaner began.
    broker.threads = Optional.of(List.of());
    assertThat(broker.look().dead()).isZero();
    broker.advance(1_000);
    broker.aliveAs(77);
    assertThat(broker.lookFor(5).dead()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0.9.0.1, true", "0.10.2.2, true", "0.11.0.0, false", "2.8.2, false", "4.3.1, false"})
  void judge_offlineCleanAdvised_saysWhichReleasesCannotReadIt(String version, boolean old) {
    broker.version = version;
    broker.lookFor(2);
    broker.began(0, Broker.POISON);
    broker.died(0, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);
    broker.noThreads();
    String advice = only(broker.lookFor(1), Ailment.CLEANER_DEAD).advice();

    assertThat(advice).contains("kleaner compact");
    assertThat(advice.contains("its clients would get no record")).isEqualTo(old);
  }

  @Test
  void judge_offsetMapTooSmall_advisesNoCleanThatTheBrokerCannotRead() {
    broker.version = "0.9.0.1";
    broker.lookFor(2);
    broker.died(
        0,
        "java.lang.IllegalArgumentException: requirement failed: 140043 messages in segment"
            + " fine-0/00000000000000000000.log but offset map can fit only 39321",
        Broker.POISON);
    broker.noThreads();

    assertThat(only(broker.lookFor(1), Ailment.CLEANER_DEAD).advice())
        .contains("raise log.cleaner.dedupe.buffer.size")
        .contains("only 0.11 and later read")
        .doesNotContain("kleaner compact");
  }

  @Test
  void judge_diskThatFills_saysWhenAndNothingBefore() {
    assertThat(broker.lookFor(10).fullInMs()).isEmpty();
    Judgement later =
        broker.lookFor(400, () -> broker.dir = Broker.facts(broker.dir.usableBytes() - (1L << 30)));

    assertThat(later.fullInMs().get(Broker.DIR)).isPositive();
  }

  private void highWatermark(long offset) {
    broker.partition(
        Broker.ORDERS,
        files -> files.offsets = Seen.known(new Offsets(offset, offset), broker.nowMs));
  }

  @Test
  void judge_highWatermarkWentBack_isToldForAnHourWithBothOffsets() {
    highWatermark(1_000);
    broker.look();
    broker.advance(10_000);
    highWatermark(2_000);
    assertThat(broker.look().diagnoses()).isEmpty();
    broker.advance(10_000);
    highWatermark(1_500);

    assertThat(only(broker.look(), Ailment.HIGH_WATERMARK_WENT_BACK).evidence())
        .isEqualTo("it was 2000, it is 1500");
    broker.advance(1_000);
    highWatermark(1_600);
    assertThat(only(broker.look(), Ailment.HIGH_WATERMARK_WENT_BACK).evidence())
        .isEqualTo("it was 2000, it is 1600");
    broker.advance(3_600_000);
    highWatermark(1_700);
    assertThat(broker.look().diagnoses()).isEmpty();
  }

  @Test
  void judge_cleanThatWroteMore_isToldUntilOneWritesLess() {
    clean(10L << 20, 12L << 20);
    assertThat(rules(broker.look())).containsExactly("CleanGrew");
    broker.advance(1_000);
    clean(12L << 20, 3L << 20);

    assertThat(broker.look().diagnoses()).isEmpty();
  }

  private void clean(long before, long after) {
    broker.log(
        new LogEvent.Cleaned(
            broker.nowMs, "Cleaned", OptionalInt.of(0), Broker.ORDERS, 0, 500, before, after));
  }

  @Test
  void judge_sizesThatTheLogDoesNotSay_areNoGrowth() {
    clean(-1, 5);

    assertThat(broker.look().diagnoses()).isEmpty();
  }

  @Test
  void judge_emptySegmentsThatStay_areToldFromThreeOn() {
    broker.partition(Broker.ORDERS, files -> files.emptySegments = 2);
    assertThat(broker.lookFor(300).diagnoses()).isEmpty();
    broker.partition(Broker.ORDERS, files -> files.emptySegments = 3);

    assertThat(broker.lookFor(119).diagnoses()).as("a clean may have left them").isEmpty();
    assertThat(rules(broker.lookFor(1))).containsExactly("EmptySegments");
  }

  /** Where each clean leaves them they stay, however often it is cleaned. */
  @Test
  void judge_emptySegmentsOverCleans_areTold() {
    broker.partition(Broker.ORDERS, files -> files.emptySegments = 3);

    Judgement judgement =
        broker.lookFor(121, () -> broker.partition(Broker.ORDERS, files -> files.firstDirty++));

    assertThat(rules(judgement)).containsExactly("EmptySegments");
  }

  @Test
  void judge_emptySegmentsThatTheNextCleanMerges_areNotTold() {
    for (int clean = 0; clean < 5; clean++) {
      broker.partition(Broker.ORDERS, files -> files.emptySegments = 8);
      assertThat(broker.lookFor(60).diagnoses()).isEmpty();
      broker.partition(Broker.ORDERS, files -> files.emptySegments = 0);
      assertThat(broker.lookFor(60).diagnoses()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2.8.2, before 3.0 leave one for each 2^31 offsets",
    "'', before 3.0 leave one for each 2^31 offsets",
    "3.0.0, this broker's next clean of the partition merges them",
    "4.3.1, this broker's next clean of the partition merges them",
    "10.0.0, this broker's next clean of the partition merges them"
  })
  void judge_emptySegments_saysWhatThisReleaseDoesAboutThem(String version, String advice) {
    broker.version = version;
    broker.partition(Broker.ORDERS, files -> files.emptySegments = 3);

    assertThat(only(broker.lookFor(120), Ailment.EMPTY_SEGMENTS).advice()).contains(advice);
  }

  @Test
  void judge_paddedTimeIndex_isTold() {
    broker.partition(Broker.ORDERS, files -> files.paddedTimeIndexes = 1);

    assertThat(rules(broker.look())).containsExactly("TimeIndexPadded");
  }

  /** Settings are read twice a minute, threads twice a second. */
  private void startedAnewWithOneOfTwoThreads() {
    broker.working(2);
    broker.lookFor(3);
    broker.settingsSeenMs = OptionalLong.of(broker.nowMs);
    broker.advance(1_000);
    broker.aliveAs(77);
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void judge_fewerThreadsSetSinceSettingsWereRead_theOneThatDidNotComeBackIsNotDead(boolean log) {
    if (!log) {
      broker.logUnseen();
    }
    startedAnewWithOneOfTwoThreads();

    Judgement between = broker.lookFor(25);
    assertThat(between.threads())
        .extracting(ThreadVerdict::state)
        .containsExactly("idle", "unknown");
    assertThat(rules(between)).doesNotContain("CleanerDead");

    broker.set("log.cleaner.threads", "1");
    broker.settingsSeenMs = OptionalLong.empty();
    Judgement after = broker.lookFor(2);
    assertThat(after.threads()).extracting(ThreadVerdict::state).containsExactly("idle");
    assertThat(after.deaths()).isEmpty();
  }

  /** Threads are not looked at again yet. */
  @Test
  void judge_fewerThreadsSetThatAreReadBetweenTwoLooks_theOneLeftOutIsNotDead() {
    startedAnewWithOneOfTwoThreads();
    broker.lookFor(25);
    broker.set("log.cleaner.threads", "1");
    broker.settingsSeenMs = OptionalLong.empty();

    assertThat(rules(broker.look())).doesNotContain("CleanerDead");
  }

  @Test
  void judge_asManyThreadsSetAsBefore_theOneThatDidNotComeBackIsDeadWhenThatIsRead() {
    startedAnewWithOneOfTwoThreads();
    broker.lookFor(25);
    broker.settingsSeenMs = OptionalLong.empty();

    assertThat(rules(broker.look())).contains("CleanerDead");
  }

  @Test
  void judge_threadThatDidNotComeBackDiedByTheLog_isDeadAtOnce() {
    startedAnewWithOneOfTwoThreads();
    broker.died(1, "java.lang.OutOfMemoryError: Java heap space", Broker.POISON);

    assertThat(rules(broker.lookFor(2))).contains("CleanerDead");
  }

  @Test
  void judge_oneOfTwoVanishesAndTheOtherIsTheSame_isDeadWhateverIsSetSince() {
    broker.logUnseen();
    broker.working(2);
    broker.lookFor(3);
    broker.settingsSeenMs = OptionalLong.of(broker.nowMs);
    broker.threads = broker.threads.map(both -> List.of(both.get(0)));

    assertThat(rules(broker.lookFor(2))).contains("CleanerDead");
  }
}
