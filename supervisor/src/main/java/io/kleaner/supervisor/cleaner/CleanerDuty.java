// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.compact.CompactionListener;
import io.kleaner.core.compact.CompactionOutcome;
import io.kleaner.core.compact.Compactor;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.policy.CleanPlan;
import io.kleaner.core.policy.Decision;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Cleans partitions: leases the one that needs it most, recovers it, looks again, compacts, and
 * says how it went. Not thread-safe; owned by one agent's thread.
 */
final class CleanerDuty implements Duty {

  private final Workshop shop;
  private final PartitionBoard board;
  private final WorkEvents events;
  private final AgentState state;
  private final CancelToken token;
  private final Clock clock;
  private final LeaseHolder held = new LeaseHolder();
  private final Inspector inspector;
  private final LeasedCommitter committer;
  private final Compactor compactor;
  private final FaultSwitch faults;
  private final long memoryBytes;
  private final Surroundings surroundings;
  private final BlameFinder blame;

  CleanerDuty(Workshop shop, AgentState state, CancelToken token) {
    this.shop = shop;
    this.board = shop.board();
    this.events = shop.events();
    this.state = state;
    this.token = token;
    this.clock = shop.clock();
    CleanerOptions options = shop.options();
    this.memoryBytes = options.clean().memoryBytes();
    FileSystem disk = new BeatingFileSystem(shop.disk(), state::beat);
    FileSystem leased = new LeasedFileSystem(disk, held);
    this.inspector = new Inspector(leased, held, shop.dirs(), options, clock);
    this.surroundings = new Surroundings(leased, clock);
    this.committer = new LeasedCommitter(leased, disk, held, shop.dirs(), state);
    this.blame = new BlameFinder(disk);
    this.compactor =
        new Compactor(
            leased,
            clock,
            options.clean(),
            shop.throttle(),
            options.maxRecordBytes(),
            committer,
            shop.ledger(),
            1,
            Runnable::run);
    this.faults = new FaultSwitch(state, token);
  }

  @Override
  public boolean step() {
    faults.atRest();
    if (token.isCancelled()) {
      // Given up while it was away: it takes nothing more.
      return false;
    }
    Optional<Lease> next = board.leaseNext(state);
    if (next.isEmpty()) {
      committer.writeLeft();
      return false;
    }
    Lease lease = next.get();
    Optional<ServedDir> dir = shop.dirs().named(lease.partition().logDir());
    if (dir.isEmpty()) {
      // Given up this very moment.
      board.release(lease);
      return false;
    }
    held.take(lease, dir.get().hold());
    state.begin(lease, "RECOVER");
    // No finally: a worker that dies of an Error leaves its lease to its supervisor, who must know.
    try {
      held.requireHeld();
      work(lease);
    } catch (LeaseRevokedException e) {
      token.cancel();
    } catch (IOException | RuntimeException e) {
      if (!interrupted(lease)) {
        failed(
            lease,
            blame.of(e, lease.partition()),
            lease.partition() + ": " + e,
            "Look into the log of this service.");
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
    PartitionCell.Look look = surroundings.of(id);
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
    cell.finding(seen.finding(), look.with(seen.tail()));
    cell.cleanRequested(false);
    if (seen.failure().isPresent()) {
      failed(lease, Cause.REFUSED, seen.failure().get().reason(), seen.failure().get().nextStep());
      return;
    }
    if (seen.decision().isPresent() && seen.decision().get() instanceof Decision.Clean clean) {
      state.goal(clean.dirtyBytes() + bytesOf(clean.plan()));
      CompactionOutcome outcome = compactor.run(clean.plan(), token, new Progress());
      try {
        settle(lease, cell, clean, outcome);
      } finally {
        // Not before its end is known: until then it counts as under way, and got through.
        state.finishedClean();
      }
    }
  }

  private static long bytesOf(CleanPlan plan) {
    return plan.cleanedSegments().stream().mapToLong(Segment::logBytes).sum();
  }

  private void settle(
      Lease lease, PartitionCell cell, Decision.Clean clean, CompactionOutcome outcome)
      throws IOException {
    PartitionId id = lease.partition();
    if (lease.isRevoked()) {
      throw new LeaseRevokedException(lease);
    }
    if (outcome instanceof CompactionOutcome.Compacted compacted) {
      After after = lookAgain(id).orElseGet(() -> unknownAfter(cell.finding()));
      LastClean last =
          LastClean.of(compacted.stats(), compacted.endOffset(), memoryBytes, clock.nowMs());
      cell.cleaned(last, clean.dirtyBytes(), after.finding(), after.look());
      state.cleaned(last);
      events.tell(new WorkEvent.Cleaned(id, state.id(), compacted.stats(), compacted.endOffset()));
    } else if (outcome instanceof CompactionOutcome.Refused refused) {
      failed(lease, causeOf(refused.blame()), refused.reason(), refused.nextStep());
    } else if (outcome instanceof CompactionOutcome.Failed failed) {
      if (!interrupted(lease)) {
        failed(lease, blame.of(failed.cause(), id), failed.reason(), failed.nextStep());
      }
    } else if (outcome instanceof CompactionOutcome.NothingToDo) {
      lookAgain(id).ifPresent(after -> cell.finding(after.finding(), after.look()));
    }
  }

  private static Cause causeOf(CompactionOutcome.Refused.Blame blame) {
    return switch (blame) {
      case INPUT -> Cause.REFUSED;
      case SPACE -> Cause.SURROUNDINGS;
      case MEMORY -> Cause.FAILED;
    };
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

  private record After(Finding finding, PartitionCell.Look look) {}

  /** Empty if an interrupt kept it from looking; the next scan does. */
  private Optional<After> lookAgain(PartitionId id) throws IOException {
    state.busy("ASSESS");
    PartitionCell.Look look = surroundings.of(id);
    Inspector.Look after = inspector.look(id, false);
    if (after.failure().isPresent() && Thread.interrupted()) {
      return Optional.empty();
    }
    return Optional.of(new After(after.finding(), look.with(after.tail())));
  }

  /** Of a partition that was cleaned and not looked at again: the scout is to. */
  private After unknownAfter(Finding before) {
    Finding clean =
        new Finding(
            PartitionStatus.CLEAN,
            "unseen",
            "it was cleaned, and nobody has looked at it since",
            before.sizeBytes(),
            0,
            0,
            before.upperBoundOffset(),
            before.upperBoundOffset(),
            before.logEndOffset(),
            false,
            OptionalLong.empty(),
            clock.nowMs());
    return new After(clean, PartitionCell.Look.NEVER);
  }

  /** What goes wrong in a directory that is no longer ours is no partition's fault. */
  private void failed(Lease lease, Cause cause, String reason, String nextStep) {
    if (shop.isLost(held)) {
      return;
    }
    board
        .cell(lease.partition())
        .filter(cell -> cell.isHeldBy(lease))
        .ifPresent(
            cell -> cell.failed(new Failure(cause, state.id(), reason, nextStep, clock.nowMs())));
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

    @Override
    public void reached(CleanPlan plan, long batches, long lastOffset) {
      state.reached(batches, lastOffset);
    }
  }
}
