// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.time.Clock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * All probes of one broker, each on a thread of its own, and the sample that is made of what they
 * saw last. Thread-safe; {@link #sample} never waits for any of them.
 */
public final class BrokerProbes implements AutoCloseable {

  private static final long JMX_EVERY_MS = 1_000;
  private static final long ADMIN_EVERY_MS = 5_000;
  private static final long LOG_DIR_EVERY_MS = 2_000;
  private static final long BROKER_LOG_EVERY_MS = 500;
  private static final long PATIENCE_MS = 15_000;
  private static final long ADMIN_PATIENCE_MS = 30_000;

  /** Besides, very many partitions are looked at seldomer. */
  private static final long LOG_DIR_PATIENCE_MS =
      PATIENCE_MS + (Pace.SELDOMEST - 1) * LOG_DIR_EVERY_MS;

  private final Clock clock;
  private final Optional<Lookout<JmxView>> jmx;
  private final Optional<Lookout<AdminView>> admin;
  private final Optional<Lookout<CleanerLog>> log;
  private final Map<Path, Lookout<LogDirView>> logDirs = new LinkedHashMap<>();
  private final ReleaseGate gate;
  private final SampleMaker maker;

  /** Not started yet; nothing is connected or read. */
  public BrokerProbes(ProbeTargets targets, FileSystem fileSystem, Clock clock) {
    this(targets, fileSystem, clock, partition -> false, true);
  }

  /**
   * The same, for somebody who waits for some partitions: however many there are, all sources are
   * looked at as often as of few.
   *
   * @param asked those, whose files are looked at before all others
   */
  public BrokerProbes(
      ProbeTargets targets, FileSystem fileSystem, Clock clock, Predicate<TopicPartition> asked) {
    this(targets, fileSystem, clock, asked, false);
  }

  private BrokerProbes(
      ProbeTargets targets,
      FileSystem fileSystem,
      Clock clock,
      Predicate<TopicPartition> asked,
      boolean rests) {
    this.clock = clock;
    this.maker = new SampleMaker(new PartitionJoin(clock, rests ? PartitionJoin.AGAIN_MS : 0));
    this.gate = new ReleaseGate(targets.version(), this::testimony, clock);
    this.jmx =
        targets
            .jmx()
            .map(
                target -> {
                  JmxProbe probe = new JmxProbe(target);
                  return new Lookout<>(
                      Source.JMX, clock, () -> JMX_EVERY_MS, PATIENCE_MS, probe::look, probe);
                });
    this.admin =
        targets
            .admin()
            .map(
                target -> {
                  AdminProbe probe = new AdminProbe(target, clock, this::nodeHint, gate);
                  return new Lookout<>(
                      Source.ADMIN,
                      clock,
                      () -> ADMIN_EVERY_MS,
                      ADMIN_PATIENCE_MS,
                      probe::look,
                      probe);
                });
    if (targets.brokerLogs().isEmpty()) {
      this.log = Optional.empty();
    } else {
      BrokerLogProbe probe =
          new BrokerLogProbe(fileSystem, clock, targets.brokerLogs(), targets.zone());
      this.log =
          Optional.of(
              new Lookout<>(
                  Source.BROKER_LOG,
                  clock,
                  () -> BROKER_LOG_EVERY_MS,
                  PATIENCE_MS,
                  probe::look,
                  probe));
    }
    for (Path dir : targets.logDirs()) {
      LogDirProbe probe =
          new LogDirProbe(fileSystem, clock, dir, targets.settings(), this::adminPartitions, asked);
      logDirs.put(
          dir,
          new Lookout<>(
              Source.LOG_DIR,
              clock,
              () -> LOG_DIR_EVERY_MS * (rests ? probe.times() : 1),
              LOG_DIR_PATIENCE_MS,
              probe::look,
              probe));
    }
  }

  /** Begins to look. */
  public void start() {
    logDirs.values().forEach(Lookout::start);
    jmx.ifPresent(Lookout::start);
    log.ifPresent(Lookout::start);
    admin.ifPresent(Lookout::start);
  }

  /** What is known now. */
  public BrokerSample sample() {
    Map<Path, Seen<LogDirView>> dirs = new TreeMap<>();
    logDirs.forEach((dir, lookout) -> dirs.put(dir, lookout.newest()));
    SampleMaker.Views views =
        new SampleMaker.Views(
            clock.nowMs(),
            jmx.map(Lookout::newest).orElse(Seen.notAsked(Source.JMX)),
            admin.map(Lookout::newest).orElse(Seen.notAsked(Source.ADMIN)),
            log.map(Lookout::newest).orElse(Seen.notAsked(Source.BROKER_LOG)),
            dirs);
    // The supervisor and the hands ask: whoever comes second waits for some milliseconds.
    synchronized (maker) {
      return maker.make(views);
    }
  }

  /** Requests that the Admin API's probe put on the cluster in the last minute. */
  public long requestsPerMinute() {
    return admin.flatMap(each -> each.newest().get()).map(AdminView::requestsPerMinute).orElse(0L);
  }

  /** Whether the broker may be asked by a client of today. */
  public ReleaseGate gate() {
    return gate;
  }

  private ReleaseGate.Testimony testimony() {
    Optional<String> byJmx = byJmx().flatMap(BrokerIdentity::version);
    Optional<String> version =
        byJmx.or(() -> log.flatMap(each -> each.newest().get()).flatMap(CleanerLog::version));
    boolean newFiles =
        logDirs.values().stream()
            .flatMap(each -> each.newest().get().stream())
            .anyMatch(view -> view.facts().since011());
    List<String> awaited = new ArrayList<>();
    if (jmx.isPresent()) {
      awaited.add("JMX does not tell");
    }
    boolean readsLog =
        log.isPresent() && log.get().newest().get().filter(CleanerLog::readToEnd).isEmpty();
    if (readsLog) {
      awaited.add("its log was not read yet");
    }
    if (!logDirs.isEmpty()) {
      awaited.add(ReleaseGate.NOTHING_NEW_IN_FILES);
    }
    return new ReleaseGate.Testimony(version, newFiles, awaited);
  }

  private Optional<BrokerIdentity> byJmx() {
    return jmx.flatMap(each -> each.newest().get()).map(JmxView::broker);
  }

  private OptionalInt nodeHint() {
    for (Lookout<LogDirView> lookout : logDirs.values()) {
      OptionalInt node =
          lookout.newest().get().map(view -> view.facts().nodeId()).orElse(OptionalInt.empty());
      if (node.isPresent()) {
        return node;
      }
    }
    return byJmx().map(BrokerIdentity::nodeId).orElse(OptionalInt.empty());
  }

  private Map<TopicPartition, AdminPartition> adminPartitions() {
    return admin.flatMap(each -> each.newest().get()).map(AdminView::partitions).orElse(Map.of());
  }

  /** Ends the probes and lets go of what they hold; one that hangs is left to its daemon thread. */
  @Override
  public void close() {
    jmx.ifPresent(Lookout::close);
    admin.ifPresent(Lookout::close);
    log.ifPresent(Lookout::close);
    logDirs.values().forEach(Lookout::close);
  }
}
