// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Who has a partition.
 *
 * @param leader node id, empty if there is none
 * @param replicas node ids, in the order of the assignment
 * @param isr node ids of those in sync
 * @param outOfSyncSinceMs for each replica that is out of sync, since when as far as we saw:
 *     milliseconds since the epoch. It may have been out of sync before we looked.
 */
public record Replication(
    OptionalInt leader,
    List<Integer> replicas,
    List<Integer> isr,
    Map<Integer, Long> outOfSyncSinceMs) {

  /** Keeps its own copies. */
  public Replication {
    replicas = List.copyOf(replicas);
    isr = List.copyOf(isr);
    outOfSyncSinceMs = Map.copyOf(outOfSyncSinceMs);
  }
}
