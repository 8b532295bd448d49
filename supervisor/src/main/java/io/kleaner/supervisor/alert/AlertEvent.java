// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

/**
 * Something to be told about an alert.
 *
 * @param atMs milliseconds since the epoch
 */
public record AlertEvent(Kind kind, Alert alert, long atMs) {

  /** What happened to it. */
  public enum Kind {
    FIRING,
    REPEATED,
    RESOLVED
  }
}
