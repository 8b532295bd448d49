// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import java.util.OptionalLong;

/**
 * How far a broker's cleaner has come with a partition, judged from what is seen of it. Pure.
 *
 * @param oldEnd the log end offset when it was asked for
 * @param firstBase base offset of the first segment
 * @param activeBase base offset of the active segment
 * @param checkpoint where the last clean ended, empty before the first one
 * @param logEnd the log end offset now
 * @param lastStable the last stable offset now
 */
record Watched(
    long oldEnd,
    long firstBase,
    long activeBase,
    OptionalLong checkpoint,
    long logEnd,
    long lastStable) {

  /** Where it stands. */
  enum Stage {
    /** There is no sealed segment. */
    NOTHING_SEALED,
    /** The active segment holds what is to be cleaned, and has not been rolled. */
    WAITS_FOR_ROLL,
    /** An open transaction keeps the cleaner from going on. */
    PINNED,
    /** It is the cleaner's turn. */
    CLEANING,
    /** The checkpoint has passed the goal. */
    DONE
  }

  /**
   * The offset that the checkpoint has to reach: the old log end, as far as it is sealed.
   *
   * @param roll whether the active segment is still expected to roll
   */
  long goal(boolean roll) {
    return roll ? oldEnd : Math.min(oldEnd, activeBase);
  }

  Stage stage(boolean roll) {
    long goal = goal(roll);
    if (roll && activeBase < oldEnd) {
      return Stage.WAITS_FOR_ROLL;
    }
    if (goal <= firstBase) {
      return Stage.NOTHING_SEALED;
    }
    if (cleanedTo() >= goal) {
      return Stage.DONE;
    }
    return lastStable < goal ? Stage.PINNED : Stage.CLEANING;
  }

  /** Up to where it was cleaned. */
  long cleanedTo() {
    return checkpoint.orElse(firstBase);
  }
}
