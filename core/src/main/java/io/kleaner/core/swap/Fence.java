// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.swap;

import java.io.IOException;

/**
 * Lets a commit through, or not: a worker that was given up must not commit any more. Check and
 * commit happen under one lock of the implementation's.
 */
@FunctionalInterface
public interface Fence {

  /** Lets everything through. */
  Fence OPEN = Commit::run;

  /**
   * Runs the commit, or refuses.
   *
   * @throws IOException what the commit throws, or that it was refused; then nothing was committed
   */
  void pass(Commit commit) throws IOException;

  /** The renames that commit a group. */
  @FunctionalInterface
  interface Commit {
    void run() throws IOException;
  }
}
