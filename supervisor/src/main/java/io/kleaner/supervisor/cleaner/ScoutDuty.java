// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.compact.LostDirectoryException;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.CancelledException;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Finds out which partitions a log directory has and which of them need a clean: new ones, vanished
 * ones, and those that changed or whose time has come. Each is looked into under its lease, so that
 * nobody changes it meanwhile. A directory that could not be taken is tried again, ever less often.
 * Not thread-safe; owned by one agent's thread.
 */
final class ScoutDuty implements Duty {

  private static final int TAKE_MAX_SHIFT = 5;

  private final Path named;
  private final Workshop shop;
  private final FileSystem disk;
  private final Clock clock;
  private final PartitionBoard board;
  private final AgentState state;
  private final CancelToken token;
  private final LeaseHolder held = new LeaseHolder();
  private final Inspector inspector;
  private final Surroundings surroundings;
  private final FaultSwitch faults;
  private final long scanNanos;
  private final long fullScanNanos;
  private Optional<Long> nextScanNanos = Optional.empty();
  private Optional<Long> nextFullScanNanos = Optional.empty();
  private int refusals;

  /**
   * @param named the log directory, as the user named it
   */
  ScoutDuty(Path named, Workshop shop, AgentState state, CancelToken token) {
    this.named = named;
    this.shop = shop;
    this.disk = new BeatingFileSystem(shop.disk(), state::beat);
    this.clock = shop.clock();
    this.board = shop.board();
    this.state = state;
    this.token = token;
    this.inspector =
        new Inspector(new LeasedFileSystem(disk, held), held, shop.dirs(), shop.options(), clock);
    this.surroundings = new Surroundings(disk, clock);
    this.faults = new FaultSwitch(state, token);
    this.scanNanos = TimeUnit.MILLISECONDS.toNanos(shop.options().scanIntervalMs());
    this.fullScanNanos = TimeUnit.MILLISECONDS.toNanos(shop.options().fullScanIntervalMs());
  }

  private boolean isPast(Optional<Long> nanos) {
    return nanos.map(at -> clock.nanoTime() - at >= 0).orElse(true);
  }

  @Override
  public boolean step() {
    faults.atRest();
    if (token.isCancelled() || !isPast(nextScanNanos)) {
      return false;
    }
    long startNanos = clock.nanoTime();
    state.busy("SCAN");
    try {
      Optional<ServedDir> dir = shop.dirs().named(named);
      if (dir.isEmpty()) {
        take();
      } else {
        scanOrGiveUp(dir.get());
      }
    } catch (LeaseRevokedException | CancelledException e) {
      token.cancel();
      return true;
    } catch (IOException | RuntimeException e) {
      Thread.interrupted();
      shop.report().failed(shop.dirs().realOf(named), e.toString(), clock.nowMs());
    }
    long tookNanos = clock.nanoTime() - startNanos;
    shop.report().took(shop.dirs().realOf(named), TimeUnit.NANOSECONDS.toMillis(tookNanos));
    // Ten times as long as it took at least: looking is not to become the load.
    long pauseNanos = Math.max(scanNanos << refusals, 10 * tookNanos);
    nextScanNanos = Optional.of(clock.nanoTime() + pauseNanos);
    return true;
  }

  private void take() throws IOException {
    try {
      shop.taker().take(named);
      refusals = 0;
    } catch (UnusableDirectoryException e) {
      refusals = Math.min(refusals + 1, TAKE_MAX_SHIFT);
      shop.report()
          .failed(shop.dirs().realOf(named), e.getMessage() + " " + e.nextStep(), clock.nowMs());
    }
  }

  private void scanOrGiveUp(ServedDir dir) throws IOException {
    try {
      dir.hold().requireHeld();
      scan(dir);
    } catch (LostDirectoryException e) {
      shop.giveUp(dir.logDir().dir(), dir.hold(), e);
    }
  }

  private void scan(ServedDir dir) throws IOException {
    Path path = dir.logDir().dir();
    if (board.isIsolated(path)) {
      return;
    }
    if (isPast(nextFullScanNanos)) {
      shop.dirs().settings(path, shop.settings().of(dir.logDir()));
      nextFullScanNanos = Optional.of(clock.nanoTime() + fullScanNanos);
    }
    LogDir logDir = new LogDirReader(disk).read(path);
    try {
      shop.taker().requireAllowed(logDir);
    } catch (UnusableDirectoryException e) {
      shop.giveUp(path, dir.hold(), e);
      return;
    }
    Set<TopicPartition> present =
        logDir.partitions().stream()
            .map(each -> TopicPartition.ofDirectoryName(each.getFileName().toString()))
            .flatMap(Optional::stream)
            .collect(Collectors.toSet());
    board.present(path, present);
    dir.checkpoints().retain(present);
    long around = surroundings.ofLogDir(path);
    for (PartitionCell cell : board.cells()) {
      token.throwIfCancelled();
      state.beat();
      if (cell.id().logDir().equals(path)) {
        dir.hold().requireOpen();
        visit(cell, dir.hold(), around);
      }
    }
    // What was seen counts only if it was the directory that is locked.
    dir.hold().requireHeld();
    shop.report().scanned(path, disk.usableBytes(path), clock.nowMs(), clock.nanoTime());
  }

  private void visit(PartitionCell cell, DirHold dir, long around) throws IOException {
    if (board.holds().isToBeHeld(cell.id())) {
      return;
    }
    if (cell.isHeldBack()) {
      if (cell.owesRecovery()) {
        recoverHeld(cell, dir);
      }
      return;
    }
    if (cell.lease().isPresent()) {
      // Whoever has it does not look before it has ended, which may be long: it grows meanwhile.
      long looks = cell.looks();
      cell.rolled(looks, surroundings.rolledBytes(cell.id(), cell.look()));
      return;
    }
    PartitionCell.Look now = surroundings.of(cell.id(), around);
    if (!isDue(cell, now)) {
      return;
    }
    Optional<Lease> lease = board.lease(cell, state);
    if (lease.isPresent()) {
      begin(lease.get(), dir);
      look(cell, lease.get(), now);
      end(lease.get());
    }
  }

  private void begin(Lease lease, DirHold dir) {
    held.take(lease, dir);
    state.begin(lease, "SCAN");
  }

  private void end(Lease lease) {
    held.drop();
    board.release(lease);
    state.released();
  }

  private void recoverHeld(PartitionCell cell, DirHold dir) throws IOException {
    Optional<Lease> lease = board.leaseToRecover(cell, state);
    if (lease.isPresent()) {
      begin(lease.get(), dir);
      recoverOnly(cell, lease.get());
      end(lease.get());
    }
  }

  /** If it fails, the partition is held as it was: nothing is judged by it. */
  private void recoverOnly(PartitionCell cell, Lease lease) throws IOException {
    try {
      held.requireHeld();
      recover(cell);
    } catch (LeaseRevokedException | CancelledException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      lease.require();
      if (Thread.interrupted()) {
        // As in any look: it is tried again, at the next scan.
        cell.recoveryTried(false);
        shop.events().tell(new WorkEvent.Interrupted(cell.id(), state.id()));
      } else if (!shop.isLost(held)) {
        shop.events().tell(new WorkEvent.NotRecovered(cell.id(), IoProblem.textOf(e)));
      }
    }
  }

  /** Returns whether there was an interrupted swap. */
  private boolean recover(PartitionCell cell) throws IOException {
    PartitionId id = cell.id();
    cell.recoveryTried(true);
    Optional<String> recovered = inspector.recover(id);
    recovered.ifPresent(done -> shop.events().tell(new WorkEvent.Recovered(id, done)));
    cell.recovered(true);
    return recovered.isPresent();
  }

  private boolean isDue(PartitionCell cell, PartitionCell.Look now) throws IOException {
    Finding finding = cell.finding();
    PartitionCell.Look last = cell.look();
    return finding.status() == PartitionStatus.UNSEEN
        || !cell.isRecovered()
        || !last.ever()
        || last.fingerprint() != now.fingerprint()
        || now.atNanos() - last.atNanos() >= fullScanNanos
        || (finding.status() == PartitionStatus.NOT_ELIGIBLE
            && finding.eligibleAtMs().orElse(Long.MAX_VALUE) <= clock.nowMs())
        || surroundings.hasGrown(last);
  }

  private void look(PartitionCell cell, Lease lease, PartitionCell.Look now) throws IOException {
    PartitionId id = cell.id();
    PartitionCell.Look from = now;
    try {
      held.requireHeld();
      faults.atWork();
      if (!cell.isRecovered() && recover(cell)) {
        from = surroundings.of(id);
      }
      Inspector.Look seen = inspector.look(id, false);
      lease.require();
      if (seen.failure().isPresent() && Thread.interrupted()) {
        // An interrupt closes the files it meets open: no fault of the partition, looked at again.
        shop.events().tell(new WorkEvent.Interrupted(id, state.id()));
        return;
      }
      cell.finding(seen.finding(), from.with(seen.tail()));
      seen.failure()
          .ifPresent(unfit -> failed(cell, Cause.REFUSED, unfit.reason(), unfit.nextStep()));
    } catch (LeaseRevokedException | CancelledException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      lease.require();
      if (Thread.interrupted()) {
        shop.events().tell(new WorkEvent.Interrupted(id, state.id()));
      } else {
        failed(
            cell,
            new BlameFinder(disk).of(e, id),
            id + " cannot be looked into: " + e,
            "Check permissions and the disk.");
      }
    }
  }

  private void failed(PartitionCell cell, Cause cause, String reason, String nextStep) {
    if (shop.isLost(held)) {
      return;
    }
    cell.failed(new Failure(cause, state.id(), reason, nextStep, clock.nowMs()));
  }

  @Override
  public void close() {
    held.drop();
  }
}
