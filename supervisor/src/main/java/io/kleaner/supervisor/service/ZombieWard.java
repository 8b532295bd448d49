// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.cleaner.Lease;
import io.kleaner.supervisor.cleaner.PartitionBoard;
import io.kleaner.supervisor.cleaner.Worker;
import io.kleaner.supervisor.journal.Incident;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Workers that were given up while they hung, until their threads end. A log directory in which
 * several hang is isolated: nobody works there until they have ended. There are never more than so
 * many in all. Not thread-safe; owned by the supervisor's thread.
 */
final class ZombieWard {

  /** Of one log directory; then its disk is not tried any more. */
  static final int IN_ONE_DIRECTORY = 3;

  /** In all; beyond it no place is filled anew. */
  static final int IN_ALL = 16;

  private final PartitionBoard board;
  private final PartitionCare partitions;
  private final Chronicle chronicle;
  private final List<Zombie> zombies = new ArrayList<>();
  private final Set<Path> isolated = new HashSet<>();

  private record Zombie(Worker worker, Optional<Path> logDir, List<Lease> stuck) {}

  ZombieWard(PartitionBoard board, PartitionCare partitions, Chronicle chronicle) {
    this.board = board;
    this.partitions = partitions;
    this.chronicle = chronicle;
  }

  /**
   * Takes one in.
   *
   * @param logDir in which it hangs, as far as that is known
   * @param stuck leases that only it can give back
   */
  void admit(Worker worker, Optional<Path> logDir, List<Lease> stuck) {
    zombies.add(new Zombie(worker, logDir, stuck));
    logDir.filter(dir -> living(dir) >= IN_ONE_DIRECTORY).ifPresent(this::isolate);
  }

  private long living(Path dir) {
    return zombies.stream().filter(zombie -> zombie.logDir().equals(Optional.of(dir))).count();
  }

  private void isolate(Path dir) {
    if (isolated.add(dir)) {
      board.isolate(dir, true);
      chronicle.add(
          Incident.Kind.LOG_DIR_ISOLATED,
          dir.toString(),
          living(dir) + " workers hang in " + dir + ": nobody works there until they have ended",
          "",
          "Find out why its disk does not answer.");
    }
  }

  /** Whether a place may be filled anew, which for some is bound to a log directory. */
  boolean hasRoomFor(Optional<Path> logDir) {
    return zombies.size() < IN_ALL && logDir.filter(isolated::contains).isEmpty();
  }

  /** Sees who has ended. */
  void look(long nowMs, Signals signals) {
    Iterator<Zombie> all = zombies.iterator();
    while (all.hasNext()) {
      Zombie zombie = all.next();
      if (zombie.worker().isAlive()) {
        tell(zombie, signals);
      } else {
        all.remove();
        bury(zombie, nowMs);
      }
    }
    for (Path dir : Set.copyOf(isolated)) {
      lookAt(dir, signals);
    }
  }

  private void tell(Zombie zombie, Signals signals) {
    for (Lease late : board.leasesOf(zombie.worker().state())) {
      if (!zombie.stuck().contains(late)) {
        // Taken in the very moment it was given up.
        board.revoke(late);
      }
    }
    for (Lease lease : zombie.stuck()) {
      signals.critical(
          "PartitionStuck",
          lease.partition().toString(),
          lease.holder() + " hangs in the middle of its swap",
          "only its own thread may finish it",
          "Find out why the disk does not answer, then restart the service.");
    }
  }

  private void bury(Zombie zombie, long nowMs) {
    for (Lease lease : zombie.stuck()) {
      String why = lease.holder() + " hung in its swap, and ended";
      partitions.unstuck(lease.partition(), lease.holder(), why, nowMs);
      board.free(lease);
    }
    chronicle.add(
        Incident.Kind.ZOMBIE_ENDED,
        zombie.worker().state().id(),
        "a worker that was given up has ended",
        "",
        "");
  }

  private void lookAt(Path dir, Signals signals) {
    long hanging = living(dir);
    if (hanging > 0) {
      signals.critical(
          "LogDirIsolated",
          dir.toString(),
          "nobody works in " + dir + ": its disk does not answer",
          hanging + " workers hang in it",
          "Find out why its disk does not answer; it is served again once they have ended.");
      return;
    }
    isolated.remove(dir);
    board.isolate(dir, false);
    chronicle.add(
        Incident.Kind.LOG_DIR_SEEN,
        dir.toString(),
        dir + " is served again: nobody hangs in it any more",
        "",
        "");
  }

  /** How many threads live that were given up. */
  int size() {
    return zombies.size();
  }
}
