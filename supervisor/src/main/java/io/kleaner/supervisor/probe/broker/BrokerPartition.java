// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.List;
import java.util.Optional;

/**
 * What is known of one partition on one broker. Immutable.
 *
 * @param partition which
 * @param config of its topic
 * @param offsets as clients see them
 * @param replication who has it
 * @param files what its directory holds
 * @param transactions that are open on it; a known empty list means that there is none
 * @param reclaimable what a clean would free: an estimate, from a sample
 * @param ahead what the next clean will meet, as far as it was read
 * @param lastClean when it was cleaned last, as far as anything says
 * @param uncleanable the log line by which the broker gave it up; empty if none was seen, which
 *     proves nothing if the log was not read from the broker's start on
 */
public record BrokerPartition(
    TopicPartition partition,
    Seen<TopicConfig> config,
    Seen<Offsets> offsets,
    Seen<Replication> replication,
    Seen<PartitionFiles> files,
    Seen<List<OpenTransaction>> transactions,
    Seen<ReclaimEstimate> reclaimable,
    Seen<CleanAhead> ahead,
    Optional<LastClean> lastClean,
    Optional<LogEvent.MarkedUncleanable> uncleanable) {

  /**
   * When a partition was cleaned last.
   *
   * @param atMs milliseconds since the epoch
   * @param source that says so: the broker's log line, or the checkpoint, which was seen to move
   */
  public record LastClean(long atMs, Source source) {}
}
