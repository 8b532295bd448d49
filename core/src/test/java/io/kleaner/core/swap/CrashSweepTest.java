// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.swap;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.Reshaping;
import io.kleaner.core.io.CrashableFileSystem;
import io.kleaner.core.io.DiskOp;
import io.kleaner.core.io.DiskState;
import io.kleaner.core.io.MemoryDir;
import io.kleaner.core.record.Compression;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
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

  private static final int LEAST_CHANGES = 20;
  private static final String SPILL_FILE = "kleaner-[0-9a-f]{16}-.*\\.spill";
  private static final Reshaping RESHAPING =
      new Reshaping(Optional.of(Compression.parse("zstd:9")), true);

  @TempDir(factory = MemoryDir.class)
  private Path temp;

  @ParameterizedTest
  @EnumSource
  void recover_crashAfterAnyChange_nothingLost(CrashScenario scenario) throws IOException {
    recoverEverywhere(scenario, 1);
  }

  @Tag("full")
  @ParameterizedTest
  @EnumSource
  void recover_crashAfterAnyChangeManySeeds_nothingLost(CrashScenario scenario) throws IOException {
    recoverEverywhere(scenario, 12);
  }

  @ParameterizedTest
  @EnumSource
  void load_brokerStartsAfterCrash_nothingLost(CrashScenario scenario) throws IOException {
    loadEverywhere(scenario, 1);
  }

  @Tag("full")
  @ParameterizedTest
  @EnumSource
  void load_brokerStartsAfterCrashManySeeds_nothingLost(CrashScenario scenario) throws IOException {
    loadEverywhere(scenario, 8);
  }

  @Tag("full")
  @ParameterizedTest
  @EnumSource
  void recover_crashAfterAnyChangeWhileReshaping_nothingLost(CrashScenario scenario)
      throws IOException {
    CrashJudge judge = new CrashJudge(scenario, temp, RESHAPING);
    everywhere(
        scenario,
        judge.cleaned(),
        2,
        (where, left) -> {
          CrashableFileSystem after = new CrashableFileSystem(left);
          assertThat(judge.afterOurRecovery(after)).as(where).isEmpty();
          judge.cleanAgain(after);
          assertThat(judge.afterOurRecovery(after)).as(where).isEmpty();
        });
  }

  @Tag("full")
  @ParameterizedTest
  @EnumSource
  void load_brokerStartsAfterCrashWhileReshaping_nothingLost(CrashScenario scenario)
      throws IOException {
    CrashJudge judge = new CrashJudge(scenario, temp, RESHAPING);
    everywhere(
        scenario,
        judge.cleaned(),
        1,
        (where, left) -> assertThat(judge.afterBrokerStart(left)).as(where).isEmpty());
  }

  private void recoverEverywhere(CrashScenario scenario, int seeds) throws IOException {
    CrashJudge judge = new CrashJudge(scenario, temp);
    CrashableFileSystem disk = judge.cleaned();
    assertThat(disk.ops().stream().anyMatch(CrashSweepTest::makesASpillFile))
        .isEqualTo(scenario.spillsBits());
    Map<String, String> wanted = CrashJudge.content(disk.state());
    CrashableFileSystem uncrashed = new CrashableFileSystem(disk.state());
    judge.settle(uncrashed);
    Map<String, String> settled = CrashJudge.content(uncrashed.state());
    everywhere(
        scenario,
        disk,
        seeds,
        (where, left) -> {
          CrashableFileSystem after = new CrashableFileSystem(left);
          assertThat(judge.afterOurRecovery(after)).as(where).isEmpty();
          judge.cleanAgain(after);
          if (scenario.isCleanedTheSameTwice()) {
            assertThat(CrashJudge.content(after.state())).as(where).isEqualTo(wanted);
          }
          judge.settle(after);
          assertThat(CrashJudge.content(after.state())).as(where).isEqualTo(settled);
        });
  }

  private static boolean makesASpillFile(DiskOp op) {
    return op instanceof DiskOp.Create create
        && create.path().getFileName().toString().matches(SPILL_FILE);
  }

  private void loadEverywhere(CrashScenario scenario, int seeds) throws IOException {
    CrashJudge judge = new CrashJudge(scenario, temp);
    everywhere(
        scenario,
        judge.cleaned(),
        seeds,
        (where, left) -> assertThat(judge.afterBrokerStart(left)).as(where).isEmpty());
  }

  /** What is done with a disk after a crash. */
  private interface Aftermath {
    void look(String where, DiskState left) throws IOException;
  }

  private static void everywhere(
      CrashScenario scenario, CrashableFileSystem disk, int seeds, Aftermath aftermath)
      throws IOException {
    int count = disk.ops().size();
    assertThat(count).isGreaterThan(LEAST_CHANGES);
    for (int done = 0; done <= count; done++) {
      for (int percent : new int[] {0, 50, 100}) {
        for (int seed = 1; seed <= (percent == 50 ? seeds : 1); seed++) {
          String where =
              String.format(
                  "%s crashed after change %d of %d, %d %% of what was not synced is left, seed %d",
                  scenario, done, count, percent, seed);
          aftermath.look(where, disk.crashAfter(done, percent, 1000L * done + seed));
        }
      }
    }
  }
}
