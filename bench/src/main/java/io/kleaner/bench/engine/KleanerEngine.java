// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.engine;

import io.kleaner.bench.workload.GeneratedLog;
import io.kleaner.core.compact.CleanOptions;
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
import io.kleaner.core.policy.CleanRequest;
import io.kleaner.core.policy.Decision;
import io.kleaner.core.policy.UnkeyedPolicy;
import io.kleaner.core.settings.Origin;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.core.swap.Fence;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * Kleaner as {@code kleaner compact} uses it, all of it measured: lock, recovery, survey, both
 * passes, sync, reading back, swap, checkpoint.
 *
 * <p>Several threads work on a partition each; a lone partition has them all.
 */
final class KleanerEngine implements Engine {

  private static final int SPARE_SLOTS = 64;

  private final LocalFileSystem fileSystem =
      new LocalFileSystem(Executors.newCachedThreadPool(KleanerEngine::daemon));
  private final int threads;
  private final CleanOptions options;

  /**
   * @param mapKeys that the map must have room for, beyond the default's
   * @param memoryBytes the budget instead of that; 0 for none
   */
  KleanerEngine(int threads, long mapKeys, long memoryBytes) {
    this(threads, mapKeys, memoryBytes, Reshaping.NONE);
  }

  /**
   * @param reshaping what form batches are given beyond what Kafka's cleaner gives them
   */
  KleanerEngine(int threads, long mapKeys, long memoryBytes, Reshaping reshaping) {
    this.threads = threads;
    this.options =
        new CleanOptions(
            memoryBytes > 0 ? memoryBytes : memoryFor(mapKeys),
            Optional.empty(),
            CleanOptions.Verify.NORMAL,
            false,
            reshaping);
  }

  /** The budget, an eighth of which is for spilling, that has room for a number of keys. */
  static long memoryFor(long keys) {
    long slots = (long) (keys / KeyMap.MAX_LOAD) + SPARE_SLOTS;
    long map = slots * KeyMap.SLOT_BYTES;
    return Math.max(CleanOptions.DEFAULT_MEMORY_BYTES, map / 7 * 8 + 1024);
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
    List<Path> partitions = new ArrayList<>(logDir.partitions());
    if (partitions.size() > 1) {
      partitions.sort(Comparator.comparingLong(dir -> -bytes(dir)));
    }
    int together = Math.min(threads, partitions.size());
    int lanes = threads / together;
    ExecutorService helpers = Executors.newCachedThreadPool();
    List<Worker> workers = new ArrayList<>();
    try (LogDirSession session = LogDirSession.open(fileSystem, logDir, false)) {
      for (int i = 0; i < together; i++) {
        workers.add(new Worker(session, job, compactor(committer, ledger, lanes, helpers)));
      }
      return PartitionQueue.drain(partitions, workers);
    } finally {
      workers.forEach(worker -> worker.compactor().close());
      helpers.shutdown();
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "kleaner-sync");
    thread.setDaemon(true);
    return thread;
  }

  private Compactor compactor(
      DirectoryCommitter committer, SpaceLedger ledger, int lanes, Executor helpers) {
    return new Compactor(
        fileSystem,
        Clock.system(),
        options,
        Throttle.unlimited(),
        CleanOptions.DEFAULT_MAX_RECORD_BYTES,
        committer,
        ledger,
        lanes,
        helpers);
  }

  private static long bytes(Path dir) {
    try (Stream<Path> files = Files.list(dir)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      return 0; // the clean itself will say why
    }
  }

  /** One thread's compactor. */
  private record Worker(LogDirSession session, PartitionJob job, Compactor compactor)
      implements PartitionQueue.Worker<Path> {

    @Override
    public Phases clean(Path dir) throws IOException {
      session.recover(dir);
      PartitionJob.Assessment assessment = job.assess(dir);
      if (assessment instanceof PartitionJob.Assessment.Decided decided
          && decided.decision() instanceof Decision.Clean clean) {
        CompactionOutcome outcome =
            compactor.run(clean.plan(), new CancelToken(), CompactionListener.NONE);
        if (outcome instanceof CompactionOutcome.Compacted compacted) {
          CleanStats stats = compacted.stats();
          return new Phases(stats.scanNanos(), stats.copyNanos(), 1, stats.spilledBytes());
        }
        throw new IllegalStateException(dir + " was not cleaned: " + outcome.message());
      }
      throw new IllegalStateException(dir + " was not cleaned: " + assessment);
    }
  }
}
