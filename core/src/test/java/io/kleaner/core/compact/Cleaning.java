// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.io.SpaceLedger;
import io.kleaner.core.keymap.SpillPlace;
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
import io.kleaner.core.time.FixedClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Cleans a partition directory the way {@code kleaner compact} does: lock, recover, survey, decide,
 * compact. What a test does not say is as in Kafka: what is due goes, and so do records without a
 * key.
 */
public final class Cleaning {

  private static final ExecutorService HELPERS =
      Executors.newCachedThreadPool(
          task -> {
            Thread helper = new Thread(task, "cleaning-helper");
            helper.setDaemon(true);
            return helper;
          });

  private FileSystem fileSystem = new LocalFileSystem();
  private long nowMs;
  private boolean fromStart;
  private boolean expire = true;
  private UnkeyedPolicy unkeyed = UnkeyedPolicy.DROP;
  private long memoryBytes = CleanOptions.DEFAULT_MEMORY_BYTES;
  private int maxRecordBytes = CleanOptions.DEFAULT_MAX_RECORD_BYTES;
  private long maxRecords = RecordLimits.MAX_RECORDS;
  private OptionalLong bitBytes = OptionalLong.empty();
  private CleanOptions.Verify verify = CleanOptions.Verify.DEEP;
  private boolean dryRun;
  private boolean afterCrash;
  private HighWatermarkChoice highWatermark = new HighWatermarkChoice.Checkpoint();
  private CancelToken token = new CancelToken();
  private CompactionListener listener = CompactionListener.NONE;
  private SpaceLedger ledger = new SpaceLedger(SpaceLedger.WhenTaken.REFUSE);
  private Throttle throttle = Throttle.unlimited();
  private int threads = 1;
  private int readBytes = Workbench.READ_BYTES;
  private Executor helpers = HELPERS;
  private Lanes.Chunks chunks = Chunk::new;
  private Reshaping reshaping = Reshaping.NONE;
  private final Map<String, String> config = new HashMap<>();
  private long payloadsOpened;

  /** A clean at a time, in milliseconds since the epoch. */
  public static Cleaning at(long nowMs) {
    Cleaning cleaning = new Cleaning();
    cleaning.nowMs = nowMs;
    cleaning.config.put("cleanup.policy", "compact");
    return cleaning;
  }

  public Cleaning on(FileSystem other) {
    fileSystem = other;
    return this;
  }

  public Cleaning fromStart() {
    fromStart = true;
    return this;
  }

  public Cleaning keepTombstones() {
    expire = false;
    return this;
  }

  public Cleaning unkeyed(UnkeyedPolicy policy) {
    unkeyed = policy;
    return this;
  }

  public Cleaning memory(long bytes) {
    memoryBytes = bytes;
    return this;
  }

  public Cleaning maxRecords(long records) {
    maxRecords = records;
    return this;
  }

  /** Memory for the bits that mark records and batches, instead of a share of that for keys. */
  public Cleaning bitBytes(long bytes) {
    bitBytes = OptionalLong.of(bytes);
    return this;
  }

  public Cleaning maxRecordBytes(int bytes) {
    maxRecordBytes = bytes;
    return this;
  }

  public Cleaning verify(CleanOptions.Verify level) {
    verify = level;
    return this;
  }

  public Cleaning dryRun() {
    dryRun = true;
    return this;
  }

  public Cleaning afterCrash() {
    afterCrash = true;
    return this;
  }

  public Cleaning upToLogEnd() {
    highWatermark = new HighWatermarkChoice.LogEnd();
    return this;
  }

  public Cleaning token(CancelToken other) {
    token = other;
    return this;
  }

  public Cleaning listener(CompactionListener other) {
    listener = other;
    return this;
  }

  public Cleaning ledger(SpaceLedger other) {
    ledger = other;
    return this;
  }

  public Cleaning throttle(Throttle other) {
    throttle = other;
    return this;
  }

  public Cleaning threads(int number) {
    threads = number;
    return this;
  }

  /** What is read at once, so that a small log makes chunks for several threads. */
  public Cleaning readBytes(int bytes) {
    readBytes = bytes;
    return this;
  }

  /** Who gives a second thread and further ones. */
  Cleaning helpers(Executor other) {
    helpers = other;
    return this;
  }

  /** Makes what each thread works on. */
  Cleaning chunks(Lanes.Chunks other) {
    chunks = other;
    return this;
  }

  /** What form batches are given beyond what Kafka's cleaner gives them. */
  public Cleaning reshaping(Reshaping what) {
    reshaping = what;
    return this;
  }

  public Cleaning config(String key, String value) {
    config.put(key, value);
    return this;
  }

  /** How many compressed payloads the last run opened. */
  public long payloadsOpened() {
    return payloadsOpened;
  }

  /** What came of it: an outcome of the clean, or what kept it from beginning. */
  public record Result(Optional<CompactionOutcome> outcome, String message) {

    /** The figures of a clean that was carried out. */
    public CleanStats stats() {
      if (outcome.orElse(null) instanceof CompactionOutcome.Compacted compacted) {
        return compacted.stats();
      }
      throw new AssertionError("not compacted: " + message + " " + outcome);
    }
  }

  /** Cleans a partition directory. */
  public Result run(Path partitionDir) throws IOException {
    LogDir logDir = new LogDirReader(fileSystem).read(partitionDir);
    try (LogDirSession session = LogDirSession.open(fileSystem, logDir, afterCrash)) {
      Path dir = logDir.partitions().get(0);
      session.recover(dir);
      PartitionJob.Assessment assessment =
          new PartitionJob(
                  fileSystem,
                  logDir,
                  new SettingsResolver(List.of(SettingsSource.forAllTopics(config, Origin.FLAG))),
                  highWatermark,
                  new CleanRequest(nowMs, fromStart, false, true, expire, unkeyed, true),
                  PartitionJob.Tail.SETTLED,
                  Optional.of(new PartitionJob.CrashCheck(maxRecordBytes, token)))
              .assess(dir);
      if (assessment instanceof PartitionJob.Assessment.Unfit unfit) {
        return new Result(Optional.empty(), unfit.reason() + " " + unfit.nextStep());
      }
      Decision decision = ((PartitionJob.Assessment.Decided) assessment).decision();
      if (decision instanceof Decision.NotNow notNow) {
        return new Result(Optional.empty(), notNow.sentence());
      }
      CompactionOutcome outcome = compact(logDir, (Decision.Clean) decision);
      return new Result(Optional.of(outcome), outcome.message());
    }
  }

  private CompactionOutcome compact(LogDir logDir, Decision.Clean clean) {
    CleanOptions options =
        new CleanOptions(
            memoryBytes,
            dryRun
                ? Optional.of(SpillPlace.in(Path.of(System.getProperty("java.io.tmpdir"))))
                : Optional.empty(),
            verify,
            dryRun,
            reshaping);
    Lanes lanes = new Lanes(threads, helpers, maxRecordBytes, readBytes, chunks);
    try (Compactor compactor =
        new Compactor(
            fileSystem,
            new FixedClock(nowMs),
            options,
            throttle,
            new DirectoryCommitter(fileSystem, logDir, Fence.OPEN),
            ledger,
            lanes,
            new RecordLimits(maxRecords, bitBytes.orElse(RecordLimits.of(options).bitBytes())))) {
      return compactor.run(clean.plan(), token, listener);
    } finally {
      payloadsOpened = lanes.payloadsOpened();
    }
  }
}
