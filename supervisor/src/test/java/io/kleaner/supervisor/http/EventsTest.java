// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The stream of events. */
class EventsTest {

  private static final String EVENTS = "/api/v1/events";

  @Test
  void stream_events_comeInTheirOrder() throws Exception {
    try (HttpLab lab = HttpLab.start();
        Wire wire = lab.wire()) {
      assertThat(wire.ask(EVENTS).until("retry: 2000"))
          .contains("200 OK", "content-type: text/event-stream");

      for (int i = 0; i < 100; i++) {
        lab.service.announce(i % 2 == 0 ? "worker" : "incident", Map.of("n", i));
      }

      for (int i = 0; i < 100; i++) {
        assertThat(wire.until("data: {\"n\":" + i + "}\n\n"))
            .contains("id: " + (i + 1) + "\n", i % 2 == 0 ? "event: worker" : "event: incident");
      }
    }
  }

  @Test
  void stream_tooMany_is503UntilOneEnds() throws Exception {
    try (HttpLab lab = new HttpLab(HttpLab.counts(16, 1, 30), HttpLab.LIMITS)) {
      try (Wire first = lab.wire();
          Wire second = lab.wire()) {
        first.ask(EVENTS).until("retry: 2000");
        assertThat(second.ask(EVENTS).rest()).startsWith("HTTP/1.1 503 ");
      }
      String answer = " 503 ";
      while (answer.contains(" 503 ")) {
        // That the first one has gone is noticed in time, but not at once.
        try (Wire third = lab.wire()) {
          answer = third.ask(EVENTS).until("\r\n\r\n");
        }
      }
      assertThat(answer).contains(" 200 ");
    }
  }

  @Test
  void stream_readerTooSlow_isDroppedAndOthersGoOn() throws Exception {
    try (HttpLab lab = HttpLab.start();
        Wire slow = lab.wire();
        Wire quick = lab.wire()) {
      slow.ask(EVENTS).until("retry: 2000");
      quick.ask(EVENTS).until("retry: 2000");
      String filler = "x".repeat(100_000);

      for (int i = 0; i < 150; i++) {
        lab.service.announce("incident", Map.of("n", i, "text", filler));
        quick.until("\n\n");
      }

      assertThat(slow.rest().length()).isLessThan(150 * 100_000);
    }
  }

  @Test
  void stream_idleLong_getsSignsOfLife() throws Exception {
    Limits d = HttpLab.LIMITS;
    Limits quick =
        new Limits(
            d.lineBytes(),
            d.headerBytes(),
            d.chunkBytes(),
            d.bodyBytes(),
            d.requestMs(),
            d.spareRequestMs(),
            100,
            d.writeMs(),
            200,
            d.streamBacklogBytes(),
            d.pendingBytes());
    try (HttpLab lab = HttpLab.with(quick);
        Wire wire = lab.wire()) {
      wire.ask(EVENTS);

      for (int i = 0; i < 5; i++) {
        wire.until(": beat\n\n");
      }
    }
  }

  @Test
  void stream_furtherRequestOnIt_endsIt() throws Exception {
    try (HttpLab lab = HttpLab.start();
        Wire wire = lab.wire()) {
      wire.ask(EVENTS).until("retry: 2000");

      assertThat(wire.ask("/metrics").rest()).doesNotContain("kleaner_up");
    }
  }

  @Test
  void close_server_listensToTheServiceNoMore() throws Exception {
    HttpLab lab = HttpLab.start();
    assertThat(lab.service.listeners()).isEqualTo(1);

    lab.close();

    assertThat(lab.service.listeners()).isZero();
  }
}
