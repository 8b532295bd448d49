// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.core.pace.Throttle;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.alert.AlertSink;
import io.kleaner.supervisor.cleaner.Finding;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.LastClean;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.ScanReport;
import io.kleaner.supervisor.cleaner.ServedDirs;
import io.kleaner.supervisor.cleaner.WorkEvents;
import io.kleaner.supervisor.cleaner.Workers;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.metrics.Exported;
import io.kleaner.supervisor.metrics.Metric;
import io.kleaner.supervisor.metrics.Metrics;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns the supervisor's latest snapshot into metrics, when someone asks for them. Thread-safe: one
 * refresh at a time, and none twice for one snapshot.
 */
final class MetricsFeed {

  private static final double MS = 1_000.0;

  private final Supervisor<Snapshot> supervisor;
  private final Chronicle chronicle;
  private final ScanReport report;
  private final Throttle throttle;
  private final AlertDispatcher dispatcher;
  private final WorkEvents events;
  private final ServedDirs served;
  private final Metrics metrics = new Metrics();
  private long shownTick = -1;

  MetricsFeed(
      Supervisor<Snapshot> supervisor,
      Chronicle chronicle,
      ScanReport report,
      Throttle throttle,
      AlertDispatcher dispatcher,
      Workers crew,
      WorkEvents events,
      ServedDirs served,
      List<Path> logDirs) {
    this.supervisor = supervisor;
    this.chronicle = chronicle;
    this.report = report;
    this.throttle = throttle;
    this.dispatcher = dispatcher;
    this.events = events;
    this.served = served;
    String version = MetricsFeed.class.getPackage().getImplementationVersion();
    metrics.set(Metric.BUILD_INFO, 1, version == null ? "development" : version);
    metrics.kafka(
        new BrokerNames(supervisor, crew).view(logDirs.stream().map(served::realOf).toList()));
  }

  Metrics metrics() {
    return metrics;
  }

  /** The metrics as of the latest snapshot. */
  synchronized Metrics refreshed() {
    Snapshot snapshot = supervisor.snapshot();
    if (snapshot.ticks() != shownTick) {
      shownTick = snapshot.ticks();
      partitions(snapshot);
      workers(snapshot);
      logDirs(snapshot);
      service(snapshot);
    }
    return metrics;
  }

  private void partitions(Snapshot snapshot) {
    List<PartitionState> shown =
        Exported.of(
            snapshot.partitions(),
            state -> state.hold().isPresent(),
            state -> state.finding().dirtyRatio());
    metrics.set(Metric.PARTITIONS_NOT_EXPORTED, snapshot.partitions().size() - shown.size());
    Map<Metric, Set<List<String>>> kept = new EnumMap<>(Metric.class);
    for (Metric metric : Metric.values()) {
      if (metric.isPerPartition()) {
        kept.put(metric, new HashSet<>());
      }
    }
    shown.forEach(state -> partition(state, kept));
    progress(snapshot, kept);
    kept.forEach(metrics::retain);
    Map<List<String>, Integer> counts = new HashMap<>();
    snapshot
        .partitions()
        .forEach(
            state ->
                counts.merge(
                    List.of(state.id().logDir().toString(), Views.text(state.status())),
                    1,
                    Integer::sum));
    counts.forEach(
        (labels, count) -> metrics.set(Metric.PARTITIONS, count, labels.get(0), labels.get(1)));
    metrics.retain(Metric.PARTITIONS, counts.keySet());
  }

  private void partition(PartitionState state, Map<Metric, Set<List<String>>> kept) {
    Finding finding = state.finding();
    String logDir = state.id().logDir().toString();
    String topic = state.id().partition().topic();
    String number = Integer.toString(state.id().partition().partition());
    Setter set =
        (metric, value) -> {
          metrics.set(metric, value, logDir, topic, number);
          kept.get(metric).add(List.of(logDir, topic, number));
        };
    String status = Views.text(state.status());
    metrics.set(Metric.PARTITION_STATE, 1, logDir, topic, number, status);
    kept.get(Metric.PARTITION_STATE).add(List.of(logDir, topic, number, status));
    labelled(kept, Metric.PARTITION_ELIGIBILITY, logDir, topic, number, finding.why());
    state
        .hold()
        .filter(Hold::isQuarantine)
        .ifPresent(
            hold ->
                labelled(
                    kept, Metric.PARTITION_QUARANTINE, logDir, topic, number, hold.cause().text()));
    if (state.failures() > 0) {
      set.to(Metric.PARTITION_FAILURES, state.failures());
    }
    if (finding.logEndOffset() < 0) {
      return;
    }
    set.to(Metric.PARTITION_SIZE_BYTES, finding.sizeBytes());
    set.to(Metric.PARTITION_END_OFFSET, finding.logEndOffset());
    if (finding.firstDirtyOffset() >= 0) {
      set.to(Metric.PARTITION_DIRTY_BYTES, finding.dirtyBytes());
      set.to(Metric.PARTITION_DIRTY_RATIO, finding.dirtyRatio());
      set.to(Metric.PARTITION_FIRST_DIRTY_OFFSET, finding.firstDirtyOffset());
    }
    Optional<LastClean> last = state.lastClean();
    if (last.isPresent()) {
      set.to(Metric.PARTITION_LAST_CLEAN_TIMESTAMP_SECONDS, last.get().atMs() / MS);
      if (last.get().bytesBefore() > 0) {
        double freed = 1 - (double) last.get().bytesAfter() / last.get().bytesBefore();
        set.to(Metric.PARTITION_RECLAIMABLE_BYTES, Math.max(0, freed * finding.dirtyBytes()));
      }
    }
  }

  private void labelled(Map<Metric, Set<List<String>>> kept, Metric metric, String... labelValues) {
    metrics.set(metric, 1, labelValues);
    kept.get(metric).add(List.of(labelValues));
  }

  /** Of those that clean now: as many series as there are workers. */
  private void progress(Snapshot snapshot, Map<Metric, Set<List<String>>> kept) {
    for (WorkerCare.WorkerSeen worker : snapshot.workers()) {
      if (worker.sample().progress() >= 0 && worker.sample().partition().isPresent()) {
        PartitionId id = worker.sample().partition().get();
        List<String> labels =
            List.of(
                id.logDir().toString(),
                id.partition().topic(),
                Integer.toString(id.partition().partition()));
        metrics.set(
            Metric.PARTITION_PROGRESS_RATIO,
            worker.sample().progress(),
            labels.toArray(new String[0]));
        kept.get(Metric.PARTITION_PROGRESS_RATIO).add(labels);
      }
    }
  }

  private interface Setter {
    void to(Metric metric, double value);

    default void to(Metric metric, long value) {
      to(metric, (double) value);
    }
  }

  private void workers(Snapshot snapshot) {
    Set<List<String>> states = new HashSet<>();
    for (WorkerCare.WorkerSeen worker : snapshot.workers()) {
      String id = worker.sample().id();
      String state = Views.workerState(worker);
      states.add(List.of(id, state));
      metrics.set(Metric.WORKER_STATE, 1, id, state);
      metrics.set(Metric.WORKER_HEARTBEAT_AGE_SECONDS, worker.sample().sinceProgressMs() / MS, id);
      metrics.set(Metric.WORKER_RESTARTS, worker.restarts(), id);
      metrics.set(Metric.WORKER_READ_BYTES, worker.sample().bytesRead(), id);
      metrics.set(Metric.WORKER_WRITTEN_BYTES, worker.sample().bytesWritten(), id);
    }
    metrics.retain(Metric.WORKER_STATE, states);
  }

  private void logDirs(Snapshot snapshot) {
    Set<List<String>> filling = new HashSet<>();
    Set<List<String>> lagging = new HashSet<>();
    Set<List<String>> known = new HashSet<>();
    for (LogDirCare.LogDirSeen seen : snapshot.logDirs()) {
      String dir = seen.sample().logDir().toString();
      if (seen.isKnown()) {
        known.add(List.of(dir));
        metrics.set(Metric.LOG_DIR_DIRTY_BYTES, seen.sample().dirtyBytes(), dir);
      }
      if (seen.sample().freeBytes() >= 0) {
        metrics.set(Metric.LOG_DIR_FREE_BYTES, seen.sample().freeBytes(), dir);
      }
      metrics.set(Metric.LOG_DIR_SCAN_AGE_SECONDS, seen.scanAgeMs() / MS, dir);
      served
          .named(seen.sample().logDir())
          .ifPresent(
              taken ->
                  metrics.set(
                      Metric.LOG_DIR_CHECKPOINTS_WAITING, taken.checkpoints().waiting(), dir));
      if (seen.sample().lagLimitInMs().isPresent()) {
        lagging.add(List.of(dir));
        metrics.set(
            Metric.LOG_DIR_LAG_LIMIT_IN_SECONDS,
            seen.sample().lagLimitInMs().getAsLong() / MS,
            dir);
      }
      if (seen.fullInMs().isPresent()) {
        filling.add(List.of(dir));
        metrics.set(Metric.LOG_DIR_FULL_IN_SECONDS, seen.fullInMs().getAsLong() / MS, dir);
      }
    }
    metrics.retain(Metric.LOG_DIR_DIRTY_BYTES, known);
    metrics.retain(Metric.LOG_DIR_FULL_IN_SECONDS, filling);
    metrics.retain(Metric.LOG_DIR_LAG_LIMIT_IN_SECONDS, lagging);
  }

  private void service(Snapshot snapshot) {
    metrics.set(Metric.CLEANS, snapshot.totals().get(0));
    metrics.set(Metric.CLEAN_FAILURES, snapshot.totals().get(1));
    metrics.set(Metric.READ_BYTES, snapshot.totals().get(2));
    metrics.set(Metric.WRITTEN_BYTES, snapshot.totals().get(3));
    metrics.set(Metric.RECLAIMED_BYTES, snapshot.totals().get(4));
    for (Incident.Kind kind : Incident.Kind.values()) {
      String label = kind.name().toLowerCase(java.util.Locale.ROOT);
      metrics.set(Metric.INCIDENTS, chronicle.count(kind), label);
      if (kind.isRemedy()) {
        metrics.set(Metric.REMEDIES, chronicle.count(kind), label);
      }
    }
    metrics.set(Metric.REMEDIES_ENABLED, chronicle.journal().isKept() ? 1 : 0);
    metrics.set(Metric.ALERTS_FIRING, Views.alertsFiring(snapshot.alerts()));
    for (AlertSink.Status sink : dispatcher.status()) {
      metrics.set(Metric.ALERTS_DELIVERED, sink.delivered(), sink.name());
      metrics.set(Metric.ALERTS_FAILED, sink.failed() + sink.dropped(), sink.name());
    }
    metrics.set(Metric.NEWS_LOST, events.dropped());
    metrics.set(Metric.INCIDENTS_LOST, chronicle.journal().dropped());
    metrics.set(Metric.SCAN_DURATION_SECONDS, report.tookMs() / MS);
    metrics.set(Metric.SUPERVISOR_LOOP_LAG_SECONDS, snapshot.lagMs() / MS);
    metrics.set(Metric.SUPERVISOR_LOOPS, snapshot.ticks());
    if (throttle.bytesPerSecond() == Throttle.UNLIMITED) {
      metrics.retain(Metric.THROTTLE_BYTES_PER_SECOND, Set.of());
    } else {
      metrics.set(Metric.THROTTLE_BYTES_PER_SECOND, throttle.bytesPerSecond());
    }
  }
}
