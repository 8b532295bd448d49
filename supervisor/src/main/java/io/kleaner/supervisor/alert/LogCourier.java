// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import io.kleaner.core.pace.CancelToken;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes alerts to the log. */
final class LogCourier implements QueuedSink.Courier {

  private static final Logger LOG = LoggerFactory.getLogger("kleaner.alerts");

  @Override
  public void deliver(AlertEvent event, CancelToken token) {
    Alert alert = event.alert();
    if (event.kind() == AlertEvent.Kind.RESOLVED) {
      LOG.info("RESOLVED {} {}: {}", alert.rule(), alert.subject(), alert.summary());
    } else if (alert.severity() == Severity.CRITICAL) {
      LOG.error(
          "{} {} {}: {} {}",
          event.kind(),
          alert.rule(),
          alert.subject(),
          alert.summary(),
          alert.nextStep());
    } else {
      LOG.warn(
          "{} {} {}: {} {}",
          event.kind(),
          alert.rule(),
          alert.subject(),
          alert.summary(),
          alert.nextStep());
    }
  }
}
