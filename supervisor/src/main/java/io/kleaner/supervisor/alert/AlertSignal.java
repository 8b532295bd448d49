// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import static java.util.Objects.requireNonNull;

import io.kleaner.supervisor.judge.Severity;

/**
 * A condition that holds now.
 *
 * @param rule which, such as {@code WorkerDead}
 * @param subject of what: a worker, a partition, a log directory
 * @param summary one sentence
 * @param evidence what was seen
 * @param nextStep what to do, empty if nothing
 */
public record AlertSignal(
    String rule,
    String subject,
    Severity severity,
    String summary,
    String evidence,
    String nextStep) {

  /** Checks that it names a rule and a subject. */
  public AlertSignal {
    if (rule.isEmpty() || subject.isEmpty()) {
      throw new IllegalArgumentException(
          "rule '" + rule + "', subject '" + subject + "': neither may be empty");
    }
    requireNonNull(severity, "severity");
    requireNonNull(summary, "summary");
    requireNonNull(evidence, "evidence");
    requireNonNull(nextStep, "nextStep");
  }
}
