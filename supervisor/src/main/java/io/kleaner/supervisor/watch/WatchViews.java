// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.Standing;
import io.kleaner.supervisor.judge.broker.GaugeReading;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.judge.broker.PartitionVerdict;
import io.kleaner.supervisor.judge.broker.SourceState;
import io.kleaner.supervisor.judge.broker.ThreadVerdict;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.LogDirFacts;
import io.kleaner.supervisor.probe.broker.LogEvent;
import io.kleaner.supervisor.probe.broker.OpenTransaction;
import io.kleaner.supervisor.probe.broker.PartitionFiles;
import io.kleaner.supervisor.probe.broker.Replication;
import io.kleaner.supervisor.probe.broker.Seen;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What is known of a broker, in the maps that become the API's JSON; names are stable. */
final class WatchViews {

  private WatchViews() {}

  static Map<String, Object> thread(ThreadVerdict thread, Optional<Standing> standing) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", thread.name());
    map.put("threadId", thread.id().orElse(-1));
    map.put("state", thread.state());
    map.put("verdict", thread.verdict().name());
    map.put("evidence", thread.verdict().evidence());
    map.put("verdictAgeMs", standing.map(Standing::ageMs).orElse(-1L));
    map.put("partition", thread.partition().map(TopicPartition::toString).orElse(""));
    map.put("logDir", "");
    map.put("phase", thread.state());
    map.put("heartbeatAgeMs", thread.sinceProgressMs());
    map.put("bytesRead", -1);
    map.put("bytesWritten", -1);
    map.put("restarts", -1);
    return map;
  }

  static Map<String, Object> partition(
      PartitionVerdict verdict, BrokerPartition partition, Judgement judgement) {
    Optional<PartitionFiles> files = partition.files().get();
    long nowMs = judgement.sample().atMs();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("partition", verdict.partition().toString());
    map.put("topic", verdict.partition().topic());
    map.put("number", verdict.partition().partition());
    map.put("logDir", files.map(each -> String.valueOf(each.dir().getParent())).orElse(""));
    map.put("state", verdict.state());
    map.put("reason", verdict.reason());
    map.put(
        "nextStep",
        judgement.of(verdict.partition()).stream()
            .findFirst()
            .map(each -> each.advice())
            .orElse(""));
    map.put("dirtyRatio", files.map(PartitionFiles::dirtyRatio).orElse(-1.0));
    map.put("dirtyBytes", files.map(PartitionFiles::dirtyBytes).orElse(-1L));
    map.put("sizeBytes", files.map(PartitionFiles::sizeBytes).orElse(-1L));
    map.put("firstDirtyOffset", files.map(PartitionFiles::firstDirtyOffset).orElse(-1L));
    map.put(
        "firstUncleanableOffset",
        files.map(each -> each.firstUncleanableOffset().orElse(-1)).orElse(-1L));
    map.put("upperBoundOffset", map.get("firstUncleanableOffset"));
    map.put("logEndOffset", files.map(PartitionFiles::logEndOffset).orElse(-1L));
    map.put("overdue", files.filter(f -> f.eligibility().overdueSinceMs().isPresent()).isPresent());
    map.put("eligibleAtMs", files.map(f -> f.eligibility().eligibleAtMs().orElse(-1)).orElse(-1L));
    map.put(
        "seenAtMs",
        partition.files() instanceof Seen.Known<PartitionFiles> known ? known.atMs() : -1L);
    map.put("lastCleanAtMs", partition.lastClean().map(each -> each.atMs()).orElse(-1L));
    map.put("lastCleanAgeMs", partition.lastClean().map(each -> nowMs - each.atMs()).orElse(-1L));
    map.put(
        "reclaimableBytesEstimate",
        partition.reclaimable().get().map(each -> each.bytes()).orElse(-1L));
    map.put("sinceMs", verdict.sinceMs());
    map.put(
        "uncleanableLine",
        partition.uncleanable().map(LogEvent.MarkedUncleanable::line).orElse(""));
    map.put(
        "uncleanableSinceMs",
        partition.uncleanable().map(LogEvent.MarkedUncleanable::atMs).orElse(-1L));
    map.put(
        "openTransactions",
        partition.transactions().get().orElse(List.of()).stream()
            .map(each -> transaction(each, nowMs))
            .toList());
    map.put(
        "outOfSync",
        partition.replication().get().map(Replication::outOfSyncSinceMs).orElse(Map.of()));
    return map;
  }

  private static Map<String, Object> transaction(OpenTransaction transaction, long nowMs) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("producerId", transaction.producerId());
    map.put("producerEpoch", transaction.producerEpoch());
    map.put("transactionalId", transaction.transactionalId().orElse(""));
    map.put("startOffset", transaction.startOffset());
    map.put("ageMs", transaction.ageMs(nowMs));
    return map;
  }

  static Map<String, Object> source(SourceState state) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("source", state.source().name().toLowerCase(Locale.ROOT));
    map.put("option", state.source().option());
    map.put("state", state.kind() == SourceState.Kind.KNOWN ? "known" : "unknown");
    map.put("asked", state.kind() != SourceState.Kind.NOT_ASKED);
    map.put("why", state.why());
    map.put("wouldAdd", state.source().wouldAdd());
    map.put("ageMs", state.ageMs());
    return map;
  }

  static Map<String, Object> gauge(GaugeReading gauge) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", gauge.name());
    map.put("stock", number(gauge.stock()));
    map.put("corrected", number(gauge.corrected()));
    map.put("misleads", gauge.misleads());
    map.put("why", gauge.why());
    return map;
  }

  /** What is not known is {@code "unknown"}, never a number. */
  private static Object number(OptionalDouble value) {
    return value.isPresent() ? (Object) value.getAsDouble() : "unknown";
  }

  static Map<String, Object> logDir(Path dir, Seen<LogDirFacts> facts, Judgement judgement) {
    List<PartitionFiles> files =
        judgement.sample().partitions().values().stream()
            .flatMap(each -> each.files().get().stream())
            .filter(each -> each.dir().startsWith(dir))
            .toList();
    boolean odd =
        judgement.diagnoses().stream().anyMatch(each -> each.subject().equals(dir.toString()));
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("logDir", dir.toString());
    map.put("verdict", facts.get().isEmpty() ? "unknown" : odd ? "degraded" : "healthy");
    map.put(
        "evidence",
        facts instanceof Seen.Missing<LogDirFacts> missing ? missing.why() : "looked at");
    map.put("partitions", facts.get().map(LogDirFacts::partitions).orElse(0));
    map.put(
        "quarantined",
        judgement.partitions().stream()
            .filter(each -> each.state().equals("quarantined"))
            .map(each -> judgement.sample().partitions().get(each.partition()))
            .flatMap(each -> each.files().get().stream())
            .filter(each -> each.dir().startsWith(dir))
            .count());
    map.put("dirtyBytes", files.stream().mapToLong(PartitionFiles::dirtyBytes).sum());
    map.put("freeBytes", facts.get().map(LogDirFacts::usableBytes).orElse(-1L));
    long ageMs = facts.ageMs(judgement.sample().atMs());
    map.put("scanAgeMs", ageMs == Long.MAX_VALUE ? -1 : ageMs);
    // Absent, not a number, while nothing tells.
    Optional.ofNullable(judgement.fullInMs().get(dir)).ifPresent(ms -> map.put("fullInMs", ms));
    return map;
  }
}
