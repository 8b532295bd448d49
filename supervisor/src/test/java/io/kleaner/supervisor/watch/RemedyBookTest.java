// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.RemedyDesk;
import io.kleaner.supervisor.service.Announcer;
import io.kleaner.supervisor.service.Chronicle;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What is told of remedies that end badly. */
class RemedyBookTest {

  private final HandsThread thread = new HandsThread("a test");
  private final RemedyBook book =
      new RemedyBook(
          Clock.system(),
          new Breaking(),
          thread,
          new Chronicle(Journal.inMemory("a test"), new Announcer(), Clock.system()));

  private static final class Breaking extends IdleHands {

    @Override
    public RemedyDesk.Answer carryOut(Order order, boolean byHand, OptionalLong confirmed) {
      throw new IllegalStateException();
    }
  }

  @Test
  void byHand_breaksOffWithoutAMessage_saysOfWhat() {
    assertThat(
            book.byHand(
                new BrokerHands.Order(BrokerRemedy.REVIVE, "broker 1", List.of(), 0, "a test"),
                1_000))
        .isEmpty();
    thread.runWaiting();
    thread.fetch();

    assertThat(book.all().get(0).state()).isEqualTo(Ticket.State.FAILED);
    assertThat(book.all().get(0).outcome())
        .isEqualTo("it broke off: java.lang.IllegalStateException");
  }
}
