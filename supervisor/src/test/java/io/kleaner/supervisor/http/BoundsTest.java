// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Strangers who send too much, too slowly, or do not read. */
class BoundsTest {

  private static final Limits D = HttpLab.LIMITS;

  private static Limits times(long requestMs, long idleMs, long writeMs, long pendingBytes) {
    return new Limits(
        D.lineBytes(),
        D.headerBytes(),
        D.chunkBytes(),
        D.bodyBytes(),
        requestMs,
        requestMs,
        idleMs,
        writeMs,
        D.beatMs(),
        D.streamBacklogBytes(),
        pendingBytes);
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("waited for too long").isNegative();
      Thread.onSpinWait();
    }
  }

  @Test
  void line_tooLong_is414() throws Exception {
    try (HttpLab lab = HttpLab.start();
        Wire wire = lab.wire()) {
      assertThat(wire.ask("/" + "x".repeat(5_000)).rest()).startsWith("HTTP/1.1 414 ");
    }
  }

  @Test
  void headers_tooLong_are431() throws Exception {
    try (HttpLab lab = HttpLab.start();
        Wire wire = lab.wire()) {
      wire.send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + "x".repeat(17_000) + "\r\n\r\n");
      assertThat(wire.rest()).startsWith("HTTP/1.1 431 ");
    }
  }

  @Test
  void line_noRequestAtAll_is400() throws Exception {
    try (HttpLab lab = HttpLab.start();
        Wire wire = lab.wire()) {
      assertThat(wire.send("\u0001\u0002 rubbish\r\n\r\n").rest()).startsWith("HTTP/1.1 400 ");
    }
  }

  @Test
  void body_tooLong_is413() throws Exception {
    try (HttpLab lab = HttpLab.start();
        Wire wire = lab.wire()) {
      wire.send(
          "POST /api/v1/throttle HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 70000\r\n\r\n");
      assertThat(wire.rest()).startsWith("HTTP/1.1 413 ");
    }
  }

  @Test
  void pipelined_readerThatNeverReads_isAskedForOneAnswerAndClosed() throws Exception {
    try (HttpLab lab = HttpLab.with(times(60_000, 60_000, 1_000, 1 << 30));
        Wire wire = lab.wire()) {
      lab.service.metrics = "x".repeat(8 << 20);
      StringBuilder many = new StringBuilder();
      for (int i = 0; i < 500; i++) {
        many.append("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
      }
      wire.send(many.toString());
      await(() -> lab.service.metricsAsked.get() > 0);

      assertThat(wire.rest().length()).isLessThan(9 << 20);
      assertThat(lab.service.metricsAsked).hasValue(1);
    }
  }

  @Test
  void pipelined_readerThatReads_getsEveryAnswerInOrder() throws Exception {
    try (HttpLab lab = HttpLab.start();
        Wire wire = lab.wire()) {
      wire.ask("/healthz").ask("/metrics").ask("/nothing").ask("/healthz");

      wire.until("looked just now\"}");
      wire.until("kleaner_up 1");
      wire.until("there is nothing at");
      wire.until("looked just now\"}");
    }
  }

  @Test
  void readers_whoTakeNothing_doNotFillTheMemory() throws Exception {
    try (HttpLab lab = HttpLab.with(times(60_000, 60_000, 60_000, 20 << 20));
        Wire first = lab.wire();
        Wire second = lab.wire();
        Wire third = lab.wire()) {
      lab.service.metrics = "x".repeat(15 << 20);
      first.ask("/metrics").until("HTTP/1.1 200");
      second.ask("/metrics");

      assertThat(second.until("\r\n\r\n")).contains(" 503 ", "Retry-After: 1");
      assertThat(third.ask("/healthz").until("\r\n\r\n")).contains(" 200 ");
    }
  }

  @Test
  void longAnswers_whileOneIsPutTogether_healthIsAnswered() throws Exception {
    try (HttpLab lab = HttpLab.start();
        Wire slow = lab.wire();
        Wire quick = lab.wire()) {
      lab.service.slow = new CountDownLatch(1);
      slow.ask("/metrics");
      await(() -> lab.service.metricsAsked.get() == 1);

      for (int i = 0; i < 20; i++) {
        assertThat(quick.ask("/healthz").until("looked just now\"}")).contains(" 200 ");
      }

      lab.service.slow.countDown();
      slow.until("kleaner_up 1");
    }
  }

  @Test
  void longAnswers_moreThanCanWait_are503() throws Exception {
    List<Wire> wires = new ArrayList<>();
    try (HttpLab lab = HttpLab.start()) {
      lab.service.slow = new CountDownLatch(1);
      for (int i = 0; i < 40; i++) {
        wires.add(lab.wire());
        wires.get(i).ask("/metrics");
        if (i == 0) {
          await(() -> lab.service.metricsAsked.get() == 1);
        }
      }
      // Requests of several connections need not be met in order: one of these is one too many.
      await(() -> wires.stream().anyMatch(Wire::hasAnswer));
      Wire last = lab.wire();
      wires.add(last);

      assertThat(last.ask("/metrics").until("\r\n\r\n")).contains(" 503 ");
      assertThat(last.ask("/healthz").until("ok")).contains(" 200 ");
    } finally {
      for (Wire wire : wires) {
        wire.close();
      }
    }
  }

  @Test
  void header_thatTrickles_isClosedInTime() throws Exception {
    try (HttpLab lab = HttpLab.with(times(500, 60_000, 60_000, 1 << 30));
        Wire wire = lab.wire()) {
      wire.send("GET /healthz HTTP/1.1\r\nHo");

      assertThat(wire.rest()).isEmpty();
    }
  }

  @Test
  void body_thatTrickles_isClosedInTime() throws Exception {
    try (HttpLab lab = HttpLab.with(times(500, 60_000, 60_000, 1 << 30));
        Wire wire = lab.wire()) {
      wire.send("POST /api/v1/throttle HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\n{");

      assertThat(wire.rest()).isEmpty();
    }
  }

  @Test
  void connection_thatSaysNothing_isClosedInTime() throws Exception {
    try (HttpLab lab = HttpLab.with(times(500, 60_000, 60_000, 1 << 30));
        Wire wire = lab.wire()) {
      assertThat(wire.rest()).isEmpty();
    }
  }

  @Test
  void connection_idleAfterItsAnswer_isClosedInTime() throws Exception {
    try (HttpLab lab = HttpLab.with(times(60_000, 500, 60_000, 1 << 30));
        Wire wire = lab.wire()) {
      wire.ask("/healthz");

      assertThat(wire.rest()).contains("looked just now");
    }
  }

  @Test
  void connections_tooMany_getHealthAndNothingElse() throws Exception {
    List<Wire> open = new ArrayList<>();
    try (HttpLab lab = new HttpLab(HttpLab.counts(3, 4, 30), HttpLab.LIMITS)) {
      for (int i = 0; i < 3; i++) {
        Wire wire = lab.wire();
        open.add(wire);
        wire.ask("/healthz").until("looked just now");
      }

      try (Wire extra = lab.wire()) {
        assertThat(extra.ask("/api/v1/status").rest()).startsWith("HTTP/1.1 503 ");
      }
      try (Wire probe = lab.wire()) {
        assertThat(probe.ask("/healthz").rest()).startsWith("HTTP/1.1 200 ");
      }
      for (int i = 0; i < 16; i++) {
        open.add(lab.wire());
      }
      try (Wire beyond = lab.wire()) {
        assertThat(beyond.rest()).isEmpty();
      }
    } finally {
      for (Wire wire : open) {
        wire.close();
      }
    }
  }

  @Test
  void connections_oneEnds_makesRoomForAnother() throws Exception {
    try (HttpLab lab = new HttpLab(HttpLab.counts(1, 4, 30), HttpLab.LIMITS)) {
      for (int i = 0; i < 40; i++) {
        try (Wire wire = lab.wire()) {
          wire.send("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
          assertThat(wire.rest()).startsWith("HTTP/1.1 200 ");
        }
      }
    }
  }
}
