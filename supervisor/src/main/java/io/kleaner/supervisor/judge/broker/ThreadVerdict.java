// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.Verdict;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is to be thought of one cleaner thread of a broker.
 *
 * @param name such as {@code kafka-log-cleaner-thread-0}
 * @param id the JVM's number for it, empty if there is none
 * @param state idle, working, throttled, blocked, hung, spinning, dead or unknown
 * @param verdict with the evidence
 * @param sinceProgressMs since it last got on, -1 if not known
 * @param partition that it cleans, as far as the log tells
 * @param provenFree whether its stack proves that it waits for nothing, so that the cleaner may be
 *     restarted
 */
public record ThreadVerdict(
    String name,
    OptionalLong id,
    String state,
    Verdict verdict,
    long sinceProgressMs,
    Optional<TopicPartition> partition,
    boolean provenFree) {}
