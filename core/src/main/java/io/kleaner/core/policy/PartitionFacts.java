// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.policy;

import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.retain.LastRecord;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * All that a decision about a partition needs to know; immutable.
 *
 * @param log its directory
 * @param cleanerCheckpoint where its last clean ended
 * @param highWatermark never above the log end
 * @param lastStableOffset never above the high watermark
 * @param activeProducers what must survive of each, by producer id
 * @param newestSnapshotOffset of the newest producer snapshot that can be read; empty if there is
 *     none
 * @param largestTimestampsMs of each segment, in the log's order
 * @param firstTimestampsMs the highest timestamp of each segment's first batch, -1 for none
 * @param warnings what was found broken and passed over
 */
public record PartitionFacts(
    PartitionLog log,
    OptionalLong cleanerCheckpoint,
    HighWatermark highWatermark,
    long lastStableOffset,
    Map<Long, LastRecord> activeProducers,
    OptionalLong newestSnapshotOffset,
    List<Long> largestTimestampsMs,
    List<Long> firstTimestampsMs,
    List<String> warnings) {

  /** Keeps its own copies. */
  public PartitionFacts {
    activeProducers = Map.copyOf(activeProducers);
    largestTimestampsMs = List.copyOf(largestTimestampsMs);
    firstTimestampsMs = List.copyOf(firstTimestampsMs);
    warnings = List.copyOf(warnings);
  }
}
