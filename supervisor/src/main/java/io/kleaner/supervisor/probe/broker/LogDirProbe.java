// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.CheckpointFile;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.MetaProperties;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.settings.InvalidSettingsException;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.TopicSettings;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Looks into one log directory of a running broker; reads only, and never takes its lock.
 *
 * <p>A look is cheap however many partitions there are: a partition is looked into when names in
 * its directory or its entry in the cleaner's checkpoint changed, and else now and then; only so
 * many at a time. Not thread-safe; owned by one lookout.
 */
final class LogDirProbe implements AutoCloseable {

  private static final int LOOKS_AT_ONCE = 200;
  private static final long LOOKS_NS = 100_000_000L;
  private static final long SAMPLE_EVERY_MS = 15_000;

  private final FileSystem fileSystem;
  private final Clock clock;
  private final Path dir;
  private final SettingsResolver fallback;
  private final Supplier<Map<TopicPartition, AdminPartition>> admin;
  private final Checkpoints checkpoints;
  private final ReclaimSampler sampler;
  private final AheadReader ahead;
  private final AheadPace aheadPace;
  private final Pace sampling;
  private final Map<TopicPartition, WatchedPartition> watched = new HashMap<>();
  private Optional<LogDir> understood = Optional.empty();
  private Set<String> names = Set.of();

  /**
   * @param fallback where settings come from if the Admin API doesn't say
   * @param admin what the Admin API says, nothing if it doesn't
   */
  LogDirProbe(
      FileSystem fileSystem,
      Clock clock,
      Path dir,
      SettingsResolver fallback,
      Supplier<Map<TopicPartition, AdminPartition>> admin) {
    this.fileSystem = fileSystem;
    this.clock = clock;
    this.dir = dir;
    this.fallback = fallback;
    this.admin = admin;
    this.checkpoints = new Checkpoints(fileSystem, dir);
    this.sampler = new ReclaimSampler(fileSystem);
    this.ahead = new AheadReader(fileSystem, clock);
    this.aheadPace = new AheadPace(clock);
    this.sampling = new Pace(clock, SAMPLE_EVERY_MS);
  }

  /** Looks once. */
  LogDirView look() throws IOException {
    LogDir found = list();
    checkpoints.read();
    lookInto(admin.get());
    if (sampling.isDue() && sampleOne()) {
      sampling.done();
    }
    readAhead();
    Map<TopicPartition, PartitionView> views = new HashMap<>();
    watched.forEach((partition, each) -> views.put(partition, each.view()));
    return new LogDirView(facts(found), views);
  }

  /** One listing, with the times of the partition directories; understood anew if names changed. */
  private LogDir list() throws IOException {
    Map<String, FileEntry> entries = new HashMap<>();
    fileSystem.list(dir).forEach(entry -> entries.put(entry.name(), entry));
    if (understood.isEmpty() || !entries.keySet().equals(names)) {
      understood = Optional.of(new LogDirReader(fileSystem).read(dir));
      names = entries.keySet();
      Set<TopicPartition> present = new HashSet<>();
      for (Path partitionDir : understood.get().partitions()) {
        TopicPartition partition =
            TopicPartition.ofDirectoryName(partitionDir.getFileName().toString()).orElseThrow();
        present.add(partition);
        watched.computeIfAbsent(
            partition, each -> new WatchedPartition(fileSystem, partitionDir, partition));
      }
      watched.keySet().retainAll(present);
    }
    watched.values().forEach(each -> each.noteDirectory(entries.get(each.directoryName())));
    return understood.get();
  }

  private void lookInto(Map<TopicPartition, AdminPartition> known) {
    long nowNs = clock.nanoTime();
    Map<String, Optional<TopicSettings>> settings = new HashMap<>();
    watched.forEach(
        (partition, each) -> {
          each.noteCheckpoint(checkpoints.get(CheckpointFile.CLEANER, partition), clock.nowMs());
          each.noteConfig(
              Optional.ofNullable(known.get(partition)).flatMap(says -> says.config().get()));
        });
    List<WatchedPartition> due =
        watched.values().stream()
            .filter(each -> each.isDue(nowNs))
            .sorted(Comparator.comparingLong(WatchedPartition::lastLookNs))
            .limit(LOOKS_AT_ONCE)
            .toList();
    for (WatchedPartition each : due) {
      TopicPartition partition = each.partition();
      Optional<AdminPartition> says = Optional.ofNullable(known.get(partition));
      Optional<TopicSettings> found =
          settings.computeIfAbsent(partition.topic(), topic -> settings(topic, each.config()));
      each.look(
          new FilesLook.Beside(
              found.orElseGet(() -> TopicSettings.of(Map.of())),
              checkpoints.get(CheckpointFile.LOG_START, partition),
              checkpoints.get(CheckpointFile.HIGH_WATERMARK, partition),
              checkpoints.get(CheckpointFile.CLEANER, partition),
              says.flatMap(admin -> admin.offsets().get())),
          clock);
      if (clock.nanoTime() - nowNs > LOOKS_NS) {
        // A slow disk, or a busy machine: the others come first next time.
        return;
      }
    }
  }

  private Optional<TopicSettings> settings(String topic, Optional<TopicConfig> says) {
    Optional<TopicSettings> live = says.map(LiveSettings::of);
    if (live.isPresent()) {
      return live;
    }
    try {
      return Optional.of(fallback.resolve(topic, Optional.empty()));
    } catch (InvalidSettingsException e) {
      return Optional.empty();
    }
  }

  /** False if none wants it, as none does before its policy is known. */
  private boolean sampleOne() {
    Optional<WatchedPartition> most =
        watched.values().stream()
            .filter(WatchedPartition::wantsSample)
            .max(Comparator.comparingLong(WatchedPartition::unsampledBytes));
    most.ifPresent(each -> each.sample(sampler, clock));
    return most.isPresent();
  }

  /**
   * What has to be looked at again comes first, then whoever was not read for longest, so that each
   * gets its turn.
   */
  private void readAhead() {
    long credit = aheadPace.credit();
    List<WatchedPartition> due =
        watched.values().stream()
            .filter(each -> each.wantsSecondLook() || (credit > 0 && each.wantsReadAhead()))
            .sorted(
                Comparator.comparing(WatchedPartition::wantsSecondLook)
                    .reversed()
                    .thenComparingLong(WatchedPartition::lastReadAheadNs))
            .limit(LOOKS_AT_ONCE)
            .toList();
    if (due.isEmpty()) {
      return;
    }
    AheadBudget budget = new AheadBudget(clock, credit);
    for (WatchedPartition each : due) {
      if (budget.isLate() || (budget.isSpent() && !each.wantsSecondLook())) {
        break;
      }
      each.readAhead(ahead, budget, clock);
    }
    aheadPace.spent(budget);
  }

  private LogDirFacts facts(LogDir found) {
    List<String> problems = new ArrayList<>(checkpoints.problems());
    OptionalInt node = OptionalInt.empty();
    Optional<String> cluster = Optional.empty();
    try {
      Optional<MetaProperties> meta = MetaProperties.read(fileSystem, found.dir());
      node = meta.map(MetaProperties::nodeId).orElse(OptionalInt.empty());
      cluster = meta.flatMap(MetaProperties::clusterId);
    } catch (IOException e) {
      problems.add("meta.properties cannot be read: " + Reason.of(e));
    }
    long usable = -1;
    try {
      usable = fileSystem.usableBytes(found.dir());
    } catch (IOException e) {
      problems.add("the free space is not known: " + Reason.of(e));
    }
    return new LogDirFacts(node, cluster, found.partitions().size(), usable, problems);
  }

  /** Frees what reading ahead holds. */
  @Override
  public void close() {
    ahead.close();
  }
}
