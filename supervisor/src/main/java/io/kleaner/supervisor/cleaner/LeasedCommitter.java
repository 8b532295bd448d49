// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.compact.Committer;
import io.kleaner.core.compact.DirectoryCommitter;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.policy.CleanPlan;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Commits for the holder of a lease. The checkpoint file of a log directory is written by one
 * worker at a time, and none waits for ever for another that may hang in it: a checkpoint that is
 * not written only repeats work.
 *
 * <p>Not thread-safe; owned by one worker.
 */
final class LeasedCommitter implements Committer {

  private static final long CHECKPOINT_WAIT_SECONDS = 10;

  private final FileSystem fileSystem;
  private final LeaseHolder lease;
  private final ServedDirs dirs;

  LeasedCommitter(FileSystem fileSystem, LeaseHolder lease, ServedDirs dirs) {
    this.fileSystem = fileSystem;
    this.lease = lease;
    this.dirs = dirs;
  }

  @Override
  public void swap(CleanPlan plan, List<Segment> old, List<Long> newBaseOffsets, long nextOffset)
      throws IOException {
    committer(plan).swap(plan, old, newBaseOffsets, nextOffset);
    lease.settled();
  }

  @Override
  public void checkpoint(CleanPlan plan, long endOffset) throws IOException {
    ReentrantLock turn = dirs.of(plan.dir().getParent()).checkpointTurn();
    boolean mine;
    try {
      mine = turn.tryLock(CHECKPOINT_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted before the checkpoint of " + plan.partition(), e);
    }
    if (!mine) {
      throw new IOException(
          "the checkpoint of "
              + plan.partition()
              + " was not written: another worker has been at the file for "
              + CHECKPOINT_WAIT_SECONDS
              + " s");
    }
    try {
      lease.pass(() -> committer(plan).checkpoint(plan, endOffset));
      lease.settled();
    } finally {
      turn.unlock();
    }
  }

  private DirectoryCommitter committer(CleanPlan plan) {
    return new DirectoryCommitter(fileSystem, dirs.of(plan.dir().getParent()).logDir(), lease);
  }
}
