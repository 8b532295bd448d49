// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.alert.Alert;
import io.kleaner.supervisor.cleaner.Finding;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.LastClean;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.judge.Standing;
import io.kleaner.supervisor.probe.WorkerSample;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What is known, in the maps that become the API's JSON; names are stable. */
public final class Views {

  private Views() {}

  static Map<String, Object> worker(WorkerCare.WorkerSeen seen) {
    WorkerSample sample = seen.sample();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", sample.id());
    map.put("state", workerState(seen));
    map.put("verdict", seen.verdict().name());
    map.put("evidence", seen.verdict().evidence());
    map.put("verdictAgeMs", seen.standing().ageMs());
    map.put("partition", sample.partition().map(id -> id.partition().toString()).orElse(""));
    map.put("logDir", sample.partition().map(id -> id.logDir().toString()).orElse(""));
    map.put("phase", sample.phase());
    map.put("heartbeatAgeMs", sample.sinceProgressMs());
    map.put("batches", sample.batches());
    map.put("offset", sample.offset());
    map.put("progress", sample.progress());
    map.put("bytesRead", sample.bytesRead());
    map.put("bytesWritten", sample.bytesWritten());
    map.put("restarts", seen.restarts());
    return map;
  }

  static String workerState(WorkerCare.WorkerSeen seen) {
    WorkerSample sample = seen.sample();
    if (!sample.alive()) {
      return "dead";
    }
    if (seen.verdict() instanceof io.kleaner.supervisor.judge.Verdict.Hung) {
      return "hung";
    }
    if (sample.throttled()) {
      return "throttled";
    }
    return sample.idle() ? "idle" : "working";
  }

  static Map<String, Object> partition(PartitionState state) {
    Finding finding = state.finding();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("partition", state.id().partition().toString());
    map.put("topic", state.id().partition().topic());
    map.put("number", state.id().partition().partition());
    map.put("logDir", state.id().logDir().toString());
    map.put("state", text(state.status()));
    map.put("reason", state.reason());
    map.put("why", state.hold().map(hold -> hold.cause().text()).orElse(state.finding().why()));
    map.put("nextStep", state.hold().map(Hold::nextStep).orElse(""));
    map.put("dirtyRatio", finding.dirtyRatio());
    map.put("dirtyBytes", finding.dirtyBytes());
    map.put("sizeBytes", finding.sizeBytes());
    map.put("firstDirtyOffset", finding.firstDirtyOffset());
    map.put("upperBoundOffset", finding.upperBoundOffset());
    map.put("logEndOffset", finding.logEndOffset());
    map.put("overdue", finding.overdue());
    map.put("eligibleAtMs", finding.eligibleAtMs().orElse(-1));
    map.put("seenAtMs", finding.atMs());
    map.put("worker", state.holder().orElse(""));
    map.put("failures", state.failures());
    map.put("retryAtMs", retryAtMs(state));
    map.put("cleans", state.cleans());
    map.put("lastCleanAtMs", state.lastClean().map(LastClean::atMs).orElse(-1L));
    map.put(
        "lastReclaimedBytes",
        state.lastClean().map(clean -> clean.bytesBefore() - clean.bytesAfter()).orElse(0L));
    return map;
  }

  /** A partition, with what is thought of it and for how long. */
  static Map<String, Object> partition(PartitionState state, Optional<Standing> standing) {
    Map<String, Object> map = partition(state);
    map.put("verdict", standing.map(each -> each.verdict().name()).orElse("unknown"));
    map.put("evidence", standing.map(each -> each.verdict().evidence()).orElse(""));
    map.put("verdictAgeMs", standing.map(Standing::ageMs).orElse(-1L));
    return map;
  }

  private static long retryAtMs(PartitionState state) {
    return state.hold().map(Hold::untilMs).filter(until -> until != Hold.RELEASED_ONLY).orElse(-1L);
  }

  static Map<String, Object> logDir(LogDirCare.LogDirSeen seen) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("logDir", seen.sample().logDir().toString());
    map.put("verdict", seen.verdict().name());
    map.put("evidence", seen.verdict().evidence());
    map.put("verdictAgeMs", seen.standing().ageMs());
    map.put("partitions", seen.sample().partitions());
    map.put("quarantined", seen.sample().quarantined());
    map.put("dirtyBytes", seen.sample().dirtyBytes());
    map.put("cleanedBytes", seen.sample().dirt().cleanedBytes());
    map.put("freeBytes", seen.sample().freeBytes());
    map.put(
        "scanAgeMs", seen.sample().scanAgeMs() == Long.MAX_VALUE ? -1 : seen.sample().scanAgeMs());
    map.put("fullInMs", seen.fullInMs().orElse(-1));
    return map;
  }

  /** An alert. */
  public static Map<String, Object> alert(Alert alert) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", alert.id());
    map.put("rule", alert.rule());
    map.put("subject", alert.subject());
    map.put("severity", alert.severity().name().toLowerCase(Locale.ROOT));
    map.put("state", alert.state().name().toLowerCase(Locale.ROOT));
    map.put("summary", alert.summary());
    map.put("evidence", alert.evidence());
    map.put("nextStep", alert.nextStep());
    map.put("sinceMs", alert.sinceMs());
    map.put("firedAtMs", alert.firedAtMs());
    map.put("lastSeenMs", alert.lastSeenMs());
    map.put("occurrences", alert.occurrences());
    return map;
  }

  /** Enough to see that something moved. */
  static Map<String, Object> pulse(Snapshot snapshot) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("atMs", snapshot.atMs());
    map.put("tick", snapshot.ticks());
    map.put("partitions", snapshot.partitions().size());
    map.put("byState", byState(snapshot));
    map.put("alertsFiring", alertsFiring(snapshot.alerts()));
    return map;
  }

  static Map<String, Object> byState(Snapshot snapshot) {
    Map<PartitionStatus, Integer> counts = new EnumMap<>(PartitionStatus.class);
    snapshot.partitions().forEach(state -> counts.merge(state.status(), 1, Integer::sum));
    Map<String, Object> map = new LinkedHashMap<>();
    counts.forEach((status, count) -> map.put(text(status), count));
    return map;
  }

  static long alertsFiring(List<Alert> alerts) {
    return alerts.stream().filter(alert -> alert.state() == Alert.State.FIRING).count();
  }

  static String text(PartitionStatus status) {
    return status.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
