// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

/**
 * A condition as it is told.
 *
 * @param id of this occurrence; the next one of the same rule and subject has another
 * @param sinceMs when the condition was first seen, milliseconds since the epoch
 * @param firedAtMs when it fired, -1 if it has not
 * @param lastSeenMs when the condition last held
 * @param occurrences how often it came back while it was firing
 */
public record Alert(
    long id,
    String rule,
    String subject,
    Severity severity,
    State state,
    String summary,
    String evidence,
    String nextStep,
    long sinceMs,
    long firedAtMs,
    long lastSeenMs,
    int occurrences) {

  /** Where it is in its life. */
  public enum State {
    PENDING,
    FIRING,
    RESOLVED
  }
}
