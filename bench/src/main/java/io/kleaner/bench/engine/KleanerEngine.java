// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.engine;

import io.kleaner.bench.workload.GeneratedLog;
import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.compact.CleanShare;
import io.kleaner.core.compact.CleanStats;
import io.kleaner.core.compact.CompactionListener;
import io.kleaner.core.compact.CompactionOutcome;
import io.kleaner.core.compact.Compactor;
import io.kleaner.core.compact.DirectoryCommitter;
import io.kleaner.core.compact.HighWatermarkChoice;
import io.kleaner.core.compact.LogDirSession;
import io.kleaner.core.compact.PartitionJob;
import io.kleaner.core.compact.Reshaping;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.io.SpaceLedger;
import io.kleaner.core.keymap.KeyMap;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.policy.CleanPolicy;
import io.kleaner.core.policy.CleanRequest;
import io.kleaner.core.policy.Decision;
import io.kleaner.core.policy.UnkeyedPolicy;
import io.kleaner.core.settings.Origin;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.core.swap.Fence;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Kleaner as {@code kleaner compact} uses it, all of it measured: lock, recovery, survey, both
 * passes, sync, reading back, swap, checkpoint. Order, threads and memory of several partitions are
 * those of {@code compact} too.
 */
final class KleanerEngine implements Engine {

  private static final int SPARE_SLOTS = 64;

  /** Of the least budgets more than an eighth is not the map's. */
  private static final long SPARE_BYTES = 64 * 1024;

  private final LocalFileSystem fileSystem =
      new LocalFileSystem(Executors.newCachedThreadPool(KleanerEngine::daemon));
  private final int threads;
  private final long mapKeys;
  private final long memoryBytes;
  private final Reshaping reshaping;

  /**
   * @param mapKeys that the map of each partition must have room for, beyond the default's
   * @param memoryBytes the budget of all of them together instead of that; 0 for none
   */
  KleanerEngine(int threads, long mapKeys, long memoryBytes) {
    this(threads, mapKeys, memoryBytes, Reshaping.NONE);
  }

  /**
   * @param reshaping what form batches are given beyond what Kafka's cleaner gives them
   */
  KleanerEngine(int threads, long mapKeys, long memoryBytes, Reshaping reshaping) {
    this.threads = threads;
    this.mapKeys = mapKeys;
    this.memoryBytes = memoryBytes;
    this.reshaping = reshaping;
  }

  /** The budget, an eighth of which is not the map's, that has room for a number of keys. */
  static long memoryFor(long keys) {
    long slots = (long) (keys / KeyMap.MAX_LOAD) + SPARE_SLOTS;
    long map = slots * KeyMap.SLOT_BYTES + SPARE_BYTES;
    return Math.max(CleanOptions.LEAST_MEMORY_BYTES, map / 7 * 8 + 1024);
  }

  /** As without {@code --memory}, unless that has no room for the keys of all at a time. */
  private CleanOptions options(int partitions) {
    long needed = memoryFor(mapKeys) * Math.min(threads, partitions);
    return new CleanOptions(
        memoryBytes > 0 ? memoryBytes : Math.max(CleanOptions.DEFAULT_MEMORY_BYTES, needed),
        Optional.empty(),
        CleanOptions.Verify.NORMAL,
        false,
        reshaping);
  }

  @Override
  public double mapBytesPerKey() {
    return KeyMap.SLOT_BYTES / KeyMap.MAX_LOAD;
  }

  @Override
  public Phases clean(Path path, Meter meter) throws IOException {
    meter.start();
    Phases phases = clean(path);
    meter.stop();
    return phases;
  }

  private Phases clean(Path path) throws IOException {
    LogDir logDir = new LogDirReader(fileSystem).read(path);
    Map<String, String> config = new HashMap<>(GeneratedLog.CONFIG);
    config.put("cleanup.policy", "compact");
    PartitionJob job =
        new PartitionJob(
            fileSystem,
            logDir,
            new SettingsResolver(List.of(SettingsSource.forAllTopics(config, Origin.FLAG))),
            new HighWatermarkChoice.Checkpoint(),
            new CleanRequest(
                GeneratedLog.TIME_MS, false, false, true, true, UnkeyedPolicy.REFUSE, true));
    DirectoryCommitter committer = new DirectoryCommitter(fileSystem, logDir, Fence.OPEN);
    SpaceLedger ledger = new SpaceLedger(SpaceLedger.WhenTaken.WAIT);
    try (LogDirSession session = LogDirSession.open(fileSystem, logDir, false)) {
      List<Decision.Clean> todo = new ArrayList<>();
      for (Path partition : logDir.partitions()) {
        todo.add(decide(session, job, partition));
      }
      todo.sort(CleanPolicy.ORDER);
      List<CleanShare> shares = CleanShare.of(options(todo.size()), threads, todo.size());
      ExecutorService helpers = Executors.newFixedThreadPool(Math.max(1, threads - shares.size()));
      try {
        return PartitionQueue.drain(
            todo,
            shares.stream()
                .map(share -> new Worker(fileSystem, committer, ledger, share, helpers))
                .toList());
      } finally {
        helpers.shutdown();
      }
    }
  }

  private static Decision.Clean decide(LogDirSession session, PartitionJob job, Path dir)
      throws IOException {
    session.recover(dir);
    PartitionJob.Assessment assessment = job.assess(dir);
    if (assessment instanceof PartitionJob.Assessment.Decided decided
        && decided.decision() instanceof Decision.Clean clean) {
      return clean;
    }
    throw new IllegalStateException(dir + " was not cleaned: " + assessment);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "kleaner-sync");
    thread.setDaemon(true);
    return thread;
  }

  /** One of several cleans at the same time, each with its share. */
  private record Worker(
      LocalFileSystem fileSystem,
      DirectoryCommitter committer,
      SpaceLedger ledger,
      CleanShare share,
      Executor helpers)
      implements PartitionQueue.Worker<Decision.Clean> {

    @Override
    public Phases clean(Decision.Clean clean) {
      CompactionOutcome outcome;
      try (Compactor compactor =
          new Compactor(
              fileSystem,
              Clock.system(),
              share.options(),
              Throttle.unlimited(),
              CleanOptions.DEFAULT_MAX_RECORD_BYTES,
              committer,
              ledger,
              share.lanes(),
              helpers)) {
        outcome = compactor.run(clean.plan(), new CancelToken(), CompactionListener.NONE);
      }
      if (outcome instanceof CompactionOutcome.Compacted compacted) {
        CleanStats stats = compacted.stats();
        return new Phases(stats.scanNanos(), stats.copyNanos(), 1, stats.spilledBytes());
      }
      throw new IllegalStateException(
          clean.plan().dir() + " was not cleaned: " + outcome.message());
    }
  }
}
