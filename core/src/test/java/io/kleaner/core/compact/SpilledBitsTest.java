// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.CompactionListener.Phase;
import io.kleaner.core.compact.CompactionOutcome.Failed;
import io.kleaner.core.compact.CompactionOutcome.Refused;
import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.FaultyFileSystem.Op;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.DirectoryDiff;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import io.kleaner.core.policy.CleanPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A clean that has no memory for the bits of its records. */
class SpilledBitsTest {

  private static final int KEYS = 400;
  private static final int RECORDS = 5_000;
  private static final String ALL_FILES = "\\d{20}\\..*";

  @TempDir private Path temp;
  private Path partition;

  @BeforeEach
  void write() throws IOException {
    Path logDir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of("segment.bytes", "20000"))) {
      log.magic(1);
      for (int i = 0; i < RECORDS; i++) {
        if (i == RECORDS / 4) {
          log.magic(2);
        }
        log.put("key" + i * 7 % KEYS, i % 11 == 0 ? null : "value " + i);
        if (i % 1_000 == 500) {
          log.roll();
        }
      }
      log.stampedTombstone("key3").stampedTombstone("key3").roll().put("z", "1");
    }
    partition = ScriptedLog.partition(logDir);
  }

  private static Cleaning cleaning() {
    return Cleaning.at(ScriptedLog.TIME_MS + 100_000_000)
        .config("segment.bytes", "20000")
        .config("delete.retention.ms", "1");
  }

  /** Memory for bits in pieces of 64 KiB: the log's are all in the first of each kind. */
  @ParameterizedTest
  @CsvSource({"1, 0", "3, 0", "3, 1"})
  void run_noMemoryForBits_sameFilesAndFigures(int threads, int pieces) throws IOException {
    Path other = ScriptedLog.partition(Trees.copy(partition.getParent(), temp.resolve("other")));

    CleanStats roomy = cleaning().run(partition).stats();
    CleanStats tight =
        cleaning().threads(threads).readBytes(4096).bitBytes(pieces << 16).run(other).stats();

    assertThat(roomy.spilledBytes()).isZero();
    assertThat(roomy.superseded()).isGreaterThan(RECORDS - 2 * KEYS);
    assertThat(roomy.expiredTombstones()).isPositive();
    assertThat(tight.spilledBytes()).isPositive();
    assertThat(tight.superseded()).isEqualTo(roomy.superseded());
    assertThat(tight.expiredTombstones()).isEqualTo(roomy.expiredTombstones());
    assertThat(tight.recordsKept()).isEqualTo(roomy.recordsKept());
    assertThat(tight.recordsKept())
        .isEqualTo(tight.recordsBefore() - tight.superseded() - tight.expiredTombstones());
    assertThat(DirectoryDiff.between(partition, other, ALL_FILES)).isEmpty();
    assertThat(spillFiles()).isEmpty();
  }

  @Test
  void run_noRoomOnDiskForBits_refusedUnchanged() throws IOException {
    Path before = Trees.copy(partition.getParent(), temp.resolve("before"));
    // For the new segments, but not for what is claimed at once for a spill.
    FaultyFileSystem disk =
        new FaultyFileSystem(new LocalFileSystem(), (op, number, path) -> {}).usable(2_000_000);

    CompactionOutcome outcome =
        cleaning().on(disk).bitBytes(0).run(partition).outcome().orElseThrow();

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.blame()).isEqualTo(Refused.Blame.SPACE));
    assertThat(outcome.message())
        .contains("no room to spill in " + partition, "2000000 bytes are free", "was changed");
    assertThat(DirectoryDiff.between(ScriptedLog.partition(before), partition, ALL_FILES))
        .isEmpty();
    assertThat(spillFiles()).isEmpty();
  }

  /** A bit of a record that stays would be marked, and no look at what was written could tell. */
  @Test
  void run_spilledBitsComeBackChanged_failsUnchanged() throws IOException {
    Path before = Trees.copy(partition.getParent(), temp.resolve("before"));
    FaultyFileSystem disk =
        new FaultyFileSystem(
            new LocalFileSystem(),
            (op, number, path) -> {
              if (op == Op.DELETE && path.toString().matches(".*-\\d+-0\\.spill")) {
                FaultyFileSystem.flipBit(path, 0);
              }
            });

    CompactionOutcome outcome =
        cleaning().on(disk).bitBytes(0).run(partition).outcome().orElseThrow();

    assertThat(outcome)
        .as("the disk's fault, not the partition's: " + outcome.message())
        .isInstanceOf(Failed.class);
    assertThat(outcome.message())
        .contains(".spill is not what was written to it", "nothing was changed", "--spill-dir");
    assertThat(DirectoryDiff.between(ScriptedLog.partition(before), partition, ALL_FILES))
        .isEmpty();
    assertThat(spillFiles()).isEmpty();
  }

  /** However the process ends while segments are written and swapped in. */
  @Test
  void run_secondPass_noSpillFileHasAName() throws IOException {
    List<Path> met = new ArrayList<>();
    List<Phase> phases = new ArrayList<>();
    CompactionListener looking =
        new CompactionListener() {
          @Override
          public void phase(CleanPlan plan, Phase phase) {
            phases.add(phase);
            met.addAll(spillFiles());
          }
        };

    CleanStats stats = cleaning().bitBytes(0).listener(looking).run(partition).stats();

    assertThat(stats.spilledBytes()).isPositive();
    assertThat(phases).contains(Phase.COPY, Phase.VERIFY, Phase.SWAP);
    assertThat(met).isEmpty();
  }

  private List<Path> spillFiles() {
    try (Stream<Path> files = Files.list(partition)) {
      return files.filter(file -> file.toString().endsWith(".spill")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
