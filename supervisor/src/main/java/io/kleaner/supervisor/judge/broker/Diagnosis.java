// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.Severity;
import java.util.Optional;

/**
 * Something that is wrong now. Immutable.
 *
 * @param ailment what
 * @param subject of what: a thread, a partition, a log directory, a source, the broker
 * @param severity how grave
 * @param partition concerned, if it is one
 * @param sinceMs since when as far as was seen, milliseconds since the epoch
 * @param summary one sentence
 * @param evidence what was seen, with numbers
 * @param advice what to do, with commands
 */
public record Diagnosis(
    Ailment ailment,
    String subject,
    Severity severity,
    Optional<TopicPartition> partition,
    long sinceMs,
    String summary,
    String evidence,
    String advice) {

  /** Of a partition. */
  static Diagnosis of(
      Ailment ailment,
      TopicPartition partition,
      long sinceMs,
      String summary,
      String evidence,
      String advice) {
    return new Diagnosis(
        ailment,
        partition.toString(),
        ailment.severity(),
        Optional.of(partition),
        sinceMs,
        summary,
        evidence,
        advice);
  }

  /** Of anything else. */
  static Diagnosis of(
      Ailment ailment,
      String subject,
      long sinceMs,
      String summary,
      String evidence,
      String advice) {
    return new Diagnosis(
        ailment, subject, ailment.severity(), Optional.empty(), sinceMs, summary, evidence, advice);
  }

  /** The same, as grave as that. */
  Diagnosis as(Severity other) {
    return new Diagnosis(ailment, subject, other, partition, sinceMs, summary, evidence, advice);
  }

  /** The same, with that to do. */
  Diagnosis advising(String other) {
    return new Diagnosis(ailment, subject, severity, partition, sinceMs, summary, evidence, other);
  }

  /** How long it has held, in milliseconds. */
  public long ageMs(long nowMs) {
    return Math.max(0, nowMs - sinceMs);
  }
}
