// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.compact.LostDirectoryException;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SpaceLedger;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What all workers share.
 *
 * @param disk each agent sees it through its lease
 * @param dirs log directories that were taken
 * @param options how they clean
 * @param throttle of all cleaners together
 * @param ledger what cleaners have claimed of the disks
 * @param board who works on what
 * @param events what they tell
 * @param report how the looks at log directories went
 * @param settings where topics' settings come from
 * @param taker takes log directories that could not be taken at the start
 */
public record Workshop(
    FileSystem disk,
    Clock clock,
    ServedDirs dirs,
    CleanerOptions options,
    Throttle throttle,
    SpaceLedger ledger,
    PartitionBoard board,
    WorkEvents events,
    ScanReport report,
    SettingsRefresh settings,
    DirTaker taker) {

  /**
   * Gives a log directory up: none of its partitions is worked on until it is taken anew. Whoever
   * is at work there can change nothing more.
   *
   * @param why for people
   */
  void giveUp(Path logDir, DirHold hold, UnusableDirectoryException why) {
    if (taker.giveUp(logDir, hold)) {
      board.abandon(logDir);
      report.lost(logDir, logDir + " was given up: " + why.getMessage() + " " + why.nextStep());
    }
  }

  /** Whether the log directory of a worker's lease is lost; then it is given up. */
  boolean isLost(LeaseHolder held) {
    Optional<DirHold> dir = held.dir();
    Optional<Lease> lease = held.current();
    if (dir.isEmpty() || lease.isEmpty()) {
      return false;
    }
    try {
      dir.get().requireHeld();
      return false;
    } catch (LostDirectoryException e) {
      giveUp(lease.get().partition().logDir(), dir.get(), e);
      return true;
    } catch (IOException unknown) {
      return false;
    }
  }
}
