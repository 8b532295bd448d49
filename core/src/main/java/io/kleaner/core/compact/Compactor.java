// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.InsufficientSpaceException;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.io.SpaceLedger;
import io.kleaner.core.keymap.SpillDamagedException;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.CancelledException;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.policy.CleanPlan;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.util.concurrent.Executor;

/**
 * Carries out a {@link CleanPlan}: two passes over the segments of one partition, group after group
 * swapped in, each only when its replacement is durable and was read back.
 *
 * <p>It chooses nothing, owns no thread, and says how it ended by a value: no input makes it throw.
 * A partition is never worse off than before; what was not swapped in is as it was.
 *
 * <p>Not thread-safe; one instance a worker, used for plan after plan.
 */
public final class Compactor implements AutoCloseable {

  private final FileSystem fileSystem;
  private final Clock clock;
  private final CleanOptions options;
  private final Throttle throttle;
  private final Committer committer;
  private final SpaceLedger ledger;
  private final Lanes lanes;
  private final RecordLimits limits;

  /**
   * A compactor beside which no other works.
   *
   * @param clock for durations
   * @param throttle shared by all workers
   * @param maxRecordBytes the largest batch or record that may be in memory, in bytes
   * @param committer puts a finished group in place
   */
  public Compactor(
      FileSystem fileSystem,
      Clock clock,
      CleanOptions options,
      Throttle throttle,
      int maxRecordBytes,
      Committer committer) {
    this(
        fileSystem,
        clock,
        options,
        throttle,
        maxRecordBytes,
        committer,
        new SpaceLedger(SpaceLedger.WhenTaken.REFUSE),
        1,
        Runnable::run);
  }

  /**
   * @param ledger shared by all workers, so that none counts on another's room on the disk
   * @param lanes how many threads work on one partition, the one that calls {@link #run} included;
   *     the result is the same whatever their number
   * @param helpers runs {@code lanes - 1} tasks at the same time
   */
  public Compactor(
      FileSystem fileSystem,
      Clock clock,
      CleanOptions options,
      Throttle throttle,
      int maxRecordBytes,
      Committer committer,
      SpaceLedger ledger,
      int lanes,
      Executor helpers) {
    this(
        fileSystem,
        clock,
        options,
        throttle,
        committer,
        ledger,
        new Lanes(lanes, helpers, maxRecordBytes, Workbench.READ_BYTES),
        RecordLimits.of(options));
  }

  /**
   * @param limits of what is kept for each record
   */
  Compactor(
      FileSystem fileSystem,
      Clock clock,
      CleanOptions options,
      Throttle throttle,
      Committer committer,
      SpaceLedger ledger,
      Lanes lanes,
      RecordLimits limits) {
    this.limits = limits;
    this.fileSystem = fileSystem;
    this.clock = clock;
    this.options = options;
    this.throttle = throttle;
    this.committer = committer;
    this.ledger = ledger;
    this.lanes = lanes;
  }

  /**
   * Runs a clean.
   *
   * @param token looked at every megabyte and before each commit
   * @param listener told what happens, on this thread
   */
  public CompactionOutcome run(CleanPlan plan, CancelToken token, CompactionListener listener) {
    listener.begin(plan);
    CompactionOutcome outcome = outcomeOf(plan, token, listener);
    listener.end(plan, outcome);
    return outcome;
  }

  private CompactionOutcome outcomeOf(
      CleanPlan plan, CancelToken token, CompactionListener listener) {
    CleanRun run =
        new CleanRun(
            fileSystem,
            clock,
            options,
            throttle,
            committer,
            ledger,
            lanes,
            plan,
            limits,
            token,
            listener);
    if (plan.groups().isEmpty() || plan.firstDirtyOffset() == plan.upperBoundOffset()) {
      return new CompactionOutcome.NothingToDo(
          "nothing to clean between the first dirty offset "
              + plan.firstDirtyOffset()
              + " and the first uncleanable offset "
              + plan.upperBoundOffset());
    }
    try {
      return run.clean();
    } catch (CancelledException e) {
      return run.cancelled();
    } catch (CorruptBatchException e) {
      return new CompactionOutcome.Refused(
          e.getMessage() + "; " + run.state() + ".",
          "Run 'kleaner check --level 3 " + plan.dir() + "'.");
    } catch (OversizedMarkerException e) {
      return new CompactionOutcome.Refused(
          e.getMessage() + "; " + run.state() + ".", OversizedMarkerException.nextStep(plan.dir()));
    } catch (BoundExceededException e) {
      return new CompactionOutcome.Refused(
          e.getMessage() + "; " + run.state() + ".",
          "Run again with a --max-record-bytes of at least " + e.askedBytes() + ".");
    } catch (TooManyRecordsException e) {
      return e.endOffset().isPresent()
          ? outcomeOf(plan.endingAt(e.endOffset().getAsLong()), token, listener)
          : new CompactionOutcome.Refused(
              plan.partition()
                  + " has "
                  + e.getMessage()
                  + ", in the smallest range that it can be cleaned up to, and a clean can number"
                  + " no more; "
                  + run.state()
                  + ".",
              "Leave this partition to a broker's own cleaner, which numbers no records."
                  + " No setting of kleaner helps.");
    } catch (OutputMismatchException e) {
      return new CompactionOutcome.Refused(
          e.getMessage() + "; " + run.state() + ".",
          "The disk or the memory is at fault, or Kleaner is: run 'kleaner check --level 3 "
              + plan.dir()
              + "' and report what was found.");
    } catch (SpillDamagedException e) {
      // Not the partition's fault, which is not to be held back for it: the next try may go well.
      return new CompactionOutcome.Failed(
          plan.partition() + ": " + e.getMessage() + "; " + run.state() + ".",
          "Look after the disk, or name another with --spill-dir, then run again.",
          e);
    } catch (InsufficientSpaceException e) {
      return new CompactionOutcome.Refused(
          plan.partition() + ": " + e.getMessage() + "; " + run.state() + ".",
          "Free space there, give more --memory, name another disk with --spill-dir, or let fewer"
              + " --threads claim room at the same time.",
          CompactionOutcome.Refused.Blame.SPACE);
    } catch (IOException | RuntimeException e) {
      return new CompactionOutcome.Failed(
          plan.partition() + ": " + IoProblem.textOf(e) + "; " + run.state() + ".",
          "Run 'kleaner recover " + plan.dir() + "', then try again.",
          e);
    } catch (OutOfMemoryError e) {
      return new CompactionOutcome.Refused(
          plan.partition()
              + " needs more memory than this JVM has ("
              + e.getMessage()
              + "); "
              + run.state()
              + ".",
          "Run again with a larger heap, or smaller --memory and --max-record-bytes.",
          CompactionOutcome.Refused.Blame.MEMORY);
    }
  }

  @Override
  public void close() {
    lanes.close();
  }
}
