// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.compact.Committer;
import io.kleaner.core.compact.DirectoryCommitter;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.CheckpointFile;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.policy.CleanPlan;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.util.List;

/**
 * Commits for the holder of a lease. The checkpoint file of a log directory is written by one
 * worker at a time; who cannot have the turn soon leaves its entry to whoever has it next. That is
 * no failure: the partition is clean, and {@link Checkpoints} knows what is yet to be written.
 *
 * <p>Not thread-safe; owned by one worker.
 */
final class LeasedCommitter implements Committer {

  /** Waits are cut in pieces, so that waiting is seen as getting on. */
  private static final int WAITS = 100;

  private static final long WAIT_MS = 50;

  private final FileSystem leased;
  private final FileSystem disk;
  private final LeaseHolder lease;
  private final ServedDirs dirs;
  private final AgentState state;
  private final int waits;

  LeasedCommitter(
      FileSystem leased, FileSystem disk, LeaseHolder lease, ServedDirs dirs, AgentState state) {
    this(leased, disk, lease, dirs, state, WAITS);
  }

  /**
   * @param leased for the partition's files
   * @param disk for the checkpoint file, which is no partition's
   * @param waits for the turn at the checkpoint file, at most
   */
  LeasedCommitter(
      FileSystem leased,
      FileSystem disk,
      LeaseHolder lease,
      ServedDirs dirs,
      AgentState state,
      int waits) {
    this.leased = leased;
    this.disk = disk;
    this.lease = lease;
    this.dirs = dirs;
    this.state = state;
    this.waits = waits;
  }

  @Override
  public void swap(CleanPlan plan, List<Segment> old, List<Long> newBaseOffsets, long nextOffset)
      throws IOException {
    LogDir logDir = dirs.of(plan.dir().getParent()).logDir();
    new DirectoryCommitter(leased, logDir, lease).swap(plan, old, newBaseOffsets, nextOffset);
    lease.settled();
  }

  @Override
  public void checkpoint(CleanPlan plan, long endOffset) throws IOException {
    // In this order: what is served under that path is still what the lease is for.
    ServedDir dir = dirs.of(plan.dir().getParent());
    lease.require();
    if (!dir.logDir().hasCheckpoints()) {
      return;
    }
    state.busy(AgentState.CHECKPOINT);
    dir.checkpoints().add(plan.partition(), endOffset);
    try {
      for (int i = 0; i < waits && dir.checkpoints().awaits(plan.partition()); i++) {
        write(dir, WAIT_MS);
        state.beat();
        if (dir.checkpoints().problem().isPresent()) {
          return;
        }
      }
    } catch (InterruptedException e) {
      // The entry waits for the next turn; whoever looks at the flag knows of the interrupt.
      Thread.currentThread().interrupt();
    }
  }

  /** Writes what others have left. */
  void writeLeft() {
    for (ServedDir dir : dirs.all()) {
      if (dir.checkpoints().isDueForRetry()) {
        state.busy(AgentState.CHECKPOINT);
        try {
          write(dir, 0);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  private void write(ServedDir dir, long waitMs) throws InterruptedException {
    CheckpointFile file = new CheckpointFile(disk, dir.logDir().dir(), CheckpointFile.CLEANER);
    dir.checkpoints()
        .write(
            (partition, endOffset) -> {
              dir.hold().requireHeld();
              file.put(partition, endOffset);
            },
            waitMs);
  }
}
