// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.cleaner.Crew;
import io.kleaner.supervisor.cleaner.LastClean;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.cleaner.Worker;
import io.kleaner.supervisor.cleaner.Workers;
import io.kleaner.supervisor.judge.Verdict;
import io.kleaner.supervisor.metrics.KafkaCleanerView;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * A broker's own names for its cleaner's gauges, with what they should mean: dead threads count
 * while they are dead, hung ones too, and what is not known is not shown. As a broker's, those of
 * cleans are over the last clean of each worker, and a run is a look for work. Thread-safe.
 */
record BrokerNames(Supervisor<Snapshot> supervisor, Workers crew) {

  private static final double PERCENT = 100;
  private static final double MS = 1_000;
  private static final double NANOS_PER_MS = 1_000_000;

  KafkaCleanerView view(List<Path> logDirs) {
    KafkaCleanerView.Builder view =
        new KafkaCleanerView.Builder()
            .cleaner("DeadThreadCount", this::dead)
            .cleaner("max-clean-time-secs", () -> most(clean -> clean.tookMs() / MS))
            .cleaner("max-buffer-utilization-percent", () -> most(c -> c.mapUse() * PERCENT))
            .cleaner("cleaner-recopy-percent", this::recopyPercent)
            .cleaner("max-compaction-delay-secs", this::delaySeconds)
            .manager("max-dirty-percent", this::maxDirtyPercent)
            .manager("time-since-last-run-ms", this::sinceLastRunMs);
    for (Path dir : logDirs) {
      view.manager(
          "uncleanable-partitions-count", dir.toString(), () -> (double) left(dir).count());
    }
    for (Path dir : logDirs) {
      view.manager(
          "uncleanable-bytes",
          dir.toString(),
          () -> (double) left(dir).mapToLong(state -> state.finding().dirtyBytes()).sum());
    }
    return view.build();
  }

  /** Of those that clean. Threads are looked at now, not at the last tick. */
  private double dead() {
    Set<String> hung = new HashSet<>();
    for (WorkerCare.WorkerSeen worker : supervisor.snapshot().workers()) {
      if (worker.verdict() instanceof Verdict.Hung) {
        hung.add(worker.sample().id());
      }
    }
    return cleaners()
        .filter(worker -> !worker.isAlive() || hung.contains(worker.state().id()))
        .count();
  }

  private Stream<? extends Worker> cleaners() {
    return crew.agents().stream().filter(worker -> worker.state().id().startsWith(Crew.CLEANER));
  }

  private Stream<PartitionState> left(Path dir) {
    return supervisor.snapshot().partitions().stream()
        .filter(state -> state.id().logDir().equals(dir))
        .filter(state -> state.status() == PartitionStatus.QUARANTINED);
  }

  private Stream<LastClean> lastCleans() {
    return cleaners().map(worker -> worker.state().lastClean()).flatMap(Optional::stream);
  }

  private Double most(ToDoubleFunction<LastClean> value) {
    return lastCleans().mapToDouble(value).max().stream().boxed().findFirst().orElse(null);
  }

  private Double recopyPercent() {
    long before = lastCleans().mapToLong(LastClean::bytesBefore).sum();
    long after = lastCleans().mapToLong(LastClean::bytesAfter).sum();
    return before == 0 ? null : Double.valueOf(PERCENT * after / before);
  }

  private double maxDirtyPercent() {
    return supervisor.snapshot().partitions().stream()
        .mapToDouble(state -> state.finding().dirtyRatio() * PERCENT)
        .max()
        .orElse(0);
  }

  /** Of whoever looked for work last, or got on with some: of none that lives, it grows. */
  private Double sinceLastRunMs() {
    return cleaners().mapToLong(worker -> worker.state().sinceBeatNanos()).min().stream()
        .mapToObj(nanos -> nanos / NANOS_PER_MS)
        .findFirst()
        .orElse(null);
  }

  /** How far the partition that waits longest is past its {@code max.compaction.lag.ms}. */
  private double delaySeconds() {
    Snapshot snapshot = supervisor.snapshot();
    return snapshot.partitions().stream()
        .filter(state -> state.finding().isOverdue(snapshot.atMs()))
        .mapToDouble(
            state ->
                (snapshot.atMs() - state.finding().eligibleAtMs().orElse(snapshot.atMs())) / MS)
        .max()
        .orElse(0);
  }
}
