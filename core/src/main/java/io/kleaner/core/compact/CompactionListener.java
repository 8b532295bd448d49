// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.policy.CleanPlan;

/**
 * Told what a clean does, on the clean's own thread. What it throws ends the clean as a failure.
 *
 * <p>Implementations must be quick: the clean waits.
 */
public interface CompactionListener {

  /** Listens to nothing. */
  CompactionListener NONE = new CompactionListener() {};

  /** What a clean is at. */
  enum Phase {
    /** Finding out which records are superseded. */
    SCAN,
    /** Writing survivors. */
    COPY,
    /** Reading back what was written. */
    VERIFY,
    /** Putting new segments in place of old ones. */
    SWAP
  }

  /** A clean begins. */
  default void begin(CleanPlan plan) {}

  /** A phase begins; copy, verify and swap once a group. */
  default void phase(CleanPlan plan, Phase phase) {}

  /**
   * Some further bytes were moved; totals of this clean so far. Told last when it is at its end,
   * unless it failed or was cancelled.
   *
   * @param bytesRead of the log, with what need not be read
   */
  default void progress(CleanPlan plan, long bytesRead, long bytesWritten) {}

  /**
   * How far the pass over the log is, told with {@link #progress}.
   *
   * @param batches read so far by this clean, in all its passes
   * @param lastOffset of the batch that was read last
   */
  default void reached(CleanPlan plan, long batches, long lastOffset) {}

  /** A clean ended. */
  default void end(CleanPlan plan, CompactionOutcome outcome) {}
}
