// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.time.FixedClock;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.journal.Incident.Kind;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.remedy.broker.RemedyDesk.Answer;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Changed;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.NotEffective;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Refused;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy.Decision;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import org.junit.jupiter.api.Test;

class RemedyDeskTest {

  private final Journal journal = Journal.inMemory("a test");
  private final RemedyDesk desk =
      new RemedyDesk(RemedyPolicy.defaults(false), journal, new FixedClock(1_000));

  @Test
  void request_carriedOut_isInTheJournalBeforeAndAfter() {
    Answer answer =
        desk.request(
            BrokerRemedy.REVIVE,
            "broker 1",
            false,
            "no thread",
            () -> {
              assertThat(kinds()).containsExactly(Kind.REMEDY_BEGUN);
              return new Changed("done", "a", "b", 5);
            });

    assertThat(answer).isInstanceOf(Answer.Acted.class);
    assertThat(kinds()).containsExactly(Kind.REMEDY_EFFECTIVE, Kind.REMEDY_BEGUN);
    Incident last = journal.latest().get(0);
    assertThat(last.summary()).isEqualTo("revive: done");
    assertThat(last.evidence()).isEqualTo("before: a; after: b");
  }

  @Test
  void request_whatAPersonHasToDecide_isNotCarriedOut() {
    Answer answer =
        desk.request(
            BrokerRemedy.ISOLATE,
            "orders",
            false,
            "",
            () -> {
              throw new AssertionError("nobody said yes");
            });

    assertThat(answer)
        .isInstanceOfSatisfying(
            Answer.Held.class,
            held ->
                assertThat(held.decision())
                    .isInstanceOfSatisfying(
                        Decision.Ask.class,
                        ask -> assertThat(ask.question()).contains("every partition")));
    assertThat(journal.latest()).isEmpty();
  }

  @Test
  void request_refusedOrFailed_isTold() {
    desk.request(
        BrokerRemedy.ISOLATE, "a", true, "", () -> new Refused("it is internal", "say yes"));
    desk.request(
        BrokerRemedy.ISOLATE, "b", true, "", () -> new NotEffective("no use", true, "seen"));
    desk.request(
        BrokerRemedy.ISOLATE,
        "c",
        true,
        "",
        () -> {
          throw new IOException("gone");
        });

    assertThat(kinds())
        .containsExactly(
            Kind.REMEDY_FAILED,
            Kind.REMEDY_BEGUN,
            Kind.REMEDY_FAILED,
            Kind.REMEDY_BEGUN,
            Kind.REMEDY_REFUSED,
            Kind.REMEDY_BEGUN);
  }

  @Test
  void request_whileAnotherIsAtWork_waits() throws InterruptedException {
    Answer[] inner = new Answer[1];
    desk.request(
        BrokerRemedy.REVIVE,
        "broker 1",
        true,
        "",
        () -> {
          Thread other =
              new Thread(
                  () ->
                      inner[0] =
                          desk.request(
                              BrokerRemedy.REVIVE,
                              "broker 1",
                              true,
                              "",
                              () -> new Changed("", "", "", 0)));
          other.start();
          try {
            other.join();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          return new Changed("", "", "", 0);
        });

    assertThat(inner[0])
        .isInstanceOfSatisfying(
            Answer.Held.class,
            held -> assertThat(held.decision()).isInstanceOf(Decision.Wait.class));
    assertThat(desk.attempts()).hasSize(1);
  }

  @Test
  void request_breaksOffWithoutAMessage_saysOfWhat() {
    Answer answer =
        desk.request(
            BrokerRemedy.REVIVE,
            "broker 1",
            true,
            "",
            () -> {
              throw new ClosedChannelException();
            });

    assertThat(answer)
        .isInstanceOfSatisfying(
            Answer.Acted.class,
            acted ->
                assertThat(acted.outcome())
                    .isInstanceOfSatisfying(
                        NotEffective.class,
                        failed ->
                            assertThat(failed.reason())
                                .endsWith("java.nio.channels.ClosedChannelException")));
  }

  @Test
  void request_defectInTheHands_leavesATraceAndTheDeskFree() {
    assertThatThrownBy(
            () ->
                desk.request(
                    BrokerRemedy.REVIVE,
                    "broker 1",
                    true,
                    "",
                    () -> {
                      throw new IllegalStateException("defect");
                    }))
        .isInstanceOf(IllegalStateException.class);

    assertThat(kinds()).containsExactly(Kind.REMEDY_FAILED, Kind.REMEDY_BEGUN);
    assertThat(
            desk.request(
                BrokerRemedy.REVIVE, "broker 1", true, "", () -> new Changed("", "", "", 0)))
        .isInstanceOf(Answer.Acted.class);
  }

  private List<Kind> kinds() {
    return journal.latest().stream().map(Incident::kind).toList();
  }
}
