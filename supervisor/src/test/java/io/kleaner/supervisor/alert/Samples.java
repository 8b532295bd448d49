// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import io.kleaner.supervisor.judge.Severity;

/** Alerts and events to send about. */
final class Samples {

  /** 2026-01-02T03:04:05Z. */
  static final long SINCE_MS = 1_767_323_045_000L;

  private Samples() {}

  static AlertEvent firing(long id) {
    return event(AlertEvent.Kind.FIRING, id, Severity.CRITICAL);
  }

  static AlertEvent resolved(long id) {
    return event(AlertEvent.Kind.RESOLVED, id, Severity.CRITICAL);
  }

  static AlertEvent event(AlertEvent.Kind kind, long id, Severity severity) {
    return event(kind, id, severity, "worker-1 ended by OutOfMemoryError");
  }

  static AlertEvent event(AlertEvent.Kind kind, long id, Severity severity, String summary) {
    Alert alert =
        new Alert(
            id,
            "WorkerDead",
            "worker-1",
            severity,
            kind == AlertEvent.Kind.RESOLVED ? Alert.State.RESOLVED : Alert.State.FIRING,
            summary,
            "heartbeat 1,200 ms old",
            "Look at the incident.",
            SINCE_MS,
            SINCE_MS + 1_000,
            SINCE_MS + 2_000,
            3);
    return new AlertEvent(kind, alert, SINCE_MS + 2_000);
  }
}
