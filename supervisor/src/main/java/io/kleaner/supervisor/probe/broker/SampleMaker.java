// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes samples of what the probes saw. Keeps what it made of partitions as long as nobody says
 * anything new of them. Not thread-safe.
 */
final class SampleMaker {

  private final PartitionJoin join;
  private final LiftedMarks lifted = new LiftedMarks();
  private List<LogEvent> events = List.of();
  private OptionalLong startedAtMs = OptionalLong.empty();
  private LogMarks marks = LogMarks.of(events, startedAtMs);

  /**
   * What each source gave last, or why it didn't.
   *
   * @param nowMs milliseconds since the epoch
   * @param logDirs each directory's
   */
  record Views(
      long nowMs,
      Seen<JmxView> jmx,
      Seen<AdminView> admin,
      Seen<CleanerLog> log,
      Map<Path, Seen<LogDirView>> logDirs) {}

  SampleMaker(PartitionJoin join) {
    this.join = join;
  }

  BrokerSample make(Views views) {
    SortedMap<Path, Seen<LogDirFacts>> dirs = new TreeMap<>();
    views.logDirs.forEach((dir, view) -> dirs.put(dir, view.map(LogDirView::facts)));
    return new BrokerSample(
        views.nowMs,
        broker(views),
        views.jmx.map(JmxView::threads),
        views.jmx.map(JmxView::gauges),
        config(views.admin),
        views.log,
        join.join(says(views)),
        dirs);
  }

  private PartitionJoin.Says says(Views views) {
    List<Map<TopicPartition, PartitionView>> byFiles = new ArrayList<>();
    views.logDirs.values().forEach(dir -> dir.get().ifPresent(v -> byFiles.add(v.partitions())));
    return new PartitionJoin.Says(
        views.admin.get().map(AdminView::partitions).orElse(Map.of()),
        byFiles,
        notListed(views.admin),
        noFiles(views.logDirs.values()),
        lifted.without(marks(views), views.jmx, views.logDirs.values()));
  }

  /** Made anew where the log said more, or another JVM runs. */
  private LogMarks marks(Views views) {
    List<LogEvent> newest = views.log.get().map(CleanerLog::events).orElse(List.of());
    OptionalLong started =
        views.jmx.get().map(view -> view.broker().startedAtMs()).orElse(OptionalLong.empty());
    if (started.isEmpty()) {
      // That it does not answer now is no reason to believe marks of before its start again.
      started = startedAtMs;
    }
    if (newest != events || !started.equals(startedAtMs)) {
      events = newest;
      startedAtMs = started;
      marks = LogMarks.of(events, startedAtMs);
    }
    return marks;
  }

  private static Seen<BrokerConfig> config(Seen<AdminView> admin) {
    return admin instanceof Seen.Known<AdminView> known
        ? known.value().config()
        : ((Seen.Missing<AdminView>) admin).as();
  }

  private static Seen<BrokerIdentity> broker(Views views) {
    Optional<BrokerIdentity> byAdmin = views.admin.get().map(AdminView::broker);
    Optional<BrokerIdentity> byJmx = views.jmx.get().map(JmxView::broker);
    Optional<LogDirFacts> byDir =
        views.logDirs.values().stream()
            .flatMap(view -> view.get().stream())
            .map(LogDirView::facts)
            .filter(facts -> facts.nodeId().isPresent())
            .findFirst();
    Optional<String> byLog = views.log.get().flatMap(CleanerLog::version);
    if (byAdmin.isEmpty() && byJmx.isEmpty() && byDir.isEmpty() && byLog.isEmpty()) {
      return views.admin.map(AdminView::broker).or(views.jmx.map(JmxView::broker));
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
        views.nowMs);
  }

  private static Seen.Missing<?> notListed(Seen<AdminView> admin) {
    if (admin instanceof Seen.Missing<AdminView> missing) {
      return missing;
    }
    if (admin.get().orElseThrow().topics() instanceof Seen.Missing<Integer> missing) {
      return missing;
    }
    return new Seen.Missing<>(Source.ADMIN, "the cluster lists no replica of it on this broker");
  }

  private static Seen.Missing<?> noFiles(Collection<Seen<LogDirView>> logDirs) {
    for (Seen<LogDirView> view : logDirs) {
      if (view instanceof Seen.Missing<LogDirView> missing) {
        return missing;
      }
    }
    return new Seen.Missing<>(
        Source.LOG_DIR,
        logDirs.isEmpty()
            ? "no " + Source.LOG_DIR.option() + " was given"
            : "none of the named log directories holds it");
  }
}
