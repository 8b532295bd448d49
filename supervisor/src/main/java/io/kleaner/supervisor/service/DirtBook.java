// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.probe.Dirt;
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

  /** Sums of one log directory. */
  private static final class Account {
    private long presentBytes;
    private long underWayBytes;

    /** There at the first look, less that of partitions that are not seen any more. */
    private long foundBytes;

    private long cleanedBytes;

    private Dirt dirt() {
      return new Dirt(presentBytes - foundBytes + cleanedBytes, cleanedBytes, underWayBytes);
    }
  }

  private final Map<PartitionId, Known> known = new HashMap<>();
  private final Map<Path, Account> accounts = new HashMap<>();

  /** Takes note of all partitions as they are now. */
  void note(List<PartitionState> states) {
    for (Account account : accounts.values()) {
      account.presentBytes = 0;
      account.underWayBytes = 0;
    }
    int present = 0;
    for (PartitionState state : states) {
      if (isSeen(state)) {
        present++;
        note(state, accounts.computeIfAbsent(state.id().logDir(), dir -> new Account()));
      }
    }
    if (present < known.size()) {
      forgetAllBut(states);
    }
  }

  private static boolean isSeen(PartitionState state) {
    return state.finding().status() != PartitionStatus.UNSEEN;
  }

  private void note(PartitionState state, Account account) {
    long dirtyBytes = state.finding().dirtyBytes() + state.rolledBytes();
    account.presentBytes += dirtyBytes;
    account.underWayBytes += state.cleaningBytes();
    Known before = known.get(state.id());
    if (before == null) {
      account.foundBytes += dirtyBytes;
    }
    long since = before == null ? 0 : before.cleanedBytes();
    // One that vanished and came back begins to count anew.
    account.cleanedBytes += Math.max(0, state.cleanedBytes() - since);
    if (before == null || before.dirtyBytes() != dirtyBytes || since != state.cleanedBytes()) {
      known.put(state.id(), new Known(dirtyBytes, state.cleanedBytes()));
    }
  }

  private void forgetAllBut(List<PartitionState> states) {
    Set<PartitionId> present = new HashSet<>();
    states.stream().filter(DirtBook::isSeen).forEach(state -> present.add(state.id()));
    known
        .entrySet()
        .removeIf(
            each -> {
              boolean gone = !present.contains(each.getKey());
              if (gone) {
                accounts.get(each.getKey().logDir()).foundBytes -= each.getValue().dirtyBytes();
              }
              return gone;
            });
  }

  /** Of all log directories together. */
  Dirt total() {
    return accounts.values().stream().map(Account::dirt).reduce(Dirt.NONE, Dirt::plus);
  }

  /** Of one log directory. */
  Dirt of(Path dir) {
    Account account = accounts.get(dir);
    return account == null ? Dirt.NONE : account.dirt();
  }
}
