// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.kleaner.core.pace.CancelToken;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class QueuedSinkTest {

  private final BlockingQueue<Long> seen = new LinkedBlockingQueue<>();

  @Test
  void offer_courierHangs_returnsAtOnceAndDropsTheOldest() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    try (QueuedSink sink =
        new QueuedSink(
            "hung",
            (event, token) -> {
              hanging.countDown();
              never.await();
            })) {
      sink.offer(Samples.firing(0));
      assertThat(hanging.await(10, TimeUnit.SECONDS)).isTrue();

      assertTimeoutPreemptively(
          Duration.ofSeconds(5),
          () -> {
            for (int i = 1; i <= 10_000; i++) {
              sink.offer(Samples.firing(i));
            }
          });

      assertThat(sink.status())
          .isEqualTo(
              new AlertSink.Status(
                  "hung", 0, 0, 10_000 - QueuedSink.CAPACITY, QueuedSink.CAPACITY, ""));
    }
  }

  @Test
  void offer_moreThanTheQueueHolds_keepsTheNewest() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    QueuedSink sink =
        new QueuedSink(
            "slow",
            (event, token) -> {
              seen.add(event.alert().id());
              hanging.countDown();
              release.await();
            });
    sink.offer(Samples.firing(0));
    assertThat(hanging.await(10, TimeUnit.SECONDS)).isTrue();
    for (int i = 1; i <= QueuedSink.CAPACITY + 10; i++) {
      sink.offer(Samples.firing(i));
    }

    release.countDown();
    sink.close();

    assertThat(seen).startsWith(0L, 11L).endsWith(QueuedSink.CAPACITY + 10L);
    assertThat(sink.status().dropped()).isEqualTo(10);
  }

  @Test
  void deliver_courierThrowsAnError_threadIsReplacedAndCounted() throws Exception {
    try (QueuedSink sink = new QueuedSink("dying", this::dieOfTheFirst)) {
      sink.offer(Samples.firing(0));
      sink.offer(Samples.firing(1));

      assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(1L);
      assertThat(sink.restarts()).isEqualTo(1);
      assertThat(sink.status().failed()).isEqualTo(1);
    }
  }

  @Test
  void deliver_courierThrowsAnError_statusSaysOfWhat() throws Exception {
    CountDownLatch again = new CountDownLatch(1);
    try (QueuedSink sink =
        new QueuedSink(
            "dying",
            new QueuedSink.Courier() {
              @Override
              public void deliver(AlertEvent event, CancelToken token) {
                throw new StackOverflowError();
              }

              @Override
              public void idle(CancelToken token) {
                // Only the replacement gets here.
                again.countDown();
              }
            })) {
      sink.offer(Samples.firing(0));

      assertThat(again.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(sink.status().lastError()).isEqualTo("its thread died of StackOverflowError");
    }
  }

  @Test
  void deliver_courierThrowsSomething_goesOnAndQuotesNoMessage() {
    QueuedSink sink =
        new QueuedSink(
            "broken",
            (event, token) -> {
              throw new IllegalStateException("token=hunter2");
            });
    sink.offer(Samples.firing(0));
    sink.offer(Samples.firing(1));
    sink.close();

    assertThat(sink.status())
        .isEqualTo(new AlertSink.Status("broken", 0, 2, 0, 0, "IllegalStateException"));
    assertThat(sink.restarts()).isZero();
  }

  @Test
  void deliver_worksAgain_lastErrorIsEmpty() {
    QueuedSink sink =
        new QueuedSink(
            "recovered",
            (event, token) -> {
              if (event.alert().id() == 0) {
                throw new DeliveryException("not yet");
              }
            });
    sink.offer(Samples.firing(0));
    sink.offer(Samples.firing(1));
    sink.close();

    assertThat(sink.status()).isEqualTo(new AlertSink.Status("recovered", 1, 1, 0, 0, ""));
  }

  @Test
  void deliver_interruptedByAStranger_goesOn() throws Exception {
    try (QueuedSink sink =
        new QueuedSink(
            "interrupted",
            (event, token) -> {
              if (event.alert().id() == 0) {
                throw new InterruptedException();
              }
              seen.add(event.alert().id());
            })) {
      sink.offer(Samples.firing(0));
      sink.offer(Samples.firing(1));

      assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(1L);
      assertThat(sink.restarts()).isZero();
    }
  }

  @Test
  void close_courierHangs_returnsAndInterruptsIt() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    QueuedSink sink =
        new QueuedSink(
            "hung",
            (event, token) -> {
              hanging.countDown();
              try {
                new CountDownLatch(1).await();
              } finally {
                interrupted.countDown();
              }
            });
    for (int i = 0; i < 4; i++) {
      sink.offer(Samples.firing(i));
    }
    assertThat(hanging.await(10, TimeUnit.SECONDS)).isTrue();

    assertTimeoutPreemptively(Duration.ofSeconds(5), sink::close);

    assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(sink.status().dropped()).isEqualTo(3);
  }

  @Test
  void offer_afterClose_isCountedAsDropped() {
    QueuedSink sink = new QueuedSink("closed", (event, token) -> {});
    sink.close();

    sink.offer(Samples.firing(0));

    assertThat(sink.status().dropped()).isEqualTo(1);
  }

  @Test
  void offer_courierThrowsWhenItHears_isStillQueued() throws Exception {
    try (QueuedSink sink =
        new QueuedSink(
            "hears",
            new QueuedSink.Courier() {
              @Override
              public void deliver(AlertEvent event, CancelToken token) {
                seen.add(event.alert().id());
              }

              @Override
              public void offered(AlertEvent event) {
                throw new IllegalStateException();
              }
            })) {
      sink.offer(Samples.firing(7));

      assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(7L);
    }
  }

  @Test
  void test_courierFails_saysWhyInOneAttempt() throws Exception {
    try (QueuedSink sink =
        new QueuedSink(
            "tested",
            (event, token) -> {
              throw new DeliveryException("token cancelled: " + token.isCancelled());
            })) {
      assertThat(List.of(sink.test(Samples.firing(0))))
          .containsExactly(new QueuedSink.TestResult("tested", false, "token cancelled: true"));
      assertThat(sink.status().failed()).isZero();
    }
  }

  private void dieOfTheFirst(AlertEvent event, CancelToken token) {
    if (event.alert().id() == 0) {
      throw new OutOfMemoryError("staged");
    }
    seen.add(event.alert().id());
  }
}
