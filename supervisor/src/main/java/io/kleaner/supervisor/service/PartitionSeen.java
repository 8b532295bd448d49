// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.judge.PartitionWatch;
import io.kleaner.supervisor.judge.Standing;
import io.kleaner.supervisor.judge.Verdict;

/**
 * What a partition was last seen like, and what is thought of it; immutable.
 *
 * @param watch what has become of it since it last moved
 */
record PartitionSeen(PartitionState state, PartitionWatch watch, Standing standing) {

  /** Whether it was well, and all that is said of one that is well is the same now. */
  boolean isWellAndLike(PartitionState now) {
    return standing.verdict() instanceof Verdict.Healthy
        && state.status() == now.status()
        && state.finding().equals(now.finding())
        && state.holder().equals(now.holder());
  }
}
