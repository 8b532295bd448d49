// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.swap;

import io.kleaner.core.check.CheckLevel;
import io.kleaner.core.check.Finding;
import io.kleaner.core.check.LogChecker;
import io.kleaner.core.compact.Cleaning;
import io.kleaner.core.compact.LogDirSession;
import io.kleaner.core.compact.PartitionSurvey;
import io.kleaner.core.compact.Reshaping;
import io.kleaner.core.compare.DiffReport;
import io.kleaner.core.compare.LogDiff;
import io.kleaner.core.io.CrashableFileSystem;
import io.kleaner.core.io.DiskState;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.keymap.SpillPlace;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.pace.CancelToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tells whether anything was lost of a scenario's partition when a clean of it was cut short. */
final class CrashJudge {

  private static final Path DISK = Path.of("/disk").toAbsolutePath();
  private static final Path LOG_DIR = DISK.resolve("data");
  private static final Path BEFORE = DISK.resolve("before");
  private static final Path PARTITION = ScriptedLog.partition(LOG_DIR);
  private static final String CHECKPOINT = "cleaner-offset-checkpoint";
  private static final long DAY_MS = 86_400_000;
  private static final int MEMORY_BYTES = 8 * 1024 * 1024;
  private static final int RECORD_BYTES = 1024 * 1024;

  private final CrashScenario scenario;
  private final Reshaping reshaping;
  private final Path temp;
  private final DiskState start;
  private final DiskState before;
  private final KafkaOracle.Loaded loadedBefore;
  private final Map<String, String> liveBefore;

  /** What an uncrashed clean and those after it end in. */
  private final Map<String, String> settled;

  /**
   * @param temp an empty directory
   */
  CrashJudge(CrashScenario scenario, Path temp) throws IOException {
    this(scenario, temp, Reshaping.NONE);
  }

  /**
   * @param reshaping what form the cleans give batches
   */
  CrashJudge(CrashScenario scenario, Path temp, Reshaping reshaping) throws IOException {
    this.reshaping = reshaping;
    this.scenario = scenario;
    this.temp = temp;
    Path real = temp.resolve("start");
    scenario.create(real);
    start = DiskState.of(real, LOG_DIR);
    before = DiskState.of(real, BEFORE);
    Path partition = ScriptedLog.partition(real);
    loadedBefore = load(partition);
    liveBefore = live(partition);
    CrashableFileSystem whole = cleaned();
    settle(whole);
    settled = content(whole.state());
  }

  /** A disk that holds the partition, and on which a clean has run to its end. */
  CrashableFileSystem cleaned() throws IOException {
    CrashableFileSystem disk = new CrashableFileSystem(start);
    clean(disk, scenario.nowMs());
    return disk;
  }

  /** What the disk held before any clean. */
  DiskState start() {
    return start;
  }

  /** What is wrong after our recovery; nothing if nothing is. */
  List<String> afterOurRecovery(CrashableFileSystem disk) throws IOException {
    List<String> problems = new ArrayList<>();
    String checkpointed = checkpoint(disk);
    try (LogDirSession session =
        LogDirSession.open(disk, new LogDirReader(disk).read(PARTITION), false)) {
      session.recover(PARTITION);
    }
    // It tells how far all groups are clean, which only a run that did all of them can know.
    expect("cleaner checkpoint after recovery", checkpointed, checkpoint(disk), problems);
    disk.state().files(PARTITION).keySet().stream()
        .filter(SpillPlace::isSpillFile)
        .forEach(name -> problems.add(name + " is left"));
    check(disk, problems);
    CrashableFileSystem both = new CrashableFileSystem(disk.state().plus(before));
    DiffReport report =
        new LogDiff(both, SpillPlace.in(DISK), MEMORY_BYTES, RECORD_BYTES, new CancelToken())
            .compare(read(both, BEFORE), read(both, LOG_DIR));
    report.differences().forEach(difference -> problems.add(difference.toString()));
    return problems;
  }

  /** What is wrong after a broker has loaded the partition; nothing if nothing is. */
  List<String> afterBrokerStart(DiskState left) throws IOException {
    Path real = Files.createTempDirectory(temp, "left");
    left.materialise(LOG_DIR, real);
    KafkaOracle.Loaded loaded = load(ScriptedLog.partition(real));
    List<String> problems = new ArrayList<>();
    expect("log end", loadedBefore.logEndOffset(), loaded.logEndOffset(), problems);
    expect("log start", loadedBefore.logStartOffset(), loaded.logStartOffset(), problems);
    expect("sequences", loadedBefore.lastSequences(), loaded.lastSequences(), problems);
    expect("live records", liveBefore, live(ScriptedLog.partition(real)), problems);
    DiskState started = DiskState.of(real, LOG_DIR);
    CrashableFileSystem disk = new CrashableFileSystem(started);
    check(disk, problems);
    settle(disk);
    expect("content after more cleans", settled, content(disk.state()), problems);
    return problems;
  }

  private static String checkpoint(CrashableFileSystem disk) {
    byte[] content = disk.state().files(LOG_DIR).get(CHECKPOINT);
    return content == null ? "none" : HexFormat.of().formatHex(content);
  }

  private static void check(FileSystem disk, List<String> problems) {
    new LogChecker(disk, CheckLevel.RECORDS, RECORD_BYTES, new CancelToken())
        .check(PARTITION).findings().stream().map(Finding::text).forEach(problems::add);
  }

  private static void expect(String what, Object wanted, Object found, List<String> problems) {
    if (!wanted.equals(found)) {
      problems.add(what + ": expected " + wanted + ", found " + found);
    }
  }

  private KafkaOracle.Loaded load(Path partition) throws IOException {
    return KafkaOracle.load(partition, scenario.config(), 0, scenario.nowMs(), true);
  }

  private Map<String, String> live(Path partition) throws IOException {
    return KafkaOracle.liveRecords(partition, scenario.config(), 0, scenario.nowMs());
  }

  /** Cleans once more, as at the first time. */
  void cleanAgain(FileSystem disk) throws IOException {
    clean(disk, scenario.nowMs());
  }

  /** Cleans until all that was stamped is due and gone. */
  void settle(FileSystem disk) throws IOException {
    for (int days = 1; days <= 3; days++) {
      clean(disk, scenario.nowMs() + days * DAY_MS);
    }
  }

  /** Cleans on a disk that may fail. */
  Cleaning.Result attempt(FileSystem disk) throws IOException {
    return cleaning(scenario.nowMs()).on(disk).run(PARTITION);
  }

  private void clean(FileSystem disk, long nowMs) throws IOException {
    cleaning(nowMs).on(disk).run(PARTITION).stats();
  }

  private Cleaning cleaning(long nowMs) {
    Cleaning cleaning = Cleaning.at(nowMs).fromStart().reshaping(reshaping);
    scenario.config().forEach(cleaning::config);
    if (scenario.spillsBits()) {
      cleaning.bitBytes(0);
    }
    return cleaning;
  }

  private static PartitionLog read(FileSystem disk, Path logDir) throws IOException {
    Path partition = ScriptedLog.partition(logDir);
    LogDir found = new LogDirReader(disk).read(partition);
    return new PartitionSurvey(disk, found).read(partition);
  }

  /**
   * What a clean determines, whatever the segments were before it: they are grouped by their sizes,
   * and so the cuts between them may differ.
   */
  static Map<String, String> content(DiskState disk) {
    Map<String, String> content = new TreeMap<>();
    disk.files(PARTITION)
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
