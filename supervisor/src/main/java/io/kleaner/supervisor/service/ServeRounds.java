// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.cleaner.PartitionBoard;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.WorkEvent;
import io.kleaner.supervisor.cleaner.WorkEvents;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The rounds over workers of our own: what they told, workers, partitions, log directories. Not
 * thread-safe; owned by the supervisor's thread.
 */
final class ServeRounds implements Rounds<Snapshot> {

  private final Clock clock;
  private final PartitionBoard board;
  private final WorkEvents events;
  private final WorkerCare workers;
  private final PartitionCare partitions;
  private final LogDirCare logDirs;
  private final Chronicle chronicle;
  private final ChangeNews news;
  private List<PartitionState> states = List.of();
  private long droppedBefore;

  ServeRounds(
      Clock clock,
      PartitionBoard board,
      WorkEvents events,
      WorkerCare workers,
      PartitionCare partitions,
      LogDirCare logDirs,
      Chronicle chronicle,
      ChangeNews news) {
    this.clock = clock;
    this.board = board;
    this.events = events;
    this.workers = workers;
    this.partitions = partitions;
    this.logDirs = logDirs;
    this.chronicle = chronicle;
    this.news = news;
  }

  @Override
  public boolean look(long nowMs, Signals signals) {
    long nowNanos = clock.nanoTime();
    for (WorkEvent event : events.drain()) {
      signals.stage("events", () -> partitions.handle(event));
    }
    signals.stage("workers", () -> workers.look(nowMs, nowNanos, signals));
    signals.stage("held by hand", () -> partitions.holdAsAsked(signals));
    signals.stage("failures", () -> partitions.judgeFailures(nowMs));
    signals.stage("states", () -> states = board.states());
    signals.stage(
        "partitions",
        () -> partitions.look(states, workers.areAllBusy(), nowMs, nowNanos, signals));
    signals.stage("log directories", () -> logDirs.look(states, nowMs, nowNanos, signals));
    signals.stage("quarantines", this::keepQuarantines);
    signals.stage("lost news", () -> tellDropped(signals));
    signals.stage("news", () -> news.tell(states, workers.seen()));
    return workers.wereLookedAt();
  }

  @Override
  public void keep(Signals signals) {
    partitions.holdAsAsked(signals);
    keepQuarantines();
  }

  private void keepQuarantines() {
    partitions.changedQuarantines().ifPresent(chronicle.journal()::quarantines);
  }

  /** Nothing is decided by what was lost, but totals are lower than they should be. */
  private void tellDropped(Signals signals) {
    long dropped = events.dropped();
    if (dropped > droppedBefore) {
      signals.warning(
          "NewsLost",
          "service",
          "workers told more than the supervisor could take in: totals are too low",
          (dropped - droppedBefore) + " lost since the last look, " + dropped + " in all",
          "The machine is overloaded, or the supervisor was stopped for long.");
      droppedBefore = dropped;
    }
  }

  @Override
  public Snapshot seen(Tick tick) {
    return new Snapshot(
        tick.atMs(),
        tick.lagMs(),
        tick.ticks(),
        workers.seen(),
        states,
        partitions.judged(),
        logDirs.seen(),
        tick.alerts(),
        LongStream.of(partitions.totals().values()).boxed().toList());
  }

  @Override
  public Map<String, Object> pulse(Snapshot seen) {
    return Views.pulse(seen);
  }
}
