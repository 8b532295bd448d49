// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

/** How a clean of one partition ended. */
public sealed interface CompactionOutcome {

  /** One sentence for a report. */
  String message();

  /**
   * The range is clean, or in a dry run would be.
   *
   * @param stats what was done
   * @param endOffset the new first dirty offset
   */
  record Compacted(CleanStats stats, long endOffset) implements CompactionOutcome {
    @Override
    public String message() {
      return "clean up to offset " + endOffset;
    }
  }

  /** There was nothing to clean; nothing was changed. */
  record NothingToDo(String message) implements CompactionOutcome {}

  /** Someone asked for a stop. The groups swapped until then are clean, the others as before. */
  record Cancelled(int groupsDone, int groups) implements CompactionOutcome {
    @Override
    public String message() {
      return "stopped after "
          + groupsDone
          + " of "
          + groups
          + " groups; nothing is half-done, a further run cleans the rest";
    }
  }

  /**
   * The clean would not be safe, or the input is not what it should be.
   *
   * @param reason what, where, and what was or was not changed
   * @param nextStep what to do
   * @param blame what stands in the way
   */
  record Refused(String reason, String nextStep, Blame blame) implements CompactionOutcome {

    /** What stands in the way of a clean. */
    public enum Blame {
      /** The partition or its settings: another try would end the same way. */
      INPUT,
      /** A disk without room: another try may go well. */
      SPACE,
      /** A heap without room: another try may go well, if others need less of it. */
      MEMORY
    }

    Refused(String reason, String nextStep) {
      this(reason, nextStep, Blame.INPUT);
    }

    @Override
    public String message() {
      return reason + " " + nextStep;
    }
  }

  /**
   * Something failed that is neither the input's nor the user's doing: a disk, or a bug.
   *
   * @param reason what, where, and in which state the partition is
   * @param nextStep what to do
   * @param cause for a log
   */
  record Failed(String reason, String nextStep, Throwable cause) implements CompactionOutcome {
    @Override
    public String message() {
      return reason + " " + nextStep;
    }
  }
}
