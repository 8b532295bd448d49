// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The end of a cleaner thread.
 *
 * @param atMs milliseconds since the epoch, by the broker's log or by our looks
 * @param thread its number, if known
 * @param cause why
 * @param throwable class and message; empty if no log said so
 * @param culprit the partition that it had begun to clean last; empty if no log said so
 */
public record Death(
    long atMs,
    OptionalInt thread,
    DeathCause cause,
    Optional<String> throwable,
    Optional<TopicPartition> culprit) {

  /** What it died of and at what. */
  public String text() {
    return cause.text()
        + throwable.map(each -> " (" + each + ")").orElse("")
        + culprit
            .map(each -> "; it had begun to clean " + each)
            .orElse("; which partition it was at is not known");
  }
}
