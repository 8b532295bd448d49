// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

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

  private final PartitionBoard board;
  private final WorkEvents events;
  private final WorkerCare workers;
  private final PartitionCare partitions;
  private final LogDirCare logDirs;
  private final Chronicle chronicle;
  private List<PartitionState> states = List.of();

  ServeRounds(
      PartitionBoard board,
      WorkEvents events,
      WorkerCare workers,
      PartitionCare partitions,
      LogDirCare logDirs,
      Chronicle chronicle) {
    this.board = board;
    this.events = events;
    this.workers = workers;
    this.partitions = partitions;
    this.logDirs = logDirs;
    this.chronicle = chronicle;
  }

  @Override
  public void look(long nowMs, Signals signals) {
    for (WorkEvent event : events.drain()) {
      partitions.handle(event, nowMs);
    }
    workers.look(nowMs, signals);
    states = board.states(nowMs);
    partitions.look(states, nowMs, signals);
    logDirs.look(states, nowMs, signals);
    partitions.changedQuarantines().ifPresent(chronicle.journal()::quarantines);
  }

  @Override
  public Snapshot seen(Tick tick) {
    return new Snapshot(
        tick.atMs(),
        tick.lagMs(),
        tick.ticks(),
        workers.seen(),
        states,
        logDirs.seen(),
        tick.alerts(),
        LongStream.of(partitions.totals().values()).boxed().toList());
  }

  @Override
  public Map<String, Object> pulse(Snapshot seen) {
    return Views.pulse(seen);
  }
}
