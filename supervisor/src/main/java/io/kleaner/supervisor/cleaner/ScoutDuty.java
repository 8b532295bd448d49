// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.CancelledException;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds out which partitions there are and which of them need a clean: new ones, vanished ones, and
 * those that changed or whose time has come. Each is looked into under its lease, so that nobody
 * changes it meanwhile. Not thread-safe; owned by one agent's thread.
 */
final class ScoutDuty implements Duty {

  private final FileSystem disk;
  private final Clock clock;
  private final ServedDirs dirs;
  private final CleanerOptions options;
  private final PartitionBoard board;
  private final WorkEvents events;
  private final AgentState state;
  private final CancelToken token;
  private final ScanReport report;
  private final LeaseHolder held = new LeaseHolder();
  private final Inspector inspector;
  private final Surroundings surroundings;
  private final FaultSwitch faults;
  private final SettingsRefresh settings;
  private long nextScanMs = Long.MIN_VALUE;
  private long nextFullScanMs = Long.MIN_VALUE;

  ScoutDuty(
      FileSystem disk,
      Clock clock,
      ServedDirs dirs,
      CleanerOptions options,
      PartitionBoard board,
      WorkEvents events,
      AgentState state,
      CancelToken token,
      ScanReport report,
      SettingsRefresh settings) {
    this.disk = disk;
    this.clock = clock;
    this.dirs = dirs;
    this.options = options;
    this.board = board;
    this.events = events;
    this.state = state;
    this.token = token;
    this.report = report;
    this.settings = settings;
    this.inspector = new Inspector(new LeasedFileSystem(disk, held), held, dirs, options, clock);
    this.surroundings = new Surroundings(disk);
    this.faults = new FaultSwitch(state, token);
  }

  @Override
  public boolean step() {
    faults.atRest();
    long nowMs = clock.nowMs();
    if (nowMs < nextScanMs) {
      return false;
    }
    boolean full = nowMs >= nextFullScanMs;
    state.busy("SCAN");
    for (ServedDir dir : dirs.all()) {
      Path path = dir.logDir().dir();
      try {
        if (full) {
          dirs.settings(path, settings.of(dir.logDir()));
        }
        scan(path);
        report.scanned(path, disk.usableBytes(path), clock.nowMs());
      } catch (LeaseRevokedException | CancelledException e) {
        token.cancel();
        return true;
      } catch (IOException | RuntimeException e) {
        Thread.interrupted();
        report.failed(path, e.toString(), clock.nowMs());
      }
    }
    long tookMs = clock.nowMs() - nowMs;
    report.took(tookMs);
    // Ten times as long as it took at least: looking is not to become the load.
    nextScanMs = clock.nowMs() + Math.max(options.scanIntervalMs(), 10 * tookMs);
    if (full) {
      nextFullScanMs = clock.nowMs() + options.fullScanIntervalMs();
    }
    return true;
  }

  private void scan(Path path) throws IOException {
    LogDir logDir = new LogDirReader(disk).read(path);
    Set<TopicPartition> present =
        logDir.partitions().stream()
            .map(dir -> TopicPartition.ofDirectoryName(dir.getFileName().toString()).orElseThrow())
            .collect(Collectors.toSet());
    for (PartitionId fresh : board.present(path, present)) {
      events.tell(new WorkEvent.Appeared(fresh));
    }
    long around = surroundings.ofLogDir(path);
    for (PartitionCell cell : board.cells()) {
      token.throwIfCancelled();
      state.beat();
      if (cell.id().logDir().equals(path)) {
        visit(cell, around);
      }
    }
  }

  private void visit(PartitionCell cell, long around) throws IOException {
    long nowMs = clock.nowMs();
    if (cell.isHeldBackAt(nowMs) || cell.lease().isPresent()) {
      return;
    }
    PartitionCell.Look now = surroundings.of(cell.id(), around, nowMs);
    if (!isDue(cell, now, nowMs)) {
      return;
    }
    Optional<Lease> lease = cell.lease(state.id());
    if (lease.isEmpty()) {
      return;
    }
    held.take(lease.get());
    state.begin(lease.get(), "SCAN");
    look(cell, lease.get(), now);
    held.drop();
    board.release(lease.get());
    state.busy("SCAN");
  }

  private boolean isDue(PartitionCell cell, PartitionCell.Look now, long nowMs) {
    Finding finding = cell.finding();
    return finding.status() == PartitionStatus.UNSEEN
        || !cell.isRecovered()
        || cell.look().fingerprint() != now.fingerprint()
        || nowMs - cell.look().atMs() >= options.fullScanIntervalMs()
        || (finding.status() == PartitionStatus.NOT_ELIGIBLE
            && finding.eligibleAtMs().orElse(Long.MAX_VALUE) <= nowMs);
  }

  private void look(PartitionCell cell, Lease lease, PartitionCell.Look now) throws IOException {
    PartitionId id = cell.id();
    PartitionCell.Look from = now;
    try {
      faults.atWork();
      if (!cell.isRecovered()) {
        Optional<String> recovered = inspector.recover(id);
        recovered.ifPresent(done -> events.tell(new WorkEvent.Recovered(id, done)));
        from = recovered.isPresent() ? surroundings.of(id, clock.nowMs()) : now;
        cell.recovered(true);
      }
      Inspector.Look seen = inspector.look(id, false);
      lease.require();
      if (seen.failure().isPresent() && Thread.interrupted()) {
        // An interrupt closes the files it meets open: no fault of the partition, looked at again.
        events.tell(new WorkEvent.Interrupted(id, state.id()));
        return;
      }
      cell.finding(seen.finding(), from);
      seen.failure().ifPresent(unfit -> failed(cell, unfit.reason(), unfit.nextStep()));
    } catch (LeaseRevokedException | CancelledException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      lease.require();
      if (Thread.interrupted()) {
        events.tell(new WorkEvent.Interrupted(id, state.id()));
      } else {
        failed(cell, id + " cannot be looked into: " + e, "Check permissions and the disk.");
      }
    }
  }

  private void failed(PartitionCell cell, String reason, String nextStep) {
    cell.failed(
        new Hold(
            Hold.Kind.UNJUDGED,
            reason,
            nextStep,
            clock.nowMs(),
            Long.MAX_VALUE,
            cell.failures() + 1));
    events.tell(new WorkEvent.Failed(cell.id(), state.id(), true, reason, nextStep));
  }

  @Override
  public void close() {
    held.drop();
  }
}
