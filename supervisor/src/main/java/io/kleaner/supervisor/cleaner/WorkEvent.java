// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.compact.CleanStats;

/** Something that a worker did, for its supervisor to judge and to tell. */
public sealed interface WorkEvent {

  /** Where. */
  PartitionId partition();

  /**
   * A partition was cleaned.
   *
   * @param worker by whom
   */
  record Cleaned(PartitionId partition, String worker, CleanStats stats, long endOffset)
      implements WorkEvent {}

  /** An interrupted swap was finished or undone. */
  record Recovered(PartitionId partition, String explanation) implements WorkEvent {}

  /** An interrupted swap of a partition that is left alone could not be finished or undone. */
  record NotRecovered(PartitionId partition, String reason) implements WorkEvent {}

  /** A worker was interrupted by nobody knows whom; its partition is not to blame. */
  record Interrupted(PartitionId partition, String worker) implements WorkEvent {}
}
