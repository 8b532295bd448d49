// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.judge.PartitionWatch;
import io.kleaner.supervisor.judge.Verdict;

/**
 * What a partition was last seen like, and what is thought of it; immutable.
 *
 * @param state when anything of it changed last
 * @param watch what has become of it since it last moved
 * @param sinceNanos since when that kind of verdict has stood, by the clock that nobody sets
 */
record PartitionSeen(PartitionState state, PartitionWatch watch, Verdict verdict, long sinceNanos) {

  /** Whether it was well and had nothing to wait for: time alone changes nothing of that. */
  boolean rests() {
    return verdict instanceof Verdict.Healthy && state.finding().status() != PartitionStatus.DIRTY;
  }

  /**
   * What has become of it, up to the last look.
   *
   * @param lookedNanos when that was; it may have been passed over then, since it rested
   */
  PartitionWatch watchAt(long lookedNanos) {
    return rests() ? watch.notWaitingAt(lookedNanos) : watch;
  }

  /** Whether it was well, and all that is said of one that is well is the same now. */
  boolean isWellAndLike(PartitionState now) {
    return verdict instanceof Verdict.Healthy
        && state.status() == now.status()
        && state.finding().equals(now.finding())
        && state.holder().equals(now.holder());
  }
}
