// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertSignal;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.remedy.broker.BrokerRemedy;
import io.kleaner.supervisor.service.Announcer;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.Signals;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of the threads of the sidecar when their jobs fail, and who hears of it. */
@Timeout(60)
class HandsThreadTest {

  private final Broker broker = new Broker();
  private final HandsThread hands = new HandsThread("hands");
  private final HandsThread scans = new HandsThread("scans");
  private final Journal journal = Journal.inMemory("a test");
  private final Chronicle chronicle = new Chronicle(journal, new Announcer(), Clock.system());
  private final WatchRounds rounds =
      SteppedRounds.of(Clock.system(), broker, StillHands.that("a test"), hands, scans, chronicle);

  private List<AlertSignal> look() {
    Signals signals = new Signals();
    broker.advance(1_000);
    rounds.look(broker.nowMs(), signals);
    return signals.all().stream().filter(each -> each.rule().equals("HandsDead")).toList();
  }

  private static void fail(HandsThread thread, Throwable how) {
    thread.offer(
        () -> {
          if (how instanceof Error error) {
            throw error;
          }
          throw (RuntimeException) how;
        },
        () -> {});
  }

  /** A job that is under way until all is to end. */
  private void busy() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    hands.start();
    hands.offer(
        () -> {
          begun.countDown();
          awaitEnd();
        },
        () -> {});
    assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
  }

  private void awaitEnd() {
    try {
      hands.token().sleep(TimeUnit.SECONDS.toNanos(50));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void run_jobThrowsAnException_isToldAndTheNextJobIsDone() throws Exception {
    CountDownLatch next = new CountDownLatch(1);
    hands.start();
    fail(hands, new IllegalStateException("odd"));
    fail(hands, new IllegalStateException("odd"));
    hands.offer(next::countDown, () -> {});

    assertThat(next.await(30, TimeUnit.SECONDS)).isTrue();

    assertThat(look()).isEmpty();
    assertThat(journal.latest())
        .filteredOn(each -> each.kind() == Incident.Kind.REMEDY_FAILED)
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.summary()).contains("remedies");
              assertThat(each.evidence()).contains("odd");
            });
    hands.close();
  }

  @Test
  void run_jobThrowsAnError_endsTheThreadAndIsAnAlert() throws Exception {
    scans.start();
    fail(scans, new OutOfMemoryError("staged"));
    scans.join(30_000);

    assertThat(look())
        .singleElement()
        .satisfies(
            signal -> {
              assertThat(signal.subject()).isEqualTo("scans");
              assertThat(signal.evidence()).contains("staged");
            });
  }

  @Test
  void close_jobsWait_eachIsToldAsNotBegunAndNoneIsTakenAnyMore() throws Exception {
    List<String> became = new CopyOnWriteArrayList<>();
    busy();
    hands.offer(() -> became.add("done"), () -> became.add("1 " + hands.whyNotBegun()));
    hands.offer(() -> became.add("done"), () -> became.add("2 " + hands.whyNotBegun()));

    hands.close();

    assertThat(became).containsExactly("1 stopping; not begun", "2 stopping; not begun");
    assertThat(hands.offer(() -> became.add("done"), () -> became.add("3"))).isFalse();
    assertThat(became).hasSize(2);
  }

  @Test
  void run_jobThrowsAnErrorWhileAnotherWaits_thatIsToldAsNotBegun() throws Exception {
    List<String> became = new CopyOnWriteArrayList<>();
    fail(hands, new OutOfMemoryError("staged"));
    hands.offer(() -> became.add("done"), () -> became.add(hands.whyNotBegun()));
    hands.start();
    hands.join(30_000);

    assertThat(became).containsExactly("its thread has ended; not begun");
    assertThat(hands.death()).containsInstanceOf(OutOfMemoryError.class);
    assertThat(rounds.book().byHand(order(BrokerRemedy.REVIVE, "broker 1"), broker.nowMs()))
        .as("nobody is told that it is done")
        .contains("the thread for remedies has ended");
  }

  /** One of each: a setting to take back, a remedy that is the next, one that has no turn yet. */
  @Test
  void giveUp_remediesWait_eachEndsAndIsAnIncident() throws Exception {
    WatchRounds able =
        SteppedRounds.of(Clock.system(), broker, new WithLeftovers(), hands, scans, chronicle);
    busy();
    able.look(broker.nowMs(), new Signals());
    assertThat(able.book().byHand(order(BrokerRemedy.REVIVE, "broker 1"), broker.nowMs()))
        .isEmpty();
    assertThat(able.book().byHand(order(BrokerRemedy.RELEASE, "orders"), broker.nowMs())).isEmpty();

    long first = able.book().all().get(0).id();
    long second = able.book().all().get(1).id();

    hands.close();
    able.giveUp();
    hands.fetch();

    assertThat(first).isPositive().isLessThan(second);
    assertThat(journal.latest())
        .filteredOn(each -> each.kind() == Incident.Kind.REMEDY_REFUSED)
        .extracting(each -> each.subject() + ": " + each.summary())
        .containsExactlyInAnyOrder(
            "service: a setting that a remedy left behind is not taken back:"
                + " stopping; not begun",
            "broker 1: remedy " + first + ", revive broker 1, is not done: stopping; not begun",
            "orders: remedy " + second + ", release orders, is not done: stopping; not begun");
    assertThat(able.book().all())
        .hasSize(2)
        .allSatisfy(
            each -> {
              assertThat(each.state()).isEqualTo(Ticket.State.REFUSED);
              assertThat(each.outcome()).isEqualTo("stopping; not begun");
            });
  }

  private static BrokerHands.Order order(BrokerRemedy remedy, String subject) {
    return new BrokerHands.Order(remedy, subject, List.of(), 0, "a test");
  }

  private static final class WithLeftovers extends IdleHands {

    @Override
    public boolean hasLeftovers() {
      return true;
    }
  }
}
