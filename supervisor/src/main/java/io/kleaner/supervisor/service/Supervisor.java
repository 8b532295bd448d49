// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.alert.AlertEvent;
import io.kleaner.supervisor.cleaner.PartitionBoard;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.WorkEvent;
import io.kleaner.supervisor.cleaner.WorkEvents;
import io.kleaner.supervisor.journal.Journal;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * One look after another at everything: what workers told, workers, partitions, log directories;
 * then alerts, and a snapshot for whoever shows it.
 *
 * <p>It shares no lock, no pool and no disk write with what it watches. {@link #tick} is stepped by
 * a thread of its own, or by hand. Not thread-safe but for {@link #snapshot} and {@link #ask}.
 */
final class Supervisor {

  private final Clock clock;
  private final SupervisionOptions options;
  private final PartitionBoard board;
  private final WorkEvents events;
  private final WorkerCare workers;
  private final PartitionCare partitions;
  private final LogDirCare logDirs;
  private final AlertBook alerts;
  private final AlertDispatcher dispatcher;
  private final Chronicle chronicle;
  private final Announcer announcer;
  private final Signals signals = new Signals();
  private final Queue<Runnable> asked = new ConcurrentLinkedQueue<>();
  private long ticks;
  private long lastTickNanos;
  private volatile Snapshot snapshot = Snapshot.NONE;
  private volatile long beatNanos;

  Supervisor(
      Clock clock,
      SupervisionOptions options,
      PartitionBoard board,
      WorkEvents events,
      WorkerCare workers,
      PartitionCare partitions,
      LogDirCare logDirs,
      AlertBook alerts,
      AlertDispatcher dispatcher,
      Chronicle chronicle,
      Announcer announcer) {
    this.clock = clock;
    this.options = options;
    this.board = board;
    this.events = events;
    this.workers = workers;
    this.partitions = partitions;
    this.logDirs = logDirs;
    this.alerts = alerts;
    this.dispatcher = dispatcher;
    this.chronicle = chronicle;
    this.announcer = announcer;
    this.beatNanos = clock.nanoTime();
    this.lastTickNanos = beatNanos;
  }

  /** Has something done at the next tick, on the supervisor's thread. */
  void ask(Runnable change) {
    asked.add(change);
  }

  /** One look at everything. */
  void tick() {
    long nowMs = clock.nowMs();
    long nowNanos = clock.nanoTime();
    long intervalMs = TimeUnit.NANOSECONDS.toMillis(nowNanos - lastTickNanos);
    lastTickNanos = nowNanos;
    signals.clear();
    for (Runnable change = asked.poll(); change != null; change = asked.poll()) {
      change.run();
    }
    for (WorkEvent event : events.drain()) {
      partitions.handle(event, nowMs);
    }
    workers.look(nowMs, signals);
    List<PartitionState> states = board.states(nowMs);
    partitions.look(states, nowMs, signals);
    logDirs.look(states, nowMs, signals);
    lookAtJournal();
    List<AlertEvent> told = alerts.evaluate(nowMs, signals.all());
    dispatcher.dispatch(told);
    told.forEach(event -> announcer.announce("alert", Views.alert(event.alert())));
    partitions.changedQuarantines().ifPresent(chronicle.journal()::quarantines);
    ticks++;
    snapshot =
        new Snapshot(
            nowMs,
            ticks == 1 ? 0 : Math.max(0, intervalMs - tickIntervalMs()),
            ticks,
            workers.seen(),
            states,
            logDirs.seen(),
            alerts.current(),
            LongStream.of(partitions.totals().values()).boxed().toList());
    beatNanos = nowNanos;
    if (announcer.hasListeners()) {
      announcer.announce("status", Views.pulse(snapshot));
    }
  }

  private void lookAtJournal() {
    Journal journal = chronicle.journal();
    if (!journal.isWriting()) {
      signals.critical(
          "JournalDead",
          "service",
          "the journal's thread has ended: incidents are no longer kept over restarts",
          "",
          "Restart the service.");
    }
    journal
        .problem()
        .ifPresent(
            problem ->
                signals.critical(
                    "JournalUnwritable",
                    "service",
                    journal.isDurable()
                        ? "incidents are not kept over restarts now"
                        : "no remedy runs: the state directory cannot be written to",
                    problem,
                    "Free space or correct permissions of --state-dir."));
  }

  /** Twice a heartbeat interval: a death is noticed within one and a half. */
  long tickIntervalMs() {
    return Math.max(1, options.heartbeatIntervalMs() / 2);
  }

  /** For what is done by {@link #ask}. */
  PartitionCare partitions() {
    return partitions;
  }

  /** What was seen last; any thread may ask. */
  Snapshot snapshot() {
    return snapshot;
  }

  /** Nanoseconds since the last tick ended; any thread may ask. */
  long sinceTickNanos() {
    return clock.nanoTime() - beatNanos;
  }
}
