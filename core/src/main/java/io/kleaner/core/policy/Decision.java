// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.policy;

import java.util.Optional;
import java.util.OptionalLong;

/** Whether a partition is cleaned now. */
public sealed interface Decision {

  /**
   * It is.
   *
   * @param plan how
   * @param bounds between which offsets, and why
   * @param dirtyRatio dirty bytes of all cleanable bytes, 0 to 1
   * @param dirtyBytes bytes of the segments at or above the first dirty offset
   * @param overdue whether {@code max.compaction.lag.ms} has passed for something in it
   * @param dueAtMs when it passes, or passed, for the oldest dirty record; milliseconds since the
   *     epoch
   */
  record Clean(
      CleanPlan plan,
      Bounds bounds,
      double dirtyRatio,
      long dirtyBytes,
      boolean overdue,
      OptionalLong dueAtMs)
      implements Decision {}

  /**
   * It is not.
   *
   * @param reason why, for a program
   * @param sentence why, for a person
   * @param bounds as far as they are known
   * @param dirtyRatio dirty bytes of all cleanable bytes, 0 to 1; 0 if it is not known
   * @param dirtyBytes bytes of the segments at or above the first dirty offset that could be
   *     cleaned; 0 if they are not known
   * @param eligibleAtMs when time alone would change it; milliseconds since the epoch
   */
  record NotNow(
      Reason reason,
      String sentence,
      Optional<Bounds> bounds,
      double dirtyRatio,
      long dirtyBytes,
      OptionalLong eligibleAtMs)
      implements Decision {}

  /** Why a partition is not cleaned. */
  enum Reason {
    NOTHING_CLEANABLE,
    NOT_DIRTY_ENOUGH,
    NOT_COMPACTED,
    UNKNOWN_POLICY,
    TORN_TAIL
  }
}
