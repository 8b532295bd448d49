// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static io.kleaner.supervisor.judge.broker.Told.only;
import static io.kleaner.supervisor.judge.broker.Told.rules;
import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Which deaths still count against a partition, and which make a loop. */
class TollTest {

  private static final String MEMORY = "java.lang.OutOfMemoryError: Java heap space";

  private final Broker broker = new Broker();
  private long threadId = 40;

  TollTest() {
    broker.partition(Broker.POISON, Broker.Files::eligible);
  }

  /** A thread dies at it and is revived at once. */
  private void killedAt(TopicPartition partition) {
    broker.began(0, partition);
    broker.died(0, MEMORY, partition);
    broker.aliveAs(threadId++);
    broker.lookFor(20);
  }

  private void killedAtPoison(int times) {
    for (int i = 0; i < times; i++) {
      killedAt(Broker.POISON);
    }
  }

  private PartitionStory story(Judgement judgement) {
    return PartitionStory.of(Broker.POISON, judgement);
  }

  @Test
  void judge_killedAgain_isAKillerAndExplainedAsOne() {
    killedAtPoison(2);
    Judgement judgement = broker.look();

    assertThat(judgement.isKiller(Broker.POISON)).isTrue();
    assertThat(story(judgement).well()).isFalse();
    assertThat(story(judgement).answer()).contains("it kills the cleaner threads that take it");
  }

  @Test
  void judge_killedOnce_isNone() {
    killedAtPoison(1);

    assertThat(broker.look().isKiller(Broker.POISON)).isFalse();
    assertThat(broker.look().kills()).containsOnlyKeys(Broker.POISON);
  }

  /** As after a stop, an offline clean and a start. */
  @Test
  void judge_brokerStartedSinceByItsLog_isNoKillerAndNoLoop() {
    killedAtPoison(3);
    assertThat(rules(broker.look())).contains("CleanerCrashLoop");
    broker.advance(1);
    broker.startedAnew(99);

    Judgement after = broker.lookFor(2);
    assertThat(after.kills()).isEmpty();
    assertThat(after.diagnoses()).isEmpty();
    assertThat(story(after).well()).isTrue();
    assertThat(story(after).answer()).startsWith("Yes, soon");
    assertThat(after.recentDeaths()).as("they are still told as what was").hasSize(3);
  }

  @Test
  void judge_brokerStartedSinceByItsJvm_isNoKillerAndNoLoop() {
    killedAtPoison(3);
    broker.startedAtMs = OptionalLong.of(broker.nowMs);
    broker.aliveAs(99);

    Judgement after = broker.lookFor(2);
    assertThat(after.kills()).isEmpty();
    assertThat(after.diagnoses()).isEmpty();
  }

  @Test
  void judge_cleanedSince_isNoKillerAndNoLoop() {
    killedAtPoison(3);
    broker.cleaned(0, Broker.POISON);

    Judgement after = broker.look();
    assertThat(after.kills()).isEmpty();
    assertThat(after.diagnoses()).isEmpty();
    assertThat(story(after).well()).isTrue();
  }

  @Test
  void judge_cleanedBetweenAndKilledOnceSince_isNoKillerYet() {
    killedAtPoison(2);
    broker.cleaned(0, Broker.POISON);
    broker.advance(1_000);
    killedAtPoison(1);
    assertThat(broker.look().isKiller(Broker.POISON)).isFalse();

    killedAtPoison(1);
    assertThat(broker.look().isKiller(Broker.POISON)).isTrue();
  }

  @Test
  void judge_anotherPartitionCleanedSince_isStillAKiller() {
    killedAtPoison(2);
    broker.cleaned(0, Broker.ORDERS);

    assertThat(broker.look().isKiller(Broker.POISON)).isTrue();
  }

  @Test
  void judge_forgiven_isNoKillerForWhatWasBefore() {
    killedAtPoison(3);
    broker.forgivenMs.put("poison", broker.nowMs);
    assertThat(broker.look().kills()).isEmpty();
    assertThat(broker.look().diagnoses()).isEmpty();

    broker.advance(1);
    killedAtPoison(2);
    assertThat(broker.look().isKiller(Broker.POISON)).isTrue();
  }

  /** With a large backlog its turn comes seldom. */
  @Test
  void judge_killedAgainLongAfter_isAKillerAllTheSame() {
    killedAtPoison(1);
    broker.advance(3 * broker.options.crashWindowMs());
    killedAtPoison(1);

    Judgement after = broker.look();
    assertThat(after.isKiller(Broker.POISON)).isTrue();
    assertThat(after.of(Ailment.CLEANER_CRASH_LOOP)).isEmpty();
  }

  @Test
  void judge_lastKillIsOlderThanTheWindow_isAKillerThatKilledNotLately() {
    killedAtPoison(2);
    assertThat(broker.look().killedLately(Broker.POISON)).isTrue();
    broker.advance(broker.options.crashWindowMs());

    assertThat(broker.look().isKiller(Broker.POISON)).isTrue();
    assertThat(broker.look().killedLately(Broker.POISON)).isFalse();
  }

  /** Whoever restarts the broker each time has cured nothing. */
  @Test
  void judge_diesAgainAfterEachRestart_isALoop() {
    killedAtPoison(1);
    for (int i = 0; i < 2; i++) {
      broker.startedAnew(threadId++);
      broker.advance(1);
      killedAtPoison(1);
    }

    assertThat(only(broker.look(), Ailment.CLEANER_CRASH_LOOP).summary())
        .contains("died 3 times", "again and again at poison-0");
  }

  /** A heap that is too small for whatever has its turn. */
  @Test
  void judge_diesHereAndThereAndEachIsCleanedThen_isALoopOfNobody() {
    for (int i = 0; i < 3; i++) {
      TopicPartition any = new TopicPartition("any", i);
      killedAt(any);
      broker.cleaned(0, any);
    }

    assertThat(only(broker.look(), Ailment.CLEANER_CRASH_LOOP).partition()).isEmpty();
    assertThat(broker.look().kills()).isEmpty();
  }
}
