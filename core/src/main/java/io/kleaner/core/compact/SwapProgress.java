// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import java.util.List;

/**
 * How far the swaps of one clean have come: what its partition is like if it ends here. Not
 * thread-safe; owned by the thread that runs the clean.
 */
final class SwapProgress {

  private final int groups;
  private int groupsSwapped;
  private boolean swapping;
  private int segmentsAfter;
  private int segmentsUntouched;
  private long bytesAfter;

  /**
   * @param groups to be swapped in all
   */
  SwapProgress(int groups) {
    this.groups = groups;
  }

  /** A group, which is one segment, stays as it is. */
  void untouched(long bytes) {
    segmentsUntouched++;
    segmentsAfter++;
    bytesAfter += bytes;
  }

  /** A group would become one segment of so many bytes; nothing is written. */
  void wouldBecome(long bytes) {
    segmentsAfter++;
    bytesAfter += bytes;
  }

  /** The swap of a group begins; until it {@link #ends}, its files are half committed. */
  void begins(List<WrittenSegment> written) {
    segmentsAfter += written.size();
    bytesAfter += written.stream().mapToLong(WrittenSegment::sizeBytes).sum();
    swapping = true;
  }

  /** The swap that began is whole and durable. */
  void ends() {
    swapping = false;
    groupsSwapped++;
  }

  /** What the partition is like now, as the end of a sentence. */
  String state() {
    if (swapping) {
      return "the swap of its group "
          + (groupsSwapped + 1)
          + " of "
          + groups
          + " had begun, and 'kleaner recover' finishes or undoes it; nothing is lost";
    }
    if (groupsSwapped == 0) {
      return "nothing was changed";
    }
    return groupsSwapped
        + " of "
        + groups
        + " groups were swapped in before, whole and durable; the others are as they were";
  }

  CompactionOutcome cancelled() {
    return new CompactionOutcome.Cancelled(groupsSwapped, groups);
  }

  int segmentsAfter() {
    return segmentsAfter;
  }

  int segmentsUntouched() {
    return segmentsUntouched;
  }

  long bytesAfter() {
    return bytesAfter;
  }
}
