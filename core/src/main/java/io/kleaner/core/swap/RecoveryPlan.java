// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.swap;

import io.kleaner.core.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a recovery has to do in a partition directory, and what it amounts to.
 *
 * @param result what becomes of the interrupted clean
 * @param explanation one sentence for a report
 * @param actions in order
 */
public record RecoveryPlan(Result result, String explanation, List<RecoveryAction> actions) {

  /** What becomes of an interrupted clean. */
  public enum Result {
    /** There was none. */
    NOTHING_TO_DO,
    /** It had not committed: the old segments stay. */
    UNDONE,
    /** It had committed: the new segments are put in place. */
    FINISHED
  }

  /** Keeps its own copy. */
  public RecoveryPlan {
    actions = List.copyOf(actions);
  }

  /**
   * Carries the plan out; a crash in the middle leaves a state from which recovery can begin anew.
   *
   * @throws IOException if an action failed; those before it are done
   */
  public void apply(FileSystem fileSystem, Path dir) throws IOException {
    for (RecoveryAction action : actions) {
      if (action instanceof RecoveryAction.Delete delete) {
        fileSystem.delete(dir.resolve(delete.name()));
      } else if (action instanceof RecoveryAction.Rename rename) {
        fileSystem.rename(dir.resolve(rename.from()), dir.resolve(rename.to()));
      } else {
        fileSystem.syncDir(dir);
      }
    }
    if (!actions.isEmpty()) {
      fileSystem.syncDir(dir);
    }
  }
}
