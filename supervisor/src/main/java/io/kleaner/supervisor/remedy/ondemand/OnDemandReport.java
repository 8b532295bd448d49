// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What came of a compaction on demand.
 *
 * @param partitions those whose files were watched
 * @param refused topics that were not touched, and why
 * @param restored what became of each setting that was changed
 */
public record OnDemandReport(
    List<Partition> partitions, List<Refusal> refused, List<Restored> restored) {

  /** Keeps its own copies. */
  public OnDemandReport {
    partitions = List.copyOf(partitions);
    refused = List.copyOf(refused);
    restored = List.copyOf(restored);
  }

  /** How it ended for a partition. */
  public enum Status {
    /** The checkpoint passed the old log end. */
    COMPACTED,
    /** All sealed segments are compacted; the rest is in the active one, and no roll was asked. */
    COMPACTED_TO_ACTIVE,
    /** A roll was asked for and did not come, because nobody appended anything. */
    NOT_ROLLED,
    /** There is no record at all. */
    EMPTY,
    /** Given up. */
    GAVE_UP,
    /** Interrupted. */
    INTERRUPTED,
    /** No replica lies in the named log directories. */
    NOT_WATCHED;

    /** As in JSON. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether what was asked for is done. */
    public boolean isDone() {
      return this == COMPACTED || this == COMPACTED_TO_ACTIVE || this == EMPTY;
    }
  }

  /**
   * One partition.
   *
   * @param dir where it was watched; the log directory's own if it was not
   * @param oldEnd the log end offset when it was asked for
   * @param cleanedTo up to where it is compacted now
   * @param bytesBefore of what lay below the old log end
   * @param bytesAfter of what lies below the old log end; what was appended since is none of it
   * @param reason why it is not wholly done, empty if it is
   * @param unwatched node ids of replicas nobody looked at
   */
  public record Partition(
      TopicPartition partition,
      Path dir,
      Status status,
      long oldEnd,
      long cleanedTo,
      long bytesBefore,
      long bytesAfter,
      String reason,
      List<Integer> unwatched) {}

  /**
   * A topic that was not touched.
   *
   * @param nextStep what to do
   */
  public record Refusal(String topic, String reason, String nextStep) {}

  /** Whether every partition that was asked for is done, and every setting is what it was. */
  public boolean isDone() {
    return partitions.stream().allMatch(each -> each.status().isDone())
        && restored.stream().allMatch(Restored::isOver);
  }
}
