// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.logdir.TopicPartition;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * A partition in one of several log directories.
 *
 * @param logDir the log directory, symbolic links resolved
 * @param partition which
 */
public record PartitionId(Path logDir, TopicPartition partition)
    implements Comparable<PartitionId> {

  private static final Comparator<PartitionId> ORDER =
      Comparator.comparing(PartitionId::logDir).thenComparing(PartitionId::partition);

  /** Its directory. */
  public Path dir() {
    return logDir.resolve(partition.toString());
  }

  @Override
  public int compareTo(PartitionId other) {
    return ORDER.compare(this, other);
  }

  /** As messages and the API name it: {@code <log directory>:<topic>-<number>}. */
  @Override
  public String toString() {
    return logDir + ":" + partition;
  }
}
