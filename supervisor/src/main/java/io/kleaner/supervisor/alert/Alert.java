// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import static java.util.Objects.requireNonNull;

import io.kleaner.supervisor.judge.Severity;

/**
 * A condition as it is told.
 *
 * @param id of this occurrence; the next one of the same rule and subject has another
 * @param sinceMs when the condition was first seen, milliseconds since the epoch
 * @param firedAtMs when it fired, -1 if it has not
 * @param lastSeenMs when the condition last held
 * @param occurrences how often its condition began to hold, at least 1: a crash loop is one alert
 *     with many
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

  /** Checks that nothing is missing, and that it has fired unless it is pending. */
  public Alert {
    requireNonNull(rule, "rule");
    requireNonNull(subject, "subject");
    requireNonNull(severity, "severity");
    requireNonNull(summary, "summary");
    requireNonNull(evidence, "evidence");
    requireNonNull(nextStep, "nextStep");
    if (occurrences < 1 || (state == State.PENDING) != (firedAtMs == -1)) {
      throw new IllegalArgumentException(
          state + " alert " + id + " fired at " + firedAtMs + ", " + occurrences + " occurrences");
    }
  }

  /**
   * The same, over.
   *
   * @param ending what became of it, empty if nobody knows
   */
  Alert resolved(String ending) {
    return new Alert(
        id,
        rule,
        subject,
        severity,
        State.RESOLVED,
        summary,
        ending.isEmpty()
            ? evidence
            : evidence + (evidence.isEmpty() ? "" : "; ") + "over: " + ending,
        nextStep,
        sinceMs,
        firedAtMs,
        lastSeenMs,
        occurrences);
  }

  /** Where it is in its life. */
  public enum State {
    PENDING,
    FIRING,
    RESOLVED
  }
}
