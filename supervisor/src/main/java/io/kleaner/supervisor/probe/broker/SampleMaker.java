// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes one sample of what the probes saw. Pure. */
final class SampleMaker {

  private final long nowMs;
  private final Seen<JmxView> jmx;
  private final Seen<AdminView> admin;
  private final Seen<CleanerLog> log;
  private final Map<Path, Seen<LogDirView>> logDirs;
  private final Map<TopicPartition, LogEvent.MarkedUncleanable> uncleanable = new HashMap<>();
  private final Map<TopicPartition, BrokerPartition.LastClean> lastCleans = new HashMap<>();

  SampleMaker(
      long nowMs,
      Seen<JmxView> jmx,
      Seen<AdminView> admin,
      Seen<CleanerLog> log,
      Map<Path, Seen<LogDirView>> logDirs) {
    this.nowMs = nowMs;
    this.jmx = jmx;
    this.admin = admin;
    this.log = log;
    this.logDirs = logDirs;
  }

  BrokerSample make() {
    readLog();
    SortedMap<Path, Seen<LogDirFacts>> dirs = new TreeMap<>();
    logDirs.forEach((dir, view) -> dirs.put(dir, view.map(LogDirView::facts)));
    return new BrokerSample(
        nowMs,
        broker(),
        jmx.map(JmxView::threads),
        jmx.map(JmxView::gauges),
        config(),
        log,
        partitions(),
        dirs);
  }

  private Seen<BrokerConfig> config() {
    return admin instanceof Seen.Known<AdminView> known
        ? known.value().config()
        : ((Seen.Missing<AdminView>) admin).as();
  }

  /** In the order of their times; a broker that starts has forgotten its marks. */
  private void readLog() {
    for (LogEvent event : log.get().map(CleanerLog::events).orElse(List.of())) {
      if (event instanceof LogEvent.BrokerStarted) {
        uncleanable.clear();
      } else if (event instanceof LogEvent.MarkedUncleanable marked) {
        uncleanable.put(marked.partition(), marked);
      } else if (event instanceof LogEvent.Cleaned cleaned) {
        uncleanable.remove(cleaned.partition());
        lastCleans.put(
            cleaned.partition(), new BrokerPartition.LastClean(cleaned.atMs(), Source.BROKER_LOG));
      }
    }
    OptionalLong started =
        jmx.get().map(view -> view.broker().startedAtMs()).orElse(OptionalLong.empty());
    if (started.isPresent()) {
      uncleanable.values().removeIf(marked -> marked.atMs() < started.getAsLong());
    }
  }

  private Seen<BrokerIdentity> broker() {
    Optional<BrokerIdentity> byAdmin = admin.get().map(AdminView::broker);
    Optional<BrokerIdentity> byJmx = jmx.get().map(JmxView::broker);
    Optional<LogDirFacts> byDir =
        logDirs.values().stream()
            .flatMap(view -> view.get().stream())
            .map(LogDirView::facts)
            .filter(facts -> facts.nodeId().isPresent())
            .findFirst();
    Optional<String> byLog = log.get().flatMap(CleanerLog::version);
    if (byAdmin.isEmpty() && byJmx.isEmpty() && byDir.isEmpty() && byLog.isEmpty()) {
      return admin.map(AdminView::broker).or(jmx.map(JmxView::broker));
    }
    OptionalInt node =
        byAdmin
            .map(BrokerIdentity::nodeId)
            .or(() -> byDir.map(LogDirFacts::nodeId))
            .or(() -> byJmx.map(BrokerIdentity::nodeId))
            .orElse(OptionalInt.empty());
    return Seen.known(
        new BrokerIdentity(
            node,
            byAdmin
                .flatMap(BrokerIdentity::clusterId)
                .or(() -> byDir.flatMap(LogDirFacts::clusterId)),
            byAdmin.flatMap(BrokerIdentity::address),
            byJmx.flatMap(BrokerIdentity::version).or(() -> byLog),
            byJmx.map(BrokerIdentity::startedAtMs).orElse(OptionalLong.empty()),
            byJmx.map(BrokerIdentity::pid).orElse(OptionalLong.empty()),
            byJmx.map(BrokerIdentity::maxHeapBytes).orElse(OptionalLong.empty()),
            byAdmin.map(BrokerIdentity::clusterNodes).orElse(List.of())),
        nowMs);
  }

  private SortedMap<TopicPartition, BrokerPartition> partitions() {
    Map<TopicPartition, AdminPartition> byAdmin =
        admin.get().map(AdminView::partitions).orElse(Map.of());
    Map<TopicPartition, PartitionView> byFiles = new HashMap<>();
    logDirs.values().forEach(view -> view.get().ifPresent(v -> byFiles.putAll(v.partitions())));
    SortedMap<TopicPartition, BrokerPartition> all = new TreeMap<>();
    byAdmin.forEach(
        (partition, says) ->
            all.put(
                partition,
                partition(
                    partition, Optional.of(says), Optional.ofNullable(byFiles.get(partition)))));
    byFiles.forEach(
        (partition, files) -> {
          if (!all.containsKey(partition)) {
            all.put(partition, partition(partition, Optional.empty(), Optional.of(files)));
          }
        });
    return all;
  }

  private BrokerPartition partition(
      TopicPartition partition, Optional<AdminPartition> says, Optional<PartitionView> files) {
    Optional<BrokerPartition.LastClean> last = Optional.ofNullable(lastCleans.get(partition));
    OptionalLong moved = files.map(PartitionView::checkpointMovedMs).orElse(OptionalLong.empty());
    if (moved.isPresent() && (last.isEmpty() || last.get().atMs() < moved.getAsLong())) {
      last =
          last.isPresent() && moved.getAsLong() - last.get().atMs() < 60_000
              ? last
              : Optional.of(new BrokerPartition.LastClean(moved.getAsLong(), Source.LOG_DIR));
    }
    return new BrokerPartition(
        partition,
        says.map(AdminPartition::config).orElseGet(this::notListed),
        says.map(AdminPartition::offsets).orElseGet(this::notListed),
        says.map(AdminPartition::replication).orElseGet(this::notListed),
        files.map(PartitionView::files).orElseGet(this::noFiles),
        transactions(says, files),
        files.map(PartitionView::reclaimable).orElseGet(this::noFiles),
        files.map(PartitionView::ahead).orElseGet(this::noFiles),
        last,
        Optional.ofNullable(uncleanable.get(partition)));
  }

  /** What the broker says; the files know only those that began below the active segment. */
  private Seen<List<OpenTransaction>> transactions(
      Optional<AdminPartition> says, Optional<PartitionView> files) {
    Seen<List<OpenTransaction>> asked =
        says.map(AdminPartition::transactions).orElseGet(this::notListed);
    if (asked instanceof Seen.Known) {
      return asked;
    }
    return files
        .map(PartitionView::pinnedBy)
        .filter(pinned -> pinned.get().filter(each -> !each.isEmpty()).isPresent())
        .orElse(asked);
  }

  private <T> Seen<T> notListed() {
    if (admin instanceof Seen.Missing<AdminView> missing) {
      return missing.as();
    }
    if (admin.get().orElseThrow().topics() instanceof Seen.Missing<Integer> missing) {
      return missing.as();
    }
    return Seen.missing(Source.ADMIN, "the cluster lists no replica of it on this broker");
  }

  private <T> Seen<T> noFiles() {
    for (Seen<LogDirView> view : logDirs.values()) {
      if (view instanceof Seen.Missing<LogDirView> missing) {
        return missing.as();
      }
    }
    return logDirs.isEmpty()
        ? Seen.notAsked(Source.LOG_DIR)
        : Seen.missing(Source.LOG_DIR, "none of the named log directories holds it");
  }
}
