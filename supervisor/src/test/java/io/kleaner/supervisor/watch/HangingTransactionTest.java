// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.probe.broker.Offsets;
import io.kleaner.supervisor.probe.broker.OpenTransaction;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.Source;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What is called for when a transaction hangs, stepped by hand. */
class HangingTransactionTest {

  private final HealingLab lab = new HealingLab();

  private void hanging(long producerId) {
    hanging(producerId, 420);
  }

  private void hanging(long producerId, long startOffset) {
    OpenTransaction transaction =
        new OpenTransaction(
            producerId,
            3,
            Optional.empty(),
            startOffset,
            OptionalLong.empty(),
            lab.broker.nowMs() - 3_600_000,
            OptionalLong.empty(),
            OptionalInt.of(1),
            OpenTransaction.Coordinator.DOES_NOT_KNOW,
            Source.ADMIN);
    transactions(Seen.known(List.of(transaction), lab.broker.nowMs()));
  }

  private void transactions(Seen<List<OpenTransaction>> seen) {
    lab.broker.partition(
        Broker.ORDERS,
        files -> {
          files.offsets = Seen.known(new Offsets(1_000, 420), lab.broker.nowMs());
          files.transactions = seen;
        });
  }

  @Test
  void look_transactionsAreNotSeenAtALook_theQuestionKeepsItsNumber() {
    hanging(1001);
    lab.ticks(2);
    long id = lab.asked();

    transactions(Seen.missing(Source.ADMIN, "it does not answer"));
    lab.tick();
    assertThat(lab.asked()).isEqualTo(id);
    lab.broker.deleted(Broker.ORDERS);
    lab.tick();
    assertThat(lab.asked()).as("no topic is seen at all").isEqualTo(id);

    hanging(1001);
    lab.tick();
    assertThat(lab.asked()).isEqualTo(id);
    transactions(Seen.known(List.of(), lab.broker.nowMs()));
    lab.tick();
    assertThat(lab.told("RemedyAsked")).as("it has ended").isEmpty();
  }

  @Test
  void answer_noToOneTransaction_saysNothingOfTheNextOne() {
    hanging(1001);
    lab.ticks(2);
    assertThat(lab.rounds.book().answer(lab.asked(), false, "", "a test", lab.broker.nowMs()))
        .isEmpty();
    lab.ticks(2);
    assertThat(lab.told("RemedyAsked")).isEmpty();

    hanging(1002);
    lab.ticks(2);

    assertThat(lab.told("RemedyAsked").orElseThrow()).contains("orders-0 of producer 1002");
  }

  /** A yes was to the one that was there: the next one of the same producer is another. */
  @Test
  void look_producersNextTransactionHangs_isAskedAboutUnderAnotherNumber() {
    hanging(1001, 420);
    lab.ticks(2);
    long first = lab.asked();
    assertThat(lab.told("RemedyAsked").orElseThrow())
        .contains("orders-0 of producer 1001 from offset 420");

    hanging(1001, 430);
    lab.ticks(2);

    assertThat(lab.told("RemedyAsked").orElseThrow())
        .contains("orders-0 of producer 1001 from offset 430");
    assertThat(lab.rounds.book().all().get(0).order().why()).contains("epoch 3", "430");
    assertThat(lab.rounds.book().answer(first, true, "1001", "", lab.broker.nowMs())).isPresent();
    lab.thread.runWaiting();
    assertThat(lab.hands.done).isEmpty();
  }

  @Test
  void answer_hangingTransaction_needsItsProducerId() {
    hanging(1001);
    lab.ticks(2);
    long id = lab.asked();

    assertThat(lab.rounds.book().answer(id, true, "1002", "", lab.broker.nowMs())).isPresent();
    assertThat(lab.rounds.book().answer(id, true, "", "", lab.broker.nowMs())).isPresent();
    assertThat(lab.hands.done).isEmpty();
    assertThat(lab.rounds.book().answer(id, true, "1001", "", lab.broker.nowMs())).isEmpty();
    lab.thread.runWaiting();
    assertThat(lab.hands.done).containsExactly("abort-transaction orders-0 1001");
  }
}
