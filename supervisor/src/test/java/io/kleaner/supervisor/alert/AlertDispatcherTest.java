// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.kleaner.supervisor.cleaner.HandClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AlertDispatcherTest {

  private final CountDownLatch never = new CountDownLatch(1);

  @Test
  void dispatch_oneSinkThrows_othersAreTold() {
    Ear good = new Ear();
    AlertDispatcher dispatcher = new AlertDispatcher(List.of(new Bad(), good));

    dispatcher.dispatch(List.of(Samples.firing(1), Samples.firing(2)));

    assertThat(good.heard).containsExactly(1L, 2L);
  }

  @Test
  void dispatch_oneSinkThrows_itsStatusSaysSo() {
    AlertDispatcher dispatcher = new AlertDispatcher(List.of(new Bad(), new Ear()));

    dispatcher.dispatch(List.of(Samples.firing(1), Samples.firing(2)));

    assertThat(dispatcher.status())
        .extracting(AlertSink.Status::dropped, AlertSink.Status::lastError)
        .containsExactly(tuple(2L, "refused an event: NoClassDefFoundError"), tuple(0L, ""));
  }

  @Test
  void dispatch_receiverHangs_othersAreToldAndTheCallerIsNotHeldUp() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch hungUp = new CountDownLatch(1);
    CountDownLatch arrived = new CountDownLatch(1_000);
    try (Receiver receiver =
            new Receiver(
                socket -> {
                  asked.countDown();
                  Receiver.neverAnswers(hungUp).answer(socket);
                });
        AlertDispatcher dispatcher =
            new AlertDispatcher(
                List.of(
                    webhook(receiver, 60_000),
                    new QueuedSink("quick", (event, token) -> arrived.countDown())))) {
      dispatcher.dispatch(List.of(Samples.firing(0)));
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

      assertTimeoutPreemptively(
          Duration.ofSeconds(5),
          () -> {
            for (int i = 1; i < 1_000; i++) {
              dispatcher.dispatch(List.of(Samples.firing(i)));
              while (dispatcher.status().get(1).queued() > QueuedSink.CAPACITY / 2) {
                Thread.onSpinWait();
              }
            }
          });

      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(dispatcher.status().get(0).delivered()).isZero();
    }
    assertThat(hungUp.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void sendTest_sinksOfAllKinds_saysHowItWentWithEach() throws Exception {
    try (Receiver fine = new Receiver(Receiver.status(200));
        Receiver broken = new Receiver(Receiver.status(500));
        AlertDispatcher warm = new AlertDispatcher(List.of(webhook(fine, 20_000)));
        AlertDispatcher dispatcher =
            new AlertDispatcher(
                List.of(
                    webhook(fine, 20_000),
                    webhook(broken, 20_000),
                    new QueuedSink("hung", (event, token) -> never.await()),
                    new QueuedSink(
                        "defect",
                        (event, token) -> {
                          throw new StackOverflowError();
                        }),
                    new Ear()))) {
      // The first request that a JVM makes may take as long as it gives the others here.
      assertThat(warm.sendTest(Samples.firing(0), 60_000).get(0).delivered()).isTrue();

      List<AlertDispatcher.TestResult> results = dispatcher.sendTest(Samples.firing(0), 2_000);

      assertThat(results)
          .extracting(result -> result.sink() + " " + result.delivered() + " " + result.detail())
          .containsExactly(
              "webhook true delivered",
              "webhook false http://127.0.0.1:"
                  + broken.url().getPort()
                  + ": answered 500; given up after attempt 1",
              "hung false no result within 2000 ms",
              "defect false StackOverflowError",
              "ear false this sink cannot be tested");
    }
  }

  @Test
  void sendTest_noSinks_isEmpty() {
    assertThat(new AlertDispatcher(List.of()).sendTest(Samples.firing(0), 1_000)).isEmpty();
  }

  @Test
  void sendTest_interrupted_saysSoAndStaysInterrupted() {
    AlertDispatcher dispatcher = new AlertDispatcher(List.of(new Ear()));
    Thread.currentThread().interrupt();

    List<AlertDispatcher.TestResult> results = dispatcher.sendTest(Samples.firing(0), 1_000);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(results)
        .containsExactly(new AlertDispatcher.TestResult("ear", false, "interrupted"));
  }

  @Test
  void close_manySinksHang_takesNoLongerThanForOne() throws Exception {
    CountDownLatch hanging = new CountDownLatch(8);
    QueuedSink.Courier hangs =
        (event, token) -> {
          hanging.countDown();
          never.await();
        };
    AlertDispatcher dispatcher =
        new AlertDispatcher(
            List.of(
                new QueuedSink("a", hangs),
                new QueuedSink("b", hangs),
                new QueuedSink("c", hangs),
                new QueuedSink("d", hangs),
                new QueuedSink("e", hangs),
                new QueuedSink("f", hangs),
                new QueuedSink("g", hangs),
                new QueuedSink("h", hangs)));
    dispatcher.dispatch(List.of(Samples.firing(0)));
    assertThat(hanging.await(10, TimeUnit.SECONDS)).isTrue();

    // One after another they would take eight seconds.
    assertTimeoutPreemptively(Duration.ofSeconds(5), dispatcher::close);
  }

  private static QueuedSink webhook(Receiver receiver, long timeoutMs) {
    return new QueuedSink(
        "webhook",
        new WebhookCourier(
            new HttpPost(receiver.url(), timeoutMs, 3, Backoff.DEFAULT),
            Optional.empty(),
            "kleaner@test",
            new HandClock(Samples.SINCE_MS)));
  }

  /** Hears every event, and has no way to test anything. */
  private static final class Ear implements AlertSink {

    private final List<Long> heard = new CopyOnWriteArrayList<>();

    @Override
    public String name() {
      return "ear";
    }

    @Override
    public void offer(AlertEvent event) {
      heard.add(event.alert().id());
    }

    @Override
    public Status status() {
      return new Status(name(), heard.size(), 0, 0, 0, "");
    }

    @Override
    public void close() {}
  }

  /** Breaks its promise not to throw. */
  private static final class Bad implements AlertSink {

    @Override
    public String name() {
      return "bad";
    }

    @Override
    public void offer(AlertEvent event) {
      throw new NoClassDefFoundError("staged");
    }

    @Override
    public Status status() {
      return new Status(name(), 0, 0, 0, 0, "");
    }

    @Override
    public void close() {}
  }
}
