// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.judge.Standing;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is thought of all partitions; immutable. Of thousands most are as they were at the last
 * look: what did not change is kept from it, and how long it has stood is reckoned when it is
 * shown.
 *
 * @param atNanos when it was looked at them, by the clock that nobody sets
 */
record Judged(Map<PartitionId, PartitionSeen> byId, long atNanos) {

  /** Before the first look. */
  static final Judged NOTHING = new Judged(Map.of(), 0);

  /**
   * After the next look.
   *
   * @param changed those that are not as they were
   * @param vanished those that are no longer there
   */
  Judged next(List<PartitionSeen> changed, Set<PartitionId> vanished, long nowNanos) {
    if (changed.isEmpty() && vanished.isEmpty()) {
      return new Judged(byId, nowNanos);
    }
    // Others read the last one.
    Map<PartitionId, PartitionSeen> next = new HashMap<>(byId);
    next.keySet().removeAll(vanished);
    changed.forEach(each -> next.put(each.state().id(), each));
    return new Judged(Collections.unmodifiableMap(next), nowNanos);
  }

  /** What is thought of a partition, and for how long; empty if nobody has looked at it. */
  Optional<Standing> of(PartitionId id) {
    return Optional.ofNullable(byId.get(id))
        .map(seen -> Standing.at(seen.verdict(), seen.sinceNanos(), atNanos));
  }
}
