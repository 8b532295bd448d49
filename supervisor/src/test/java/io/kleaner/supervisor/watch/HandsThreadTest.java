// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertSignal;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.service.Announcer;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.Signals;
import java.util.List;
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
        });
  }

  @Test
  void run_jobThrowsAnException_isToldAndTheNextJobIsDone() throws Exception {
    CountDownLatch next = new CountDownLatch(1);
    hands.start();
    fail(hands, new IllegalStateException("odd"));
    fail(hands, new IllegalStateException("odd"));
    hands.offer(next::countDown);

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
}
