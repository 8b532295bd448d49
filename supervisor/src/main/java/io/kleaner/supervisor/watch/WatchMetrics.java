// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.alert.Alert;
import io.kleaner.supervisor.alert.AlertSink;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.broker.Diagnosis;
import io.kleaner.supervisor.judge.broker.GaugeReading;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.judge.broker.PartitionVerdict;
import io.kleaner.supervisor.judge.broker.SourceState;
import io.kleaner.supervisor.judge.broker.ThreadVerdict;
import io.kleaner.supervisor.metrics.Exported;
import io.kleaner.supervisor.metrics.Metric;
import io.kleaner.supervisor.metrics.Metrics;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.BrokerProbes;
import io.kleaner.supervisor.probe.broker.LogDirFacts;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.Supervisor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Turns the latest snapshot of a broker into metrics, when someone asks. Thread-safe. */
final class WatchMetrics {

  /** Of partitions that nobody cleans before something is done about them. */
  private static final Set<String> LEFT_ALONE = Set.of("quarantined", "uncleanable");

  private static final double MS = 1_000.0;

  private final Supervisor<WatchSnapshot> supervisor;
  private final Chronicle chronicle;
  private final WatchSetup setup;
  private final BrokerProbes probes;
  private final Metrics metrics = new Metrics();
  private long shownTick = -1;

  WatchMetrics(
      Supervisor<WatchSnapshot> supervisor,
      Chronicle chronicle,
      WatchSetup setup,
      BrokerProbes probes) {
    this.supervisor = supervisor;
    this.chronicle = chronicle;
    this.setup = setup;
    this.probes = probes;
    String version = WatchMetrics.class.getPackage().getImplementationVersion();
    metrics.set(Metric.BUILD_INFO, 1, version == null ? "development" : version);
  }

  Metrics metrics() {
    return metrics;
  }

  synchronized Metrics refreshed() {
    WatchSnapshot snapshot = supervisor.snapshot();
    if (snapshot.tick().ticks() != shownTick) {
      shownTick = snapshot.tick().ticks();
      threads(snapshot.judgement());
      partitions(snapshot.judgement());
      broker(snapshot.judgement());
      service(snapshot);
    }
    return metrics;
  }

  private void threads(Judgement judgement) {
    Set<List<String>> states = new HashSet<>();
    Set<List<String>> ages = new HashSet<>();
    for (ThreadVerdict thread : judgement.threads()) {
      states.add(List.of(thread.name(), thread.state()));
      metrics.set(Metric.BROKER_CLEANER_THREAD_STATE, 1, thread.name(), thread.state());
      if (thread.sinceProgressMs() >= 0) {
        ages.add(List.of(thread.name()));
        metrics.set(
            Metric.BROKER_CLEANER_THREAD_PROGRESS_AGE_SECONDS,
            thread.sinceProgressMs() / MS,
            thread.name());
      }
    }
    metrics.retain(Metric.BROKER_CLEANER_THREAD_STATE, states);
    metrics.retain(Metric.BROKER_CLEANER_THREAD_PROGRESS_AGE_SECONDS, ages);
    metrics.set(Metric.BROKER_CLEANER_RECENT_DEATHS, judgement.recentDeaths().size());
    boolean known = judgement.threads().stream().noneMatch(t -> t.state().equals("unknown"));
    if (known && !judgement.threads().isEmpty()) {
      metrics.set(Metric.BROKER_CLEANER_DEAD_THREADS, judgement.dead());
    } else {
      metrics.retain(Metric.BROKER_CLEANER_DEAD_THREADS, Set.of());
    }
  }

  private void partitions(Judgement judgement) {
    Map<Metric, Set<List<String>>> kept = new HashMap<>();
    Map<List<String>, Integer> counts = new HashMap<>();
    for (PartitionVerdict verdict : judgement.partitions()) {
      counts.merge(List.of(dir(seen(judgement, verdict)), verdict.state()), 1, Integer::sum);
    }
    List<PartitionVerdict> shown =
        Exported.of(
            judgement.partitions(),
            verdict -> LEFT_ALONE.contains(verdict.state()),
            verdict ->
                seen(judgement, verdict).files().get().map(f -> f.dirtyRatio()).orElse(-1.0));
    for (PartitionVerdict verdict : shown) {
      BrokerPartition partition = seen(judgement, verdict);
      partition(verdict, partition, dir(partition), kept);
    }
    for (Metric metric : Metric.values()) {
      if (metric.isPerPartition()) {
        metrics.retain(metric, kept.getOrDefault(metric, Set.of()));
      }
    }
    metrics.set(Metric.PARTITIONS_NOT_EXPORTED, judgement.partitions().size() - shown.size());
    counts.forEach(
        (labels, count) -> metrics.set(Metric.PARTITIONS, count, labels.get(0), labels.get(1)));
    metrics.retain(Metric.PARTITIONS, counts.keySet());
  }

  private static BrokerPartition seen(Judgement judgement, PartitionVerdict verdict) {
    return judgement.sample().partitions().get(verdict.partition());
  }

  private static String dir(BrokerPartition partition) {
    return partition.files().get().map(f -> String.valueOf(f.dir().getParent())).orElse("");
  }

  private void partition(
      PartitionVerdict verdict,
      BrokerPartition partition,
      String dir,
      Map<Metric, Set<List<String>>> kept) {
    List<String> labels =
        List.of(
            dir, verdict.partition().topic(), Integer.toString(verdict.partition().partition()));
    set(
        kept,
        Metric.PARTITION_STATE,
        1,
        List.of(labels.get(0), labels.get(1), labels.get(2), verdict.state()));
    partition
        .files()
        .get()
        .ifPresent(
            files -> {
              set(kept, Metric.PARTITION_SIZE_BYTES, files.sizeBytes(), labels);
              set(kept, Metric.PARTITION_DIRTY_BYTES, files.dirtyBytes(), labels);
              set(kept, Metric.PARTITION_DIRTY_RATIO, files.dirtyRatio(), labels);
              set(kept, Metric.PARTITION_FIRST_DIRTY_OFFSET, files.firstDirtyOffset(), labels);
              set(kept, Metric.PARTITION_END_OFFSET, files.logEndOffset(), labels);
            });
    partition
        .reclaimable()
        .get()
        .ifPresent(each -> set(kept, Metric.BROKER_RECLAIMABLE_BYTES, each.bytes(), labels));
    partition
        .lastClean()
        .ifPresent(
            each ->
                set(kept, Metric.BROKER_LAST_CLEAN_TIMESTAMP_SECONDS, each.atMs() / MS, labels));
    partition
        .offsets()
        .get()
        .ifPresent(
            each -> set(kept, Metric.BROKER_LAST_STABLE_OFFSET_LAG, each.lastStableLag(), labels));
  }

  private void set(
      Map<Metric, Set<List<String>>> kept, Metric metric, double value, List<String> labels) {
    metrics.set(metric, value, labels.toArray(new String[0]));
    kept.computeIfAbsent(metric, each -> new HashSet<>()).add(labels);
  }

  private void set(
      Map<Metric, Set<List<String>>> kept, Metric metric, long value, List<String> labels) {
    set(kept, metric, (double) value, labels);
  }

  private void broker(Judgement judgement) {
    Set<List<String>> gauges = new HashSet<>();
    for (GaugeReading reading : judgement.gauges()) {
      reading
          .corrected()
          .ifPresent(
              value -> {
                gauges.add(List.of(reading.name()));
                metrics.set(Metric.BROKER_GAUGE_CORRECTED, value, reading.name());
              });
    }
    metrics.retain(Metric.BROKER_GAUGE_CORRECTED, gauges);
    for (SourceState source : judgement.sources()) {
      metrics.set(
          Metric.BROKER_SOURCE_KNOWN,
          source.kind() == SourceState.Kind.KNOWN ? 1 : 0,
          source.source().name().toLowerCase(Locale.ROOT));
    }
    Map<String, Integer> diagnoses = new HashMap<>();
    for (Diagnosis each : judgement.diagnoses()) {
      diagnoses.merge(each.ailment().rule(), 1, Integer::sum);
    }
    Set<List<String>> rules = new HashSet<>();
    diagnoses.forEach(
        (rule, count) -> {
          rules.add(List.of(rule));
          metrics.set(Metric.BROKER_DIAGNOSES, count, rule);
        });
    metrics.retain(Metric.BROKER_DIAGNOSES, rules);
    metrics.set(Metric.BROKER_REQUESTS_PER_MINUTE, probes.requestsPerMinute());
    judgement
        .sample()
        .logDirs()
        .forEach(
            (dir, facts) -> {
              Optional<LogDirFacts> known = facts.get();
              if (known.isPresent() && known.get().usableBytes() >= 0) {
                metrics.set(Metric.LOG_DIR_FREE_BYTES, known.get().usableBytes(), dir.toString());
              }
            });
  }

  private void service(WatchSnapshot snapshot) {
    if (!setup.policy().readOnly() && setup.targets().admin().isPresent()) {
      metrics.set(Metric.REMEDIES_ENABLED, chronicle.journal().isKept() ? 1 : 0);
    }
    for (Incident.Kind kind : Incident.Kind.values()) {
      metrics.set(Metric.INCIDENTS, chronicle.count(kind), kind.name().toLowerCase(Locale.ROOT));
    }
    Map<String, Integer> ended = new HashMap<>();
    Map<String, Integer> open = new HashMap<>();
    for (Ticket ticket : snapshot.tickets()) {
      (ticket.state().isOpen() ? open : ended)
          .merge(
              ticket.order().remedy().label()
                  + " "
                  + ticket.state().name().toLowerCase(Locale.ROOT),
              1,
              Integer::sum);
    }
    Set<List<String>> shown = new HashSet<>();
    open.putAll(ended);
    open.forEach(
        (key, count) -> {
          List<String> labels = List.of(key.split(" "));
          shown.add(labels);
          metrics.set(Metric.BROKER_REMEDIES, count, labels.get(0), labels.get(1));
        });
    metrics.retain(Metric.BROKER_REMEDIES, shown);
    metrics.set(
        Metric.ALERTS_FIRING,
        snapshot.tick().alerts().stream()
            .filter(each -> each.state() == Alert.State.FIRING)
            .count());
    for (AlertSink.Status sink : setup.dispatcher().status()) {
      metrics.set(Metric.ALERTS_DELIVERED, sink.delivered(), sink.name());
      metrics.set(Metric.ALERTS_FAILED, sink.failed() + sink.dropped(), sink.name());
    }
    metrics.set(Metric.SUPERVISOR_LOOP_LAG_SECONDS, snapshot.tick().lagMs() / MS);
    metrics.set(Metric.SUPERVISOR_LOOPS, snapshot.tick().ticks());
  }
}
