// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.Verdict;

/**
 * What is to be thought of one partition of a broker.
 *
 * @param partition which
 * @param state clean, dirty, cleaning, not-eligible, stalled, uncleanable, quarantined,
 *     not-compacted, unknown-policy or unseen
 * @param verdict with the evidence
 * @param reason why it is or isn't compacted, a sentence
 * @param sinceMs since when it is so as far as was seen, milliseconds since the epoch; -1 if not
 *     known
 */
public record PartitionVerdict(
    TopicPartition partition, String state, Verdict verdict, String reason, long sinceMs) {}
