// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.swap;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.check.CheckLevel;
import io.kleaner.core.check.CheckReport;
import io.kleaner.core.check.Finding;
import io.kleaner.core.check.LogChecker;
import io.kleaner.core.compact.Cleaning;
import io.kleaner.core.compact.LogDirSession;
import io.kleaner.core.compact.PartitionSurvey;
import io.kleaner.core.compare.DiffReport;
import io.kleaner.core.compare.LogDiff;
import io.kleaner.core.io.CrashableFileSystem;
import io.kleaner.core.io.DiskState;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.pace.CancelToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The power fails after every single change that a clean makes to the disk. Whatever is left then
 * of what was not synced, our recovery and a broker's loader both reach a log that says to a reader
 * what the log said before, and cleaning it once more gives what it gives without a crash.
 */
class CrashSweepTest {

  private static final Path DISK = Path.of("/disk").toAbsolutePath();
  private static final Path LOG_DIR = DISK.resolve("data");
  private static final Path BEFORE = DISK.resolve("before");
  private static final String CHECKPOINT = "cleaner-offset-checkpoint";
  private static final long DAY_MS = 86_400_000;
  private static final int MEMORY_BYTES = 8 * 1024 * 1024;
  private static final int RECORD_BYTES = 1024 * 1024;

  @TempDir private Path temp;

  @ParameterizedTest
  @EnumSource
  void recover_crashAfterAnyChange_nothingLost(CrashScenario scenario) throws IOException {
    sweep(scenario, 1, 1);
  }

  @Tag("full")
  @ParameterizedTest
  @EnumSource
  void recover_crashAfterAnyChangeManySeeds_nothingLost(CrashScenario scenario) throws IOException {
    sweep(scenario, 12, 1);
  }

  @ParameterizedTest
  @EnumSource
  void load_brokerStartsAfterCrash_nothingLost(CrashScenario scenario) throws IOException {
    sweepWithBroker(scenario, 1);
  }

  @Tag("full")
  @ParameterizedTest
  @EnumSource
  void load_brokerStartsAfterCrashManySeeds_nothingLost(CrashScenario scenario) throws IOException {
    sweepWithBroker(scenario, 8);
  }

  private void sweep(CrashScenario scenario, int seeds, int step) throws IOException {
    DiskState start = start(scenario);
    DiskState before = DiskState.of(temp.resolve("start"), BEFORE);
    CrashableFileSystem disk = new CrashableFileSystem(start);
    clean(scenario, disk);
    Map<String, String> wanted = content(disk.state());
    int count = disk.ops().size();
    CrashableFileSystem uncrashed = new CrashableFileSystem(disk.state());
    settle(scenario, uncrashed);
    Map<String, String> settled = content(uncrashed.state());
    assertThat(count).isGreaterThan(20);
    for (int k = 0; k <= count; k += step) {
      for (int percent : new int[] {0, 50, 100}) {
        for (int seed = 1; seed <= (percent == 50 ? seeds : 1); seed++) {
          String where =
              scenario
                  + " crashed after change "
                  + k
                  + " of "
                  + count
                  + ", "
                  + percent
                  + " % of"
                  + " what was not synced is left, seed "
                  + seed;
          CrashableFileSystem after =
              new CrashableFileSystem(disk.crashAfter(k, percent, 1000L * k + seed));
          recover(after);
          assertSound(where, after);
          assertSame(where, after, before);
          clean(scenario, after);
          if (scenario.isCleanedTheSameTwice()) {
            assertThat(content(after.state())).as(where + ", cleaned again").isEqualTo(wanted);
          }
          settle(scenario, after);
          assertThat(content(after.state())).as(where + ", settled").isEqualTo(settled);
        }
      }
    }
  }

  private void sweepWithBroker(CrashScenario scenario, int seeds) throws IOException {
    DiskState start = start(scenario);
    Path reference = temp.resolve("reference");
    start.materialise(LOG_DIR, reference);
    Path partition = ScriptedLog.partition(reference);
    KafkaOracle.Loaded wanted = load(scenario, partition);
    Map<String, String> live = live(scenario, partition);

    CrashableFileSystem disk = new CrashableFileSystem(start);
    clean(scenario, disk);
    int count = disk.ops().size();
    for (int k = 0; k <= count; k++) {
      for (int percent : new int[] {0, 50, 100}) {
        for (int seed = 1; seed <= (percent == 50 ? seeds : 1); seed++) {
          String where =
              scenario
                  + " crashed after change "
                  + k
                  + " of "
                  + count
                  + ", "
                  + percent
                  + " %,"
                  + " seed "
                  + seed;
          Path left = temp.resolve(k + "-" + percent + "-" + seed);
          disk.crashAfter(k, percent, 1000L * k + seed).materialise(LOG_DIR, left);
          KafkaOracle.Loaded loaded = load(scenario, ScriptedLog.partition(left));
          assertThat(loaded.logEndOffset()).as(where).isEqualTo(wanted.logEndOffset());
          assertThat(loaded.logStartOffset()).as(where).isEqualTo(wanted.logStartOffset());
          assertThat(loaded.lastSequences()).as(where).isEqualTo(wanted.lastSequences());
          assertThat(live(scenario, ScriptedLog.partition(left))).as(where).isEqualTo(live);
        }
      }
    }
  }

  private DiskState start(CrashScenario scenario) throws IOException {
    Path real = temp.resolve("start");
    scenario.create(real);
    return DiskState.of(real, LOG_DIR);
  }

  private static KafkaOracle.Loaded load(CrashScenario scenario, Path partition)
      throws IOException {
    return KafkaOracle.load(partition, scenario.config(), 0, scenario.nowMs(), true);
  }

  private static Map<String, String> live(CrashScenario scenario, Path partition)
      throws IOException {
    return KafkaOracle.liveRecords(partition, scenario.config(), 0, scenario.nowMs());
  }

  private static void clean(CrashScenario scenario, FileSystem disk) throws IOException {
    clean(scenario, disk, scenario.nowMs());
  }

  private static void clean(CrashScenario scenario, FileSystem disk, long nowMs)
      throws IOException {
    Cleaning cleaning = Cleaning.at(nowMs).on(disk).fromStart();
    scenario.config().forEach(cleaning::config);
    cleaning.run(ScriptedLog.partition(LOG_DIR)).stats();
  }

  private static void recover(FileSystem disk) throws IOException {
    Path partition = ScriptedLog.partition(LOG_DIR);
    try (LogDirSession session =
        LogDirSession.open(disk, new LogDirReader(disk).read(partition), false)) {
      session.recover(partition);
    }
  }

  private static void assertSound(String where, FileSystem disk) throws IOException {
    CheckReport report =
        new LogChecker(disk, CheckLevel.RECORDS, RECORD_BYTES, new CancelToken())
            .check(ScriptedLog.partition(LOG_DIR));
    assertThat(report.findings().stream().map(Finding::text)).as(where).isEmpty();
  }

  /** Compares with the log as it was before the clean, put beside it on the same disk. */
  private static void assertSame(String where, CrashableFileSystem after, DiskState before)
      throws IOException {
    CrashableFileSystem both = new CrashableFileSystem(after.state().plus(before));
    DiffReport report =
        new LogDiff(both, DISK, MEMORY_BYTES, RECORD_BYTES, new CancelToken())
            .compare(read(both, BEFORE), read(both, LOG_DIR));
    assertThat(report.differences()).as(where).isEmpty();
  }

  private static PartitionLog read(FileSystem disk, Path logDir) throws IOException {
    Path partition = ScriptedLog.partition(logDir);
    LogDir found = new LogDirReader(disk).read(partition);
    return new PartitionSurvey(disk, found).read(partition);
  }

  /** Cleans until all that was stamped is due and gone. */
  private static void settle(CrashScenario scenario, FileSystem disk) throws IOException {
    for (int days = 1; days <= 3; days++) {
      clean(scenario, disk, scenario.nowMs() + days * DAY_MS);
    }
  }

  /**
   * What a clean determines, whatever the segments were before it: they are grouped by their sizes,
   * and so the cuts between them may differ.
   */
  private static Map<String, String> content(DiskState disk) {
    Map<String, String> content = new TreeMap<>();
    disk.files(ScriptedLog.partition(LOG_DIR))
        .forEach(
            (name, bytes) -> {
              String kind = name.substring(name.indexOf('.') + 1);
              if (kind.equals("log") || kind.equals("txnindex")) {
                content.merge(kind, HexFormat.of().formatHex(bytes), String::concat);
              }
            });
    content.put(CHECKPOINT, HexFormat.of().formatHex(disk.files(LOG_DIR).get(CHECKPOINT)));
    return content;
  }
}
