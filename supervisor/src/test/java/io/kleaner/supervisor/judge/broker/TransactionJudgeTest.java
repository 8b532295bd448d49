// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import static io.kleaner.supervisor.judge.broker.Told.rules;
import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.probe.broker.Offsets;
import io.kleaner.supervisor.probe.broker.OpenTransaction;
import io.kleaner.supervisor.probe.broker.OpenTransaction.Coordinator;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.Source;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What an open transaction, or a stable offset that stands still, holds back. Nothing else may be
 * told beside it.
 */
class TransactionJudgeTest {

  private final Broker broker = new Broker();

  private static OpenTransaction transaction(
      Optional<String> id, OptionalLong timeoutMs, Coordinator coordinator, long startedMs) {
    return new OpenTransaction(
        1001,
        3,
        id,
        420,
        id.isPresent() ? OptionalLong.of(startedMs) : OptionalLong.empty(),
        startedMs,
        timeoutMs,
        OptionalInt.of(1),
        coordinator,
        Source.ADMIN);
  }

  static Stream<Arguments> transactions() {
    Optional<String> known = Optional.of("payments");
    Optional<String> none = Optional.empty();
    OptionalLong minute = OptionalLong.of(60_000);
    OptionalLong hour = OptionalLong.of(3_600_000);
    OptionalLong untold = OptionalLong.empty();
    return Stream.of(
        Arguments.of(none, untold, Coordinator.DOES_NOT_KNOW, 301L, "HangingTransaction"),
        Arguments.of(none, untold, Coordinator.DOES_NOT_KNOW, 60L, ""),
        Arguments.of(none, untold, Coordinator.NOT_ASKED, 16 * 60L, "TransactionPins"),
        Arguments.of(none, untold, Coordinator.NOT_LISTED, 16 * 60L, "TransactionPins"),
        Arguments.of(none, untold, Coordinator.NOT_LISTED, 60L, ""),
        Arguments.of(none, untold, Coordinator.NOT_ASKED, 6 * 60L, "TransactionPins"),
        Arguments.of(none, untold, Coordinator.NOT_ASKED, 60L, ""),
        Arguments.of(known, minute, Coordinator.KNOWS, 121L, "HangingTransaction"),
        Arguments.of(known, hour, Coordinator.KNOWS, 600L, "TransactionPins"),
        Arguments.of(known, hour, Coordinator.KNOWS, 100L, ""));
  }

  @ParameterizedTest
  @MethodSource("transactions")
  void judge_openTransaction_isToldByItsAge(
      Optional<String> id,
      OptionalLong timeoutMs,
      Coordinator coordinator,
      long ageSeconds,
      String rule) {
    broker.partition(
        Broker.ORDERS,
        files -> {
          files.offsets = Seen.known(new Offsets(1_000, 420), broker.nowMs);
          files.transactions =
              Seen.known(
                  List.of(
                      transaction(id, timeoutMs, coordinator, broker.nowMs - ageSeconds * 1_000)),
                  broker.nowMs);
        });
    Judgement judgement = broker.look();

    assertThat(String.join(" ", rules(judgement))).isEqualTo(rule);
    judgement
        .diagnoses()
        .forEach(each -> assertThat(each.summary()).contains("producer 1001, epoch 3"));
  }

  /** Its records may be of any age: a producer that replays old events writes their times. */
  @ParameterizedTest
  @EnumSource(names = {"NOT_ASKED", "NOT_LISTED"})
  void judge_noCoordinatorTells_hangsOnceItWasWatchedForLongerThanAnyMayBeOpen(
      Coordinator coordinator) {
    broker.set("transaction.max.timeout.ms", "1800000");
    openForADay(420, coordinator);

    Judgement atFirst = broker.look();
    assertThat(rules(atFirst)).containsExactly("TransactionPins");
    assertThat(atFirst.diagnoses().get(0).advice()).contains("producers set their times", "31 min");
    assertThat(rules(broker.lookFor(30 * 60))).containsExactly("TransactionPins");
    assertThat(rules(broker.lookFor(60))).containsExactly("HangingTransaction");
    openForADay(430, coordinator);
    assertThat(rules(broker.lookFor(1))).as("the next one").containsExactly("TransactionPins");
  }

  /** As while brokers restart one after the other, and one of them does not answer. */
  @ParameterizedTest
  @EnumSource(names = {"NOT_ASKED", "NOT_LISTED"})
  void judge_nobodyKnewItAndOneFailsToAnswerThen_stillHangs(Coordinator coordinator) {
    openForADay(420, Coordinator.DOES_NOT_KNOW);
    assertThat(rules(broker.look())).containsExactly("HangingTransaction");
    openForADay(420, coordinator);
    assertThat(rules(broker.lookFor(1))).containsExactly("HangingTransaction");

    openForADay(430, coordinator);
    assertThat(rules(broker.lookFor(1))).as("another").containsExactly("TransactionPins");
  }

  private void openForADay(long startOffset, Coordinator coordinator) {
    broker.partition(
        Broker.ORDERS,
        files -> {
          files.offsets = Seen.known(new Offsets(1_000, startOffset), broker.nowMs);
          files.transactions =
              Seen.known(
                  List.of(
                      new OpenTransaction(
                          1001,
                          3,
                          Optional.empty(),
                          startOffset,
                          OptionalLong.empty(),
                          broker.nowMs - 86_400_000,
                          OptionalLong.empty(),
                          OptionalInt.of(1),
                          coordinator,
                          Source.ADMIN)),
                  broker.nowMs);
        });
  }

  @Test
  void judge_lastStableOffsetStuckWithoutAName_isToldAsThat() {
    broker.partition(
        Broker.ORDERS, files -> files.offsets = Seen.known(new Offsets(1_000, 420), broker.nowMs));
    Judgement judgement = broker.lookFor(broker.options.pinnedAfterMs() / 1_000 + 1);

    assertThat(rules(judgement)).containsExactly("LastStableOffsetStuck");
    assertThat(judgement.diagnoses().get(0).evidence()).contains("580 below");
  }
}
