// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.CompactionOutcome.Refused;
import io.kleaner.core.io.CrashableFileSystem;
import io.kleaner.core.io.DiskOp;
import io.kleaner.core.io.DiskState;
import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.keymap.SpillPlace;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.oracle.DirectoryDiff;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A clean that has no memory for all of its keys. */
class SpilledKeysTest {

  /** Room for some 60 thousand keys. */
  private static final int MEMORY_BYTES = 1024 * 1024;

  private static final int KEYS = 120_000;
  private static final int BATCH = 2_000;
  private static final String SEGMENT_BYTES = "1000000";
  private static final String ALL_FILES = "\\d{20}\\..*";
  private static final Path DISK = Path.of("/disk").toAbsolutePath();

  @TempDir private Path temp;
  private Path logDir;

  @BeforeEach
  void write() throws IOException {
    logDir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of("segment.bytes", SEGMENT_BYTES))) {
      for (int i = 0; i < KEYS / BATCH; i++) {
        byte[][] keys = new byte[BATCH][];
        for (int j = 0; j < BATCH; j++) {
          // Each key once, and every seventh again, a while later.
          long key = j % 7 == 6 ? (long) i * BATCH / 2 + j - 1 : (long) i * BATCH + j;
          keys[j] = ByteBuffer.allocate(8).putLong(key).array();
        }
        log.batch(keys);
      }
      log.roll().put("z", "1");
    }
  }

  private static Cleaning cleaning() {
    return Cleaning.at(ScriptedLog.TIME_MS).config("segment.bytes", SEGMENT_BYTES);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void run_noMemoryForAllKeys_sameFilesWhateverTheThreads(int threads) throws IOException {
    Path tight = ScriptedLog.partition(Trees.copy(logDir, temp.resolve("tight")));

    CleanStats roomy = cleaning().run(ScriptedLog.partition(logDir)).stats();
    CleanStats stats = cleaning().memory(MEMORY_BYTES).threads(threads).run(tight).stats();

    assertThat(roomy.spilledBytes()).isZero();
    assertThat(roomy.superseded()).isGreaterThan(KEYS / 10);
    assertThat(stats.spilledBytes()).isPositive();
    assertThat(stats.superseded()).isEqualTo(roomy.superseded());
    assertThat(DirectoryDiff.between(ScriptedLog.partition(logDir), tight, ALL_FILES)).isEmpty();
  }

  @Test
  void run_noRoomOnDiskForKeys_refusedUnchanged() throws IOException {
    Path partition = ScriptedLog.partition(logDir);
    Path before = ScriptedLog.partition(Trees.copy(logDir, temp.resolve("before")));
    // For the new segments, but not for what is claimed at once for a spill.
    FaultyFileSystem disk =
        new FaultyFileSystem(new LocalFileSystem(), (op, number, path) -> {}).usable(8_000_000);

    CompactionOutcome outcome =
        cleaning().on(disk).memory(MEMORY_BYTES).run(partition).outcome().orElseThrow();

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.blame()).isEqualTo(Refused.Blame.SPACE));
    assertThat(outcome.message())
        .contains("no room to spill in " + partition, "8000000 bytes are free", "was changed");
    assertThat(DirectoryDiff.between(before, partition, "(?!kleaner).*")).isEmpty();
  }

  /** The power fails while keys are spilled, and while they are settled. */
  @Test
  void recover_crashWhileKeysAreSpilled_nothingLeftAndNothingLost() throws IOException {
    Path partition = ScriptedLog.partition(DISK);
    CrashableFileSystem disk = new CrashableFileSystem(DiskState.of(logDir, DISK));
    Map<String, ByteBuffer> before = logs(disk);
    assertThat(cleaning().memory(MEMORY_BYTES).on(disk).run(partition).stats().spilledBytes())
        .isPositive();
    Map<String, ByteBuffer> cleaned = logs(disk);
    List<Integer> named = momentsWithASpillFile(disk);
    assertThat(named).hasSizeGreaterThan(3);

    for (int quarter = 0; quarter <= 4; quarter++) {
      int done = named.get((named.size() - 1) * quarter / 4);
      CrashableFileSystem left = new CrashableFileSystem(disk.crashAfter(done, 50, quarter));
      try (LogDirSession session =
          LogDirSession.open(left, new LogDirReader(left).read(partition), false)) {
        session.recover(partition);
      }
      assertThat(left.state().files(partition).keySet())
          .as("after change " + done)
          .noneMatch(SpillPlace::isSpillFile);
      assertThat(logs(left)).as("after change " + done).isEqualTo(before);
      cleaning().memory(MEMORY_BYTES).on(left).run(partition).stats();
      assertThat(logs(left)).as("cleaned after change " + done).isEqualTo(cleaned);
    }
  }

  /** Numbers of changes after which the partition has a spill file by name. */
  private static List<Integer> momentsWithASpillFile(CrashableFileSystem disk) {
    List<DiskOp> ops = disk.ops();
    int[] names = new int[ops.size() + 1];
    for (int i = 0; i < ops.size(); i++) {
      names[i + 1] =
          names[i]
              + (ops.get(i) instanceof DiskOp.Create create && isSpill(create.path()) ? 1 : 0)
              - (ops.get(i) instanceof DiskOp.Delete delete && isSpill(delete.path()) ? 1 : 0);
    }
    return IntStream.range(0, names.length).filter(i -> names[i] > 0).boxed().toList();
  }

  private static boolean isSpill(Path path) {
    return SpillPlace.isSpillFile(path.getFileName().toString());
  }

  private static Map<String, ByteBuffer> logs(CrashableFileSystem disk) {
    Map<String, ByteBuffer> logs = new TreeMap<>();
    disk.state()
        .files(ScriptedLog.partition(DISK))
        .forEach(
            (name, bytes) -> {
              if (name.endsWith(".log")) {
                logs.put(name, ByteBuffer.wrap(bytes));
              }
            });
    return logs;
  }
}
