// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.BrokerPartitions;
import io.kleaner.supervisor.probe.broker.PartitionFiles;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.probe.broker.TopicConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What all partitions of a broker come to together, gone through once for as long as nothing is new
 * of any. Immutable.
 *
 * @param dirtyBytes of all; empty if the files of none are seen
 * @param mostDirtyRatio of any, 0 to 1; empty if the files of none are seen
 * @param overdueSinceMs since when the one that is longest overdue has been, milliseconds since the
 *     epoch; empty if none is
 * @param newestCleanMs when the latest clean of any ended, as far as is known; -1 if of none
 * @param uncleanable how many the log says were given up
 * @param largestGroups bytes that the largest group of segments may take that is cleaned next, by
 *     log directory
 */
record PartitionSums(
    OptionalLong dirtyBytes,
    OptionalDouble mostDirtyRatio,
    OptionalLong overdueSinceMs,
    long newestCleanMs,
    long uncleanable,
    Map<Path, Long> largestGroups) {

  static final PartitionSums NONE = of(BrokerPartitions.NONE);

  private static final long DEFAULT_SEGMENT_BYTES = 1L << 30;

  PartitionSums {
    largestGroups = Map.copyOf(largestGroups);
  }

  static PartitionSums of(BrokerPartitions partitions) {
    boolean any = false;
    long dirtyBytes = 0;
    double ratio = Double.NEGATIVE_INFINITY;
    long overdueSinceMs = Long.MAX_VALUE;
    long newestCleanMs = -1;
    long uncleanable = 0;
    Map<Path, Long> groups = new HashMap<>();
    for (BrokerPartition partition : partitions.values()) {
      if (partition.lastClean().isPresent()) {
        newestCleanMs = Math.max(newestCleanMs, partition.lastClean().get().atMs());
      }
      uncleanable += partition.uncleanable().isPresent() ? 1 : 0;
      if (partition.files() instanceof Seen.Known<PartitionFiles> known) {
        any = true;
        PartitionFiles files = known.value();
        dirtyBytes += files.dirtyBytes();
        ratio = Math.max(ratio, files.dirtyRatio());
        overdueSinceMs =
            Math.min(overdueSinceMs, files.eligibility().overdueSinceMs().orElse(Long.MAX_VALUE));
        if (files.dirtyBytes() > 0) {
          groups.merge(files.dir().getParent(), largestGroup(partition, files), Math::max);
        }
      }
    }
    return new PartitionSums(
        any ? OptionalLong.of(dirtyBytes) : OptionalLong.empty(),
        any ? OptionalDouble.of(ratio) : OptionalDouble.empty(),
        overdueSinceMs == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(overdueSinceMs),
        newestCleanMs,
        uncleanable,
        groups);
  }

  private static long largestGroup(BrokerPartition partition, PartitionFiles files) {
    OptionalLong segmentBytes =
        partition.config() instanceof Seen.Known<TopicConfig> config
            ? config.value().number("segment.bytes")
            : OptionalLong.empty();
    return Math.min(
        segmentBytes.orElse(DEFAULT_SEGMENT_BYTES), files.dirtyBytes() + files.cleanBytes());
  }

  /** Of a log directory; 0 if nothing of it may be cleaned. */
  long largestGroup(Path dir) {
    return largestGroups.entrySet().stream()
        .filter(each -> each.getKey().startsWith(dir))
        .mapToLong(Map.Entry::getValue)
        .max()
        .orElse(0);
  }
}
