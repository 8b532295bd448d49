// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.CheckpointFile;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.policy.CleanPlan;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.swap.Fence;
import io.kleaner.core.swap.GroupReplacement;
import io.kleaner.core.swap.SegmentSwap;
import java.io.IOException;
import java.util.List;

/**
 * Commits to a partition directory and to its log directory's cleaner checkpoint; a lone partition
 * has none. Safe for several threads on different partitions: the checkpoint is written under a
 * lock.
 */
public final class DirectoryCommitter implements Committer {

  private final FileSystem fileSystem;
  private final LogDir logDir;
  private final Fence fence;
  private final SegmentSwap swap;

  /**
   * @param logDir that holds the partitions
   * @param fence asked at each commit and before the checkpoint file is written
   */
  public DirectoryCommitter(FileSystem fileSystem, LogDir logDir, Fence fence) {
    this.fileSystem = fileSystem;
    this.logDir = logDir;
    this.fence = fence;
    this.swap = new SegmentSwap(fileSystem, fence);
  }

  @Override
  public void swap(CleanPlan plan, List<Segment> old, List<Long> newBaseOffsets, long nextOffset)
      throws IOException {
    swap.replace(new GroupReplacement(plan.dir(), old, newBaseOffsets, nextOffset));
  }

  @Override
  public synchronized void rehearse(CleanPlan plan) throws IOException {
    if (logDir.hasCheckpoints()) {
      fence.pass(
          () -> new CheckpointFile(fileSystem, logDir.dir(), CheckpointFile.CLEANER).rehearse());
    }
  }

  @Override
  public synchronized void checkpoint(CleanPlan plan, long endOffset) throws IOException {
    if (logDir.hasCheckpoints()) {
      fence.pass(
          () ->
              new CheckpointFile(fileSystem, logDir.dir(), CheckpointFile.CLEANER)
                  .put(plan.partition(), endOffset));
    }
  }
}
