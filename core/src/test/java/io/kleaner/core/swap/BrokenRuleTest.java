// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.swap;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.CrashableFileSystem;
import io.kleaner.core.io.DiskOp;
import io.kleaner.core.io.DiskState;
import io.kleaner.core.io.MemoryDir;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each rule of the swap is there for a reason: without it, some crash loses something. */
class BrokenRuleTest {

  private static final int SEEDS = 6;

  @TempDir(factory = MemoryDir.class)
  private Path temp;

  @ParameterizedTest
  @EnumSource
  void recover_ruleBroken_someCrashLoses(BrokenRule rule) throws IOException {
    CrashJudge judge = new CrashJudge(rule.scenario(), temp);
    List<DiskOp> right = judge.cleaned().ops();
    List<DiskOp> wrong = rule.broken(right);

    assertThat(wrong).isNotEqualTo(right);
    assertThat(firstLoss(judge, wrong)).as("no crash lost anything without " + rule).isPresent();
  }

  private static Optional<String> firstLoss(CrashJudge judge, List<DiskOp> ops) throws IOException {
    for (int done = 0; done <= ops.size(); done++) {
      for (int percent : new int[] {100, 0, 50}) {
        for (int seed = 1; seed <= (percent == 50 ? SEEDS : 1); seed++) {
          DiskState left =
              judge.start().afterCrash(ops.subList(0, done), percent, 1000L * done + seed);
          List<String> problems = new ArrayList<>();
          try {
            problems.addAll(judge.afterBrokerStart(left));
            problems.addAll(judge.afterOurRecovery(new CrashableFileSystem(left)));
          } catch (IOException | RuntimeException e) {
            problems.add(e.toString());
          }
          if (!problems.isEmpty()) {
            return Optional.of(problems.toString());
          }
        }
      }
    }
    return Optional.empty();
  }
}
