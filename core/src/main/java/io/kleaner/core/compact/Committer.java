// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.policy.CleanPlan;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.util.List;

/** Puts finished segments in place of old ones, and notes how far a partition is clean. */
public interface Committer {

  /**
   * Swaps one group in; all of it is durable when this returns.
   *
   * @param old the group's segments, ascending
   * @param newBaseOffsets base offsets of the segments that stand ready as {@code .cleaned}
   * @param nextOffset the offset after their last batch, the group's base offset if there is none
   * @throws IOException if it failed; either all or nothing of the group is swapped in, or {@code
   *     recover} can tell which and finish it
   */
  void swap(CleanPlan plan, List<Segment> old, List<Long> newBaseOffsets, long nextOffset)
      throws IOException;

  /**
   * Finds out whether {@link #checkpoint} will be able to write, as far as that can be known before
   * anything was changed.
   *
   * @throws IOException if it will not; nothing was changed
   */
  default void rehearse(CleanPlan plan) throws IOException {}

  /** Notes that the partition is clean up to an offset; durable when this returns. */
  void checkpoint(CleanPlan plan, long endOffset) throws IOException;
}
