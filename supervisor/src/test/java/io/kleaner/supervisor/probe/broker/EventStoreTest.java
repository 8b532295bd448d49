// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class EventStoreTest {

  private static final TopicPartition POISON = new TopicPartition("poison", 0);
  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

  private final EventStore store = new EventStore();
  private long nowMs = 1_000;

  private LogEvent.DiedOf died() {
    return new LogEvent.DiedOf(
        nowMs++, "Error due to", OptionalInt.of(0), Optional.empty(), Optional.of(POISON));
  }

  private LogEvent.Cleaned cleaned(TopicPartition partition) {
    return new LogEvent.Cleaned(
        nowMs++, "cleaned log", OptionalInt.of(0), partition, 0, 10, -1, -1);
  }

  private LogEvent.MarkedUncleanable marked(TopicPartition partition) {
    return new LogEvent.MarkedUncleanable(nowMs++, "marking", partition, Optional.empty());
  }

  private void manyCleans() {
    for (int i = 0; i < 2_000; i++) {
      store.add(cleaned(ORDERS));
    }
  }

  private List<LogEvent> ofPoison() {
    return store.all().stream()
        .filter(
            each ->
                each instanceof LogEvent.DiedOf
                    || (each instanceof LogEvent.Cleaned cleaned
                        && cleaned.partition().equals(POISON)))
        .toList();
  }

  @Test
  void all_thousandsOfCleansAfterADeathAndItsCure_hasBothInTheirOrder() {
    LogEvent death = died();
    LogEvent first = cleaned(POISON);
    LogEvent last = cleaned(POISON);
    List.of(death, first, last).forEach(store::add);
    manyCleans();

    assertThat(ofPoison()).containsExactly(death, last);
  }

  @Test
  void all_thousandsOfCleansAfterAMarkAndItsCure_isGivenUpNoMore() {
    store.add(marked(POISON));
    store.add(cleaned(POISON));
    manyCleans();

    assertThat(LogMarks.of(store.all(), OptionalLong.empty()).uncleanable()).isEmpty();
  }

  /** Layouts that write seconds, and lines without a time, give many events one. */
  @Test
  void all_eventsOfOneTime_inTheOrderOfTheirLines() {
    LogEvent before = new LogEvent.MarkedUncleanable(7, "marking", ORDERS, Optional.empty());
    LogEvent start = new LogEvent.BrokerStarted(7, "starting");
    LogEvent after = new LogEvent.MarkedUncleanable(7, "marking", POISON, Optional.empty());
    List.of(before, start, after).forEach(store::add);

    assertThat(store.all()).containsExactly(before, start, after);
    assertThat(LogMarks.of(store.all(), OptionalLong.empty()).uncleanable())
        .containsOnlyKeys(POISON);
  }

  @Test
  void all_thousandsOfCleans_keepsNoOldOneOfWhatKilledNobody() {
    store.add(cleaned(POISON));
    manyCleans();

    assertThat(store.all()).hasSize(500).doesNotHaveDuplicates();
  }
}
