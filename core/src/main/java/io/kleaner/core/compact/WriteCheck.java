// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.io.SpaceLedger;
import io.kleaner.core.io.SpaceLedger.Answer;
import io.kleaner.core.keymap.SpillPlace;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.CancelledException;
import io.kleaner.core.policy.CleanPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Finds out before anything is written whether the new segments can be: whether there is room for
 * them that no other clean counts on, and whether they can get the owner, group and mode of the old
 * ones, without which the broker could not open them.
 */
final class WriteCheck {

  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final FileSystem fileSystem;
  private final CleanPlan plan;
  private final OutputBound bound;
  private final Committer committer;
  private final SpaceLedger ledger;
  private final long unflushedBytes;
  private final CancelToken token;

  /**
   * @param unflushedBytes what may be in write buffers at once
   */
  WriteCheck(
      FileSystem fileSystem,
      CleanPlan plan,
      OutputBound bound,
      Committer committer,
      SpaceLedger ledger,
      long unflushedBytes,
      CancelToken token) {
    this.fileSystem = fileSystem;
    this.plan = plan;
    this.bound = bound;
    this.committer = committer;
    this.ledger = ledger;
    this.unflushedBytes = unflushedBytes;
    this.token = token;
  }

  /** Whether the plan can be carried out. */
  sealed interface Verdict {

    /** It can, and room for its largest group is kept for it until the claim is closed. */
    record Ready(SpaceLedger.Claim room) implements Verdict {}

    /** It cannot; the directory is as it was. */
    record Refusal(CompactionOutcome outcome) implements Verdict {}
  }

  /**
   * Looks, and claims the room; where only other cleans keep it, waits for their end if the ledger
   * says so.
   *
   * @throws CancelledException if a stop was asked for while it waited
   */
  Verdict verdict() throws IOException {
    long needed = bound.largestBytes();
    Answer answer = claim(needed);
    while (answer instanceof Answer.Lacking shortage
        && shortage.others() > 0
        && ledger.whenTaken() == SpaceLedger.WhenTaken.WAIT) {
      rest();
      answer = claim(needed);
    }
    if (answer instanceof Answer.Lacking shortage) {
      return new Verdict.Refusal(noRoom(needed, shortage));
    }
    SpaceLedger.Claim room = ((Answer.Granted) answer).claim();
    boolean ready = false;
    try {
      Optional<CompactionOutcome> refusal = probe();
      if (refusal.isEmpty()) {
        refusal = rehearse();
      }
      ready = refusal.isEmpty();
      return ready ? new Verdict.Ready(room) : new Verdict.Refusal(refusal.get());
    } finally {
      if (!ready) {
        room.close();
      }
    }
  }

  private Answer claim(long needed) throws IOException {
    return ledger.claim(fileSystem, plan.dir(), needed, unflushedBytes, token::isCancelled);
  }

  private void rest() {
    try {
      if (token.sleep(LOOK_AGAIN_NANOS)) {
        token.throwIfCancelled();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException();
    }
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
                  + IoProblem.of(e).text()
                  + "; nothing was changed.",
              "Run as the user that the broker runs as, or use --output to write elsewhere."));
    }
  }

  private CompactionOutcome noRoom(long needed, Answer.Lacking shortage) {
    boolean shared = shortage.claimedBytes() > 0;
    return new CompactionOutcome.Refused(
        plan.partition()
            + ": its largest group of segments needs up to "
            + needed
            + " bytes beside the old ones, "
            + shortage.usableBytes()
            + " are free in "
            + plan.dir()
            + (shared
                ? ", of which other cleans that run now have claimed " + shortage.claimedBytes()
                : "")
            + "; nothing was changed.",
        "Free "
            + (needed - shortage.usableBytes() + shortage.claimedBytes())
            + " bytes there, "
            + (shared ? "wait for the others" : "or use --output to write elsewhere")
            + ".",
        CompactionOutcome.Refused.Blame.SPACE);
  }

  /** Makes an empty file of a name that recovery knows, and takes it away again. */
  private Optional<CompactionOutcome> probe() throws IOException {
    Path probe = plan.dir().resolve(SpillPlace.PREFIX + "probe" + SpillPlace.SUFFIX);
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
                  + IoProblem.of(e).text()
                  + "; nothing was changed.",
              "Run as the user that the broker runs as, or use --output to write elsewhere."));
    } finally {
      fileSystem.delete(probe);
    }
  }
}
