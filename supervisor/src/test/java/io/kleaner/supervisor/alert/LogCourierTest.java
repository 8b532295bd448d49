// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.judge.Severity;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogCourierTest {

  private final List<String> lines = new ArrayList<>();
  private final LineLogger log = new LineLogger((level, text) -> lines.add(level + " " + text));

  @Test
  void deliver_firing_levelIsThatOfItsSeverity() {
    deliver(AlertEvent.Kind.FIRING, Severity.CRITICAL, "s");
    deliver(AlertEvent.Kind.REPEATED, Severity.WARNING, "s");
    deliver(AlertEvent.Kind.FIRING, Severity.INFO, "s");

    assertThat(lines)
        .containsExactly(
            "ERROR FIRING WorkerDead worker-1: s (heartbeat 1,200 ms old) Look at the incident.",
            "WARN REPEATED WorkerDead worker-1: s (heartbeat 1,200 ms old) Look at the incident.",
            "INFO FIRING WorkerDead worker-1: s (heartbeat 1,200 ms old) Look at the incident.");
  }

  @Test
  void deliver_resolved_isInformation() {
    deliver(AlertEvent.Kind.RESOLVED, Severity.CRITICAL, "s");

    assertThat(lines).hasSize(1).first().asString().startsWith("INFO RESOLVED WorkerDead");
  }

  @Test
  void deliver_textOfSeveralLines_isOneLine() {
    deliver(AlertEvent.Kind.FIRING, Severity.WARNING, "a\r\n2026-01-02 ERROR forged\u0007");

    assertThat(lines).hasSize(1).first().asString().contains("a  2026-01-02 ERROR forged ");
  }

  private void deliver(AlertEvent.Kind kind, Severity severity, String summary) {
    new LogCourier(log).deliver(Samples.event(kind, 7, severity, summary), new CancelToken());
  }
}
