// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogLinesTest {

  private final LogLines lines = new LogLines(ZoneId.of("Europe/Berlin"));

  private List<Instant> times(String... texts) {
    List<Instant> times = new ArrayList<>();
    for (String text : texts) {
      lines.line(text, 0).ifPresent(entry -> times.add(Instant.ofEpochMilli(entry.atMs())));
    }
    lines.flush().ifPresent(entry -> times.add(Instant.ofEpochMilli(entry.atMs())));
    return times;
  }

  @Test
  void line_hourThatComesTwice_goesOnInItsOrder() {
    assertThat(
            times(
                "[2026-10-25 02:59:00,000] INFO first",
                "[2026-10-25 02:58:59,500] INFO first, a little late",
                "[2026-10-25 02:01:00,000] INFO second",
                "[2026-10-25 02:59:00,000] INFO second",
                "[2026-10-25 03:00:00,000] INFO after"))
        .containsExactly(
            Instant.parse("2026-10-25T00:59:00Z"),
            Instant.parse("2026-10-25T00:58:59.500Z"),
            Instant.parse("2026-10-25T01:01:00Z"),
            Instant.parse("2026-10-25T01:59:00Z"),
            Instant.parse("2026-10-25T02:00:00Z"));
  }

  @Test
  void line_clockThatWasSetBack_isWhatItSays() {
    assertThat(times("[2026-10-20 12:00:00,000] INFO a", "[2026-10-20 11:00:00,000] INFO b"))
        .containsExactly(
            Instant.parse("2026-10-20T10:00:00Z"), Instant.parse("2026-10-20T09:00:00Z"));
  }
}
