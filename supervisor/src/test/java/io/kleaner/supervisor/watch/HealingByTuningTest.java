// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What is called for when a cleaner is short of memory, threads or rate, stepped by hand. */
class HealingByTuningTest {

  private static final TopicPartition[] FIVE = {
    Broker.ORDERS,
    Broker.POISON,
    new TopicPartition("users", 0),
    new TopicPartition("users", 1),
    new TopicPartition("users", 2)
  };

  private final HealingLab lab = new HealingLab();

  private void fallBehindFor(long seconds) {
    for (long second = 0; second < seconds; second++) {
      lab.broker.getsDirtier(FIVE);
      lab.tick();
    }
  }

  private void starved(String bytesPerSecond) {
    lab.broker.set("log.cleaner.io.max.bytes.per.second", bytesPerSecond);
    lab.broker.set("log.cleaner.io.buffer.size", "524288");
    lab.broker.set("message.max.bytes", "1048588");
    lab.broker.asleepInTheThrottle();
    lab.ticks(70);
  }

  @Test
  void look_mapOfKeysFull_asksForWhatTheHeapHasRoomFor() {
    lab.broker.set("log.cleaner.dedupe.buffer.size", Long.toString(100L << 20));
    lab.broker.mapOfKeysFull();
    lab.ticks(2);
    assertThat(lab.told("RemedyAsked")).as("the heap is not known").isEmpty();

    lab.broker.maxHeapBytes = OptionalLong.of(600L << 20);
    lab.ticks(2);
    assertThat(lab.rounds.book().all().get(0).order().number()).isEqualTo(150L << 20);
  }

  @Test
  void look_resizedJustNow_isNotAskedForAgainByWhatWasSeenBefore() {
    lab.broker.set("log.cleaner.dedupe.buffer.size", Long.toString(100L << 20));
    lab.broker.maxHeapBytes = OptionalLong.of(1L << 30);
    lab.broker.mapOfKeysFull();
    lab.ticks(2);
    lab.broker.settingsSeenMs = OptionalLong.of(lab.broker.nowMs());
    assertThat(lab.rounds.book().answer(lab.asked(), true, "", "a test", lab.broker.nowMs()))
        .isEmpty();
    lab.thread.runWaiting();
    lab.ticks(10);
    assertThat(lab.hands.done).containsExactly("resize broker 1");
    assertThat(lab.told("RemedyAsked")).isEmpty();

    lab.broker.settingsSeenMs = OptionalLong.empty();
    lab.tick();
    assertThat(lab.told("RemedyAsked")).as("it is full still").isPresent();
  }

  @Test
  void look_heapIsNotSeenAtALook_theQuestionKeepsItsNumber() {
    lab.broker.set("log.cleaner.dedupe.buffer.size", Long.toString(100L << 20));
    lab.broker.maxHeapBytes = OptionalLong.of(600L << 20);
    lab.broker.mapOfKeysFull();
    lab.ticks(2);
    long id = lab.asked();

    lab.broker.maxHeapBytes = OptionalLong.empty();
    lab.tick();

    assertThat(lab.asked()).isEqualTo(id);
  }

  @Test
  void look_moreThreadsJustNow_areAskedForAgainOnlyWhenTheWholeTrendIsOfThem() {
    lab.broker.set("log.cleaner.dedupe.buffer.size", Long.toString(128L << 20));
    lab.consent(BrokerRemedy.RESIZE_THREADS, BrokerRemedy.Consent.AUTO);
    lab.broker.working(2);
    long windowSeconds = lab.broker.trendWindowMs() / 1_000;
    for (long second = 0; second < windowSeconds && lab.hands.done.isEmpty(); second++) {
      fallBehindFor(1);
    }
    lab.broker.working(4);
    fallBehindFor(windowSeconds - 10);
    assertThat(lab.hands.done).containsExactly("resize-threads broker 1");

    fallBehindFor(60);
    assertThat(lab.hands.done)
        .containsExactly("resize-threads broker 1", "resize-threads broker 1");
  }

  @Test
  void look_starvedByAThrottleOfShortSleeps_asksWhetherToRaiseIt() {
    starved("70000000");

    assertThat(lab.told("CleanerStarved")).isPresent();
    assertThat(lab.told("RemedyAsked").orElseThrow()).contains("unstick");
    assertThat(lab.rounds.book().all().get(0).order().number()).isEqualTo(700_000_000L);
  }

  @Test
  void look_settingsOrThreadsAreNotSeenAtALook_theQuestionKeepsItsNumber() {
    starved("70000000");
    long id = lab.asked();

    lab.broker.configKnown = false;
    lab.tick();
    lab.broker.configKnown = true;
    lab.broker.threadsUnseen();
    lab.tick();
    assertThat(lab.asked()).isEqualTo(id);

    lab.broker.asleepInTheThrottle();
    lab.tick();
    assertThat(lab.asked()).isEqualTo(id);
  }

  @Test
  void look_starvedByAThrottleOfLongSleeps_saysRestartAndAsksForNothing() {
    starved("1000");

    assertThat(lab.told("RemedyAsked")).isEmpty();
    assertThat(lab.signals.all())
        .anyMatch(
            each ->
                each.rule().equals("CleanerStarved")
                    && each.nextStep().contains("restart the broker"));
  }
}
