// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.judge.ThrottleRules;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps apart what got dirty while we watched from what was dirty when a partition was first looked
 * into, and sums up what was cleaned away, or is being cleaned away. Not thread-safe; owned by the
 * supervisor's thread.
 */
final class DirtBook {

  private record Known(long dirtyBytes, long cleanedBytes) {}

  private final Map<PartitionId, Known> known = new HashMap<>();
  private final Map<Path, Long> found = new HashMap<>();
  private final Map<Path, Long> cleaned = new HashMap<>();
  private long presentBytes;
  private long cleaningBytes;

  /** Takes note of all partitions as they are now. */
  void note(List<PartitionState> states) {
    Set<PartitionId> present = new HashSet<>();
    presentBytes = 0;
    cleaningBytes = 0;
    for (PartitionState state : states) {
      if (state.finding().status() != PartitionStatus.UNSEEN) {
        present.add(state.id());
        presentBytes += state.finding().dirtyBytes() + state.rolledBytes();
        cleaningBytes += state.cleaningBytes();
        note(state);
      }
    }
    if (present.size() < known.size()) {
      known
          .entrySet()
          .removeIf(
              each -> {
                boolean gone = !present.contains(each.getKey());
                if (gone) {
                  Path dir = each.getKey().logDir();
                  found.merge(dir, -each.getValue().dirtyBytes(), Long::sum);
                }
                return gone;
              });
    }
  }

  private void note(PartitionState state) {
    Path dir = state.id().logDir();
    Known now = new Known(state.finding().dirtyBytes(), state.cleanedBytes());
    Known before = known.put(state.id(), now);
    if (before == null) {
      found.merge(dir, now.dirtyBytes(), Long::sum);
    }
    long since = before == null ? 0 : before.cleanedBytes();
    // One that vanished and came back begins to count anew.
    cleaned.merge(dir, Math.max(0, now.cleanedBytes() - since), Long::sum);
  }

  /** Of all log directories together. */
  ThrottleRules.Dirt total() {
    long cleanedBytes = sum(cleaned);
    return new ThrottleRules.Dirt(
        presentBytes - sum(found) + cleanedBytes, cleanedBytes + cleaningBytes);
  }

  private static long sum(Map<Path, Long> byDir) {
    return byDir.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Dirt that was found there, less that of partitions that are not seen any more. */
  long foundBytes(Path dir) {
    return found.getOrDefault(dir, 0L);
  }

  /** Dirt that was cleaned away. */
  long cleanedBytes(Path dir) {
    return cleaned.getOrDefault(dir, 0L);
  }
}
