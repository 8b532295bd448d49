// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.alert.LineLogger;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** A log that blocks, fails or kills, and those who must not notice. */
@Timeout(60)
class LogLinesTest {

  private final BlockingQueue<String> written = new LinkedBlockingQueue<>();

  /** A log that does something first with each text. */
  private LineLogger sink(Consumer<String> first) {
    return new LineLogger(
        (level, text) -> {
          first.accept(text);
          written.add(level + " " + text);
        });
  }

  private String next() throws InterruptedException {
    return written.poll(30, TimeUnit.SECONDS);
  }

  @Test
  void add_logIsBlocked_returnsAndCountsWhatFindsNoRoom() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch wake = new CountDownLatch(1);
    LogLines lines =
        new LogLines(
            sink(
                text -> {
                  reached.countDown();
                  await(wake);
                }));
    lines.add(Level.INFO, "in its hands");
    reached.await();

    for (int i = 0; i < LogLines.CAPACITY + 7; i++) {
      lines.add(Level.INFO, "line " + i);
    }

    assertThat(lines.dropped()).isEqualTo(7);
    wake.countDown();
    lines.close(30_000);
    assertThat(written).hasSize(LogLines.CAPACITY + 1);
  }

  @Test
  void add_logThrows_nextLineIsWrittenByTheSameThread() throws Exception {
    LogLines lines = new LogLines(sink(text -> failAt(text, new IllegalStateException("full"))));

    lines.add(Level.WARN, "fail");
    lines.add(Level.WARN, "well");

    assertThat(next()).isEqualTo("WARN well");
    assertThat(List.of(lines.dropped(), lines.revivals())).containsExactly(1L, 0L);
  }

  @Test
  void add_logThrowsAnError_threadIsReplacedAndNextLineIsWritten() throws Exception {
    LogLines lines = new LogLines(sink(text -> failAt(text, new OutOfMemoryError("staged"))));

    lines.add(Level.ERROR, "fail");
    lines.add(Level.ERROR, "well");

    assertThat(next()).isEqualTo("ERROR well");
    assertThat(List.of(lines.dropped(), lines.revivals())).containsExactly(1L, 1L);
  }

  private static void failAt(String text, Throwable why) {
    if (text.equals("fail")) {
      if (why instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) why;
    }
  }

  @Test
  void close_logNeverComesBack_returnsAllTheSame() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    LogLines lines =
        new LogLines(
            sink(
                text -> {
                  reached.countDown();
                  await(never);
                }));
    lines.add(Level.INFO, "in its hands");
    reached.await();

    lines.close(1);

    assertThat(written).isEmpty();
    never.countDown();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
