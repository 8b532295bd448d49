// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.swap;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.Cleaning;
import io.kleaner.core.compact.CompactionOutcome;
import io.kleaner.core.io.CrashableFileSystem;
import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.FaultyFileSystem.Fault;
import io.kleaner.core.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every single change that a clean makes fails once, and the disk is full at every byte: the clean
 * says so instead of throwing, and what it leaves is as before or recoverable.
 */
class FaultSweepTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @EnumSource
  void run_anyChangeFails_saidAndNothingLost(CrashScenario scenario) throws IOException {
    CrashJudge judge = new CrashJudge(scenario, temp);
    int changes = judge.cleaned().ops().size();
    int said = 0;
    for (int failing = 0; failing < changes; failing++) {
      CrashableFileSystem disk = new CrashableFileSystem(judge.start());
      Optional<String> problem = clean(judge, new FaultyFileSystem(disk, Fault.once(failing)));
      said += problem.isPresent() ? 1 : 0;
      String where = scenario + " with change " + failing + " failing: " + problem;
      problem.ifPresent(message -> assertThat(message).as(where).contains("Input/output error"));
      assertThat(judge.afterOurRecovery(disk)).as(where).isEmpty();
    }
    assertThat(said).isGreaterThan(changes / 2);
  }

  @ParameterizedTest
  @EnumSource
  void run_diskFullAtAnyByte_saidAndNothingLost(CrashScenario scenario) throws IOException {
    CrashJudge judge = new CrashJudge(scenario, temp);
    boolean finished = false;
    for (int bytes = 0; !finished; bytes += 37) {
      CrashableFileSystem disk = new CrashableFileSystem(judge.start());
      Optional<String> problem = clean(judge, new FaultyFileSystem(disk, Fault.fullAfter(bytes)));
      String where = scenario + " with room for " + bytes + " bytes: " + problem;
      problem.ifPresent(
          message -> assertThat(message).as(where).contains("No space left on device"));
      assertThat(judge.afterOurRecovery(disk)).as(where).isEmpty();
      finished = problem.isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void run_noRoomBeforehand_refusedUnchanged(CrashScenario scenario) throws IOException {
    CrashJudge judge = new CrashJudge(scenario, temp);
    CrashableFileSystem disk = new CrashableFileSystem(judge.start());
    FaultyFileSystem full = new FaultyFileSystem(disk, (op, number, path) -> {}).usable(10);

    CompactionOutcome outcome = judge.attempt(full).outcome().orElseThrow();

    assertThat(outcome).isInstanceOf(CompactionOutcome.Refused.class);
    assertThat(outcome.message()).contains("10 are free", "nothing was changed");
    assertThat(judge.afterOurRecovery(disk)).isEmpty();
  }

  /** What a clean said went wrong; empty if it was done. */
  private static Optional<String> clean(CrashJudge judge, FileSystem disk) {
    try {
      Cleaning.Result result = judge.attempt(disk);
      return result.outcome().filter(CompactionOutcome.Compacted.class::isInstance).isPresent()
          ? Optional.empty()
          : Optional.of(result.message());
    } catch (IOException e) {
      // Taking the lock or recovering first: the command line says it.
      return Optional.of(e.getMessage());
    }
  }
}
