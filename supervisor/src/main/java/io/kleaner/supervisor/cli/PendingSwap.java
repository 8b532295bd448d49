// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.swap.RecoveryPlan;
import io.kleaner.core.swap.SwapRecovery;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Keeps commands that only read from judging a partition by files that are not its data any more:
 * once a swap is committed, what counts is in its {@code .swap} files. What was not committed, they
 * need not see: the live files are the data.
 */
final class PendingSwap {

  private PendingSwap() {}

  /**
   * Refuses a partition with a committed swap.
   *
   * @throws UnusableDirectoryException if there is one, with what to run
   */
  static void refuse(FileSystem fileSystem, Path partition) throws IOException {
    RecoveryPlan recovery = new SwapRecovery(fileSystem).plan(partition);
    if (recovery.result() == RecoveryPlan.Result.FINISHED) {
      throw new UnusableDirectoryException(
          partition
              + " holds an interrupted clean that has committed new segments (.swap) and not put"
              + " them in place: the segments beside them are not its data any more. Nothing was"
              + " changed.",
          "Run 'kleaner recover " + partition + "' first.");
    }
  }
}
