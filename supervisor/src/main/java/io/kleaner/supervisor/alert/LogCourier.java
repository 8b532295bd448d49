// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import io.kleaner.core.pace.CancelToken;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes alerts to the log, one line each: critical ones as errors, warnings as warnings, what is
 * over as information. Thread-safe.
 */
final class LogCourier implements QueuedSink.Courier {

  private final Logger log;

  LogCourier() {
    this(LoggerFactory.getLogger("kleaner.alerts"));
  }

  LogCourier(Logger log) {
    this.log = log;
  }

  @Override
  public void deliver(AlertEvent event, CancelToken token) {
    Alert alert = event.alert();
    log.atLevel(level(event))
        .log(
            "{} {} {}: {} ({}) {}",
            event.kind(),
            AlertText.oneLine(alert.rule()),
            AlertText.oneLine(alert.subject()),
            AlertText.oneLine(alert.summary()),
            AlertText.oneLine(alert.evidence()),
            AlertText.oneLine(alert.nextStep()));
  }

  private static Level level(AlertEvent event) {
    if (event.kind() == AlertEvent.Kind.RESOLVED) {
      return Level.INFO;
    }
    return switch (event.alert().severity()) {
      case CRITICAL -> Level.ERROR;
      case WARNING -> Level.WARN;
      case INFO -> Level.INFO;
    };
  }
}
