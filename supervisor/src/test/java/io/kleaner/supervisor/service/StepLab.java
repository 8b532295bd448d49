// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.pace.Throttle;
import io.kleaner.supervisor.alert.Alert;
import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.alert.AlertPolicy;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.cleaner.Lease;
import io.kleaner.supervisor.cleaner.PartitionBoard;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.cleaner.Puppet;
import io.kleaner.supervisor.cleaner.ScanReport;
import io.kleaner.supervisor.cleaner.ServedDirs;
import io.kleaner.supervisor.cleaner.WorkEvents;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.Severity;
import io.kleaner.supervisor.judge.WorkerRules;
import io.kleaner.supervisor.remedy.QuarantinePolicy;
import io.kleaner.supervisor.remedy.RestartPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** A supervisor that is stepped by hand, its workers puppets: no thread, no sleep. */
abstract class StepLab {

  static final Path LOGS = Path.of("/logs");
  static final PartitionId ONE = Puppet.id("/logs", "orders", 1);
  static final PartitionId TWO = Puppet.id("/logs", "orders", 2);
  static final long HUNG_MS = 60_000;
  static final long STALLED_MS = 900_000;

  final HandClock clock = new HandClock();
  final PartitionBoard board = new PartitionBoard(clock);
  final WorkEvents events = new WorkEvents();
  final ScanReport report = new ScanReport();
  final Journal journal = Journal.inMemory("a test keeps nothing");
  final Announcer announcer = new Announcer();
  final Chronicle chronicle = new Chronicle(journal, announcer, clock);
  final Puppet.Troupe crew = new Puppet.Troupe(clock, "cleaner-0", "scout-0");
  final PartitionCare partitions =
      new PartitionCare(board, new QuarantinePolicy(5_000, 60_000, 600_000), STALLED_MS, chronicle);
  final Supervisor<Snapshot> supervisor = supervisor(true);

  Supervisor<Snapshot> supervisor(boolean remedies) {
    return supervisor(() -> remedies);
  }

  Supervisor<Snapshot> supervisor(BooleanSupplier remedies) {
    SupervisionOptions options = SupervisionOptions.defaults();
    LogDirCare logDirs =
        new LogDirCare(
            List.of(LOGS), new ServedDirs(), board, report, options, chronicle, clock.nanoTime());
    WorkerCare workers =
        new WorkerCare(
            crew,
            board,
            new WorkerRules(HUNG_MS),
            new StarvedCare(options.trendWindowMs(), logDirs::dirt, chronicle),
            new RestartPolicy(
                new RestartPolicy.Limits(500, 30_000, 3, 600_000, 60_000), new Random(1)),
            partitions,
            new ZombieWard(board, partitions, chronicle),
            chronicle,
            remedies);
    return new Supervisor<>(
        clock,
        500,
        new ServeRounds(
            clock,
            board,
            events,
            workers,
            partitions,
            logDirs,
            chronicle,
            new ChangeNews(announcer)),
        Snapshot.NONE,
        new AlertBook(new AlertPolicy(0, 3_600_000, 30_000), Map.of()),
        new AlertDispatcher(List.of()),
        chronicle,
        announcer);
  }

  /** What the API shows and does of one that is stepped, as if it ran on a thread. */
  ServiceFacade facade(Supervisor<Snapshot> of, SupervisorThread thread) {
    return new ServiceFacade(
        clock,
        null,
        of,
        partitions,
        board,
        null,
        chronicle,
        announcer,
        Throttle.unlimited(),
        thread,
        null);
  }

  void step(long ms) {
    clock.passMs(ms);
    crew.agents().stream().filter(Puppet::isAlive).forEach(Puppet::beat);
    report.scanned(LOGS, 1_000_000, clock.nowMs(), clock.nanoTime());
    supervisor.tick();
  }

  void dirty(PartitionId... ids) {
    Puppet.present(board, ids);
    for (PartitionId id : ids) {
      Puppet.look(board, id, PartitionStatus.DIRTY, 100, clock.nowMs());
    }
  }

  /** Eligible, and past their {@code max.compaction.lag.ms} from a time on. */
  void dirtyUntil(long dueAtMs, PartitionId... ids) {
    Puppet.present(board, ids);
    for (PartitionId id : ids) {
      Puppet.lookDue(board, id, dueAtMs, clock.nowMs());
    }
  }

  Lease work(String id) {
    Lease lease = crew.at(id).leaseNext(board).orElseThrow();
    crew.at(id).begin(lease, "COPY");
    return lease;
  }

  boolean isFiring(String rule) {
    return supervisor.snapshot().alerts().stream()
        .anyMatch(each -> each.rule().equals(rule) && each.state() == Alert.State.FIRING);
  }

  /** What an alert of a rule that is told now says. */
  String summary(String rule) {
    return firing(rule).summary();
  }

  /** How grave an alert of a rule is that is told now. */
  Severity severity(String rule) {
    return firing(rule).severity();
  }

  private Alert firing(String rule) {
    return supervisor.snapshot().alerts().stream()
        .filter(each -> each.rule().equals(rule) && each.state() == Alert.State.FIRING)
        .findFirst()
        .orElseThrow();
  }

  long incidents(Incident.Kind kind) {
    return chronicle.count(kind);
  }
}
