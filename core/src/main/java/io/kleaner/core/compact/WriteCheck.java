// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.keymap.SpillSpace;
import io.kleaner.core.policy.CleanPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds out before anything is written whether the new segments can be: whether there is room for
 * them, and whether they can get the owner, group and mode of the old ones, without which the
 * broker could not open them.
 */
final class WriteCheck {

  private final FileSystem fileSystem;
  private final CleanPlan plan;
  private final Committer committer;

  WriteCheck(FileSystem fileSystem, CleanPlan plan, Committer committer) {
    this.fileSystem = fileSystem;
    this.plan = plan;
    this.committer = committer;
  }

  /** Why the plan cannot be carried out, if so; the directory is as it was. */
  Optional<CompactionOutcome> refusal() throws IOException {
    long needed = plan.largestGroupBytes();
    long usable = fileSystem.usableBytes(plan.dir());
    if (usable < needed) {
      return Optional.of(noRoom(needed, usable));
    }
    Optional<CompactionOutcome> refusal = probe();
    return refusal.isPresent() ? refusal : rehearse();
  }

  private Optional<CompactionOutcome> rehearse() {
    try {
      committer.rehearse(plan);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          new CompactionOutcome.Refused(
              plan.partition()
                  + ": the log directory's cleaner checkpoint cannot be replaced as it is: "
                  + e
                  + "; nothing was changed.",
              "Run as the user that the broker runs as, or use --output to write elsewhere."));
    }
  }

  private CompactionOutcome noRoom(long needed, long usable) {
    return new CompactionOutcome.Refused(
        plan.partition()
            + ": its largest group of segments needs up to "
            + needed
            + " bytes beside the old ones, "
            + usable
            + " are free in "
            + plan.dir()
            + "; nothing was changed.",
        "Free " + (needed - usable) + " bytes there, or use --output to write elsewhere.");
  }

  /** Makes an empty file of a name that recovery knows, and takes it away again. */
  private Optional<CompactionOutcome> probe() throws IOException {
    Path probe = plan.dir().resolve(SpillSpace.PREFIX + "probe" + SpillSpace.SUFFIX);
    try {
      fileSystem.delete(probe);
      fileSystem.create(probe).close();
      fileSystem.copyOwnership(plan.groups().get(0).get(0).logFile(), probe);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          new CompactionOutcome.Refused(
              plan.partition()
                  + ": new files cannot be written into "
                  + plan.dir()
                  + " as the old ones are: "
                  + e
                  + "; nothing was changed.",
              "Run as the user that the broker runs as, or use --output to write elsewhere."));
    } finally {
      fileSystem.delete(probe);
    }
  }
}
