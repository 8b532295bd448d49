// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.remedy.broker.RemedyDesk;
import io.kleaner.supervisor.service.Announcer;
import io.kleaner.supervisor.service.Chronicle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  private static RemedyBook book(Journal journal) {
    return new RemedyBook(
        Clock.system(),
        new IdleHands(),
        new HandsThread("a test"),
        new Chronicle(journal, new Announcer(), Clock.system()));
  }

  private static long asked(RemedyBook book, BrokerRemedy remedy, String subject) {
    book.propose(new BrokerHands.Order(remedy, subject, List.of(), 0, "a test"), "", 1_000);
    return book.all().stream()
        .filter(each -> each.state() == Ticket.State.ASKED)
        .filter(each -> each.order().remedy() == remedy)
        .findFirst()
        .orElseThrow()
        .id();
  }

  /** A page has its number, and somebody says yes to that an hour later. */
  @Test
  void answer_aQuestionOfARunThatHasEnded_isTakenForNoQuestionOfThisOne(@TempDir Path state)
      throws IOException {
    long isolate;
    try (Journal journal = Journal.open(new LocalFileSystem(), state)) {
      RemedyBook before = book(journal);
      asked(before, BrokerRemedy.RESIZE, "broker 1");
      isolate = asked(before, BrokerRemedy.ISOLATE, "clicks");
    }
    try (Journal journal = Journal.open(new LocalFileSystem(), state)) {
      RemedyBook now = book(journal);
      long resize = asked(now, BrokerRemedy.RESIZE, "broker 1");

      assertThat(resize).isGreaterThan(isolate);
      assertThat(now.answer(isolate, true, "", "a page", 2_000).orElseThrow())
          .contains("no remedy " + isolate, "asked by an earlier run");
      assertThat(now.answer(resize + 100, true, "", "a page", 2_000).orElseThrow())
          .isEqualTo("no remedy " + (resize + 100) + " waits for an answer");
      assertThat(now.notAsked("clicks")).isEqualTo("no remedy clicks waits for an answer");
      assertThat(now.isAsked(Ticket.key(BrokerRemedy.RESIZE, "broker 1"))).isTrue();
    }
  }
}
