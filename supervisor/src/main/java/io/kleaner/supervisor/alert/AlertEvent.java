// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import static java.util.Objects.requireNonNull;

/**
 * Something to be told about an alert.
 *
 * @param atMs milliseconds since the epoch
 */
public record AlertEvent(Kind kind, Alert alert, long atMs) {

  /** Checks that nothing is missing. */
  public AlertEvent {
    requireNonNull(kind, "kind");
    requireNonNull(alert, "alert");
  }

  /** What happened to it. */
  public enum Kind {
    FIRING,
    REPEATED,
    RESOLVED
  }
}
