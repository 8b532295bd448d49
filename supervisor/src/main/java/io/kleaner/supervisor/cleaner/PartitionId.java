// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.logdir.TopicPartition;
import java.nio.file.Path;

/**
 * A partition in one of several log directories.
 *
 * @param logDir the log directory, symbolic links resolved
 * @param partition which
 */
public record PartitionId(Path logDir, TopicPartition partition)
    implements Comparable<PartitionId> {

  /** Its directory. */
  public Path dir() {
    return logDir.resolve(partition.toString());
  }

  /** Whether a person may mean it by a text: its name, or with its log directory. */
  boolean isMeantBy(String text) {
    return text.equals(partition.toString())
        || text.equals(toString())
        || text.equals(logDir.getFileName() + ":" + partition);
  }

  @Override
  public int compareTo(PartitionId other) {
    int byDir = logDir.compareTo(other.logDir);
    return byDir != 0 ? byDir : partition.compareTo(other.partition);
  }

  // Written out for the same reason as those of a TopicPartition.
  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof PartitionId that
            && partition.equals(that.partition)
            && logDir.equals(that.logDir));
  }

  @Override
  public int hashCode() {
    return 31 * logDir.hashCode() + partition.hashCode();
  }

  /** As messages and the API name it: {@code <log directory>:<topic>-<number>}. */
  @Override
  public String toString() {
    return logDir + ":" + partition;
  }
}
