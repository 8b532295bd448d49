// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.compact.CompactionListener;
import io.kleaner.core.compact.CompactionOutcome;
import io.kleaner.core.compact.Compactor;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.policy.CleanPlan;
import io.kleaner.core.policy.Decision;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.util.Optional;

/**
 * Cleans partitions: leases the one that needs it most, recovers it, looks again, compacts, and
 * says how it went. Not thread-safe; owned by one agent's thread.
 */
final class CleanerDuty implements Duty {

  private final PartitionBoard board;
  private final WorkEvents events;
  private final AgentState state;
  private final CancelToken token;
  private final Clock clock;
  private final LeaseHolder held = new LeaseHolder();
  private final Inspector inspector;
  private final Compactor compactor;
  private final FaultSwitch faults;
  private final long memoryBytes;
  private final Surroundings surroundings;

  CleanerDuty(
      FileSystem disk,
      Clock clock,
      ServedDirs dirs,
      CleanerOptions options,
      Throttle throttle,
      PartitionBoard board,
      WorkEvents events,
      AgentState state,
      CancelToken token) {
    this.board = board;
    this.events = events;
    this.state = state;
    this.token = token;
    this.clock = clock;
    this.memoryBytes = options.clean().memoryBytes();
    FileSystem leased = new LeasedFileSystem(disk, held);
    this.inspector = new Inspector(leased, held, dirs, options, clock);
    this.surroundings = new Surroundings(leased);
    this.compactor =
        new Compactor(
            leased,
            clock,
            options.clean(),
            throttle,
            options.maxRecordBytes(),
            new LeasedCommitter(leased, held, dirs));
    this.faults = new FaultSwitch(state, token);
  }

  @Override
  public boolean step() {
    faults.atRest();
    Optional<Lease> next = board.leaseNext(state.id(), clock.nowMs());
    if (next.isEmpty()) {
      return false;
    }
    Lease lease = next.get();
    held.take(lease);
    state.begin(lease, "RECOVER");
    // No finally: a worker that dies of an Error leaves its lease to its supervisor, who must know.
    try {
      work(lease);
    } catch (LeaseRevokedException e) {
      token.cancel();
    } catch (IOException | RuntimeException e) {
      if (!interrupted(lease)) {
        failed(lease, false, lease.partition() + ": " + e, "Look into the log of this service.");
      }
    }
    held.drop();
    board.release(lease);
    state.idle();
    return true;
  }

  private void work(Lease lease) throws IOException {
    PartitionId id = lease.partition();
    PartitionCell cell = board.cell(id).orElseThrow();
    PartitionCell.Look look = surroundings.of(id, clock.nowMs());
    inspector.recover(id).ifPresent(done -> events.tell(new WorkEvent.Recovered(id, done)));
    cell.recovered(true);
    state.busy("ASSESS");
    boolean requested = cell.isCleanRequested();
    Inspector.Look seen = inspector.look(id, requested);
    if (!cell.isHeldBy(lease)) {
      throw new LeaseRevokedException(lease);
    }
    if (seen.failure().isPresent() && interrupted(lease)) {
      return;
    }
    cell.finding(seen.finding(), look);
    cell.cleanRequested(false);
    if (seen.failure().isPresent()) {
      failed(lease, true, seen.failure().get().reason(), seen.failure().get().nextStep());
      return;
    }
    if (seen.decision().isPresent() && seen.decision().get() instanceof Decision.Clean clean) {
      CompactionOutcome outcome = compactor.run(clean.plan(), token, new Progress());
      state.finishedClean();
      settle(lease, cell, outcome);
    }
  }

  private void settle(Lease lease, PartitionCell cell, CompactionOutcome outcome)
      throws IOException {
    PartitionId id = lease.partition();
    if (lease.isRevoked()) {
      throw new LeaseRevokedException(lease);
    }
    if (outcome instanceof CompactionOutcome.Compacted compacted) {
      cell.cleaned(
          LastClean.of(compacted.stats(), compacted.endOffset(), memoryBytes, clock.nowMs()));
      events.tell(new WorkEvent.Cleaned(id, state.id(), compacted.stats(), compacted.endOffset()));
      lookAgain(id, cell);
    } else if (outcome instanceof CompactionOutcome.Refused refused) {
      failed(lease, true, refused.reason(), refused.nextStep());
    } else if (outcome instanceof CompactionOutcome.Failed failed) {
      if (!interrupted(lease)) {
        failed(lease, false, failed.reason(), failed.nextStep());
      }
    } else if (outcome instanceof CompactionOutcome.NothingToDo) {
      lookAgain(id, cell);
    }
  }

  /**
   * Whether what went wrong is no partition's fault but an interrupt's, which closes the files it
   * meets open; then it was told, and the partition is tried again.
   */
  private boolean interrupted(Lease lease) {
    if (!Thread.interrupted()) {
      return false;
    }
    board.cell(lease.partition()).ifPresent(cell -> cell.recovered(false));
    events.tell(new WorkEvent.Interrupted(lease.partition(), state.id()));
    return true;
  }

  private void lookAgain(PartitionId id, PartitionCell cell) throws IOException {
    state.busy("ASSESS");
    PartitionCell.Look look = surroundings.of(id, clock.nowMs());
    Inspector.Look after = inspector.look(id, false);
    if (after.failure().isPresent() && Thread.interrupted()) {
      return;
    }
    cell.finding(after.finding(), look);
  }

  private void failed(Lease lease, boolean refused, String reason, String nextStep) {
    PartitionId id = lease.partition();
    board
        .cell(id)
        .filter(cell -> cell.isHeldBy(lease))
        .ifPresent(
            cell -> {
              cell.failed(
                  new Hold(
                      Hold.Kind.UNJUDGED,
                      reason,
                      nextStep,
                      clock.nowMs(),
                      Long.MAX_VALUE,
                      cell.failures() + 1));
              events.tell(new WorkEvent.Failed(id, state.id(), refused, reason, nextStep));
            });
  }

  @Override
  public void close() {
    compactor.close();
  }

  /** Passes on how far a clean is; the fault switch works here too. */
  private final class Progress implements CompactionListener {

    @Override
    public void begin(CleanPlan plan) {
      faults.atRest();
    }

    @Override
    public void phase(CleanPlan plan, Phase phase) {
      state.phase(phase);
      faults.atWork();
    }

    @Override
    public void progress(CleanPlan plan, long bytesRead, long bytesWritten) {
      state.moved(bytesRead, bytesWritten);
      faults.atWork();
    }
  }
}
