// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.swap;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.CrashableFileSystem;
import io.kleaner.core.io.DiskOp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The order of the changes that a clean makes to names. */
class SwapOrderTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @EnumSource
  void replace_anyScenario_logBeforeItsIndexesWithASyncBetween(CrashScenario scenario)
      throws IOException {
    for (String stage : List.of(".deleted", "")) {
      List<String> seen = new ArrayList<>();
      for (DiskOp op : ops(scenario)) {
        if (op instanceof DiskOp.SyncDir) {
          seen.removeIf(name -> name.startsWith("unsynced "));
        } else if (op instanceof DiskOp.Rename rename) {
          String to = rename.to().getFileName().toString();
          if (to.endsWith(".log" + stage)) {
            seen.add("unsynced " + base(to));
            seen.add(base(to));
          } else if (to.endsWith("index" + stage)) {
            assertThat(seen).as(to).contains(base(to)).doesNotContain("unsynced " + base(to));
          }
        }
      }
      assertThat(seen).isNotEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void replace_anyScenario_noCleanedFileWhileACommitIsUnfinished(CrashScenario scenario)
      throws IOException {
    int cleaned = 0;
    int swaps = 0;
    int commits = 0;
    for (DiskOp op : afterRecovery(scenario)) {
      if (op instanceof DiskOp.Create create && named(create.path(), ".cleaned")) {
        assertThat(swaps).as("unfinished at " + op).isZero();
        cleaned++;
      } else if (op instanceof DiskOp.Rename rename) {
        cleaned -= named(rename.from(), ".cleaned") ? 1 : 0;
        swaps += named(rename.to(), ".swap") ? 1 : 0;
        swaps -= named(rename.from(), ".swap") ? 1 : 0;
        commits += named(rename.to(), ".swap") ? 1 : 0;
        if (named(rename.to(), ".deleted")) {
          assertThat(cleaned).as("left at " + op).isZero();
        }
      }
    }
    assertThat(commits).isPositive();
    assertThat(swaps).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void run_anyScenario_checkpointIsTheLastAndOnlyNameChangedAbove(CrashScenario scenario)
      throws IOException {
    List<DiskOp> ops = ops(scenario);
    int checkpoint = -1;
    for (int i = 0; i < ops.size(); i++) {
      if (ops.get(i) instanceof DiskOp.Rename rename) {
        boolean isCheckpoint = named(rename.to(), "cleaner-offset-checkpoint");
        assertThat(checkpoint).as("changed after the checkpoint: " + rename).isEqualTo(-1);
        checkpoint = isCheckpoint ? i : -1;
      }
    }
    assertThat(checkpoint).isPositive();
    assertThat(ops.get(checkpoint - 1)).isInstanceOf(DiskOp.Sync.class);
    assertThat(ops.get(checkpoint + 1)).isInstanceOf(DiskOp.SyncDir.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"TRANSACTION_INDEX_ENDS", "EMPTIED_TRANSACTION"})
  void replace_oldTransactionIndexWithoutSuccessor_emptyOneShippedAndDeleted(CrashScenario scenario)
      throws IOException {
    List<DiskOp> ops = ops(scenario);

    DiskOp.Rename shipped = null;
    for (DiskOp op : ops) {
      if (op instanceof DiskOp.Rename rename && named(rename.to(), ".txnindex")) {
        shipped = rename;
      }
    }
    assertThat(shipped).isNotNull();
    assertThat(ops).contains(new DiskOp.Delete(shipped.to()));
  }

  @Test
  void replace_severalOutputs_theFirstIsCommittedLastWithASyncBefore() throws IOException {
    List<String> commits = new ArrayList<>();
    for (DiskOp op : ops(CrashScenario.ROLLED_OUTPUT)) {
      if (op instanceof DiskOp.Rename rename && named(rename.to(), ".log.swap")) {
        commits.add(base(rename.to().getFileName().toString()));
      } else if (op instanceof DiskOp.SyncDir && !commits.isEmpty()) {
        commits.add("sync");
      } else if (op instanceof DiskOp.Rename rename && named(rename.to(), ".deleted")) {
        break;
      }
    }
    List<String> outputs = commits.stream().filter(each -> !each.equals("sync")).toList();
    assertThat(outputs)
        .hasSizeGreaterThan(1)
        .isSortedAccordingTo(Comparator.reverseOrder())
        .endsWith(CrashScenario.FIRST);
    assertThat(commits).endsWith("sync", CrashScenario.FIRST, "sync");
  }

  @Test
  void replace_mergedSegments_snapshotsOfPassedBasesGo() throws IOException {
    List<String> deleted = new ArrayList<>();
    for (DiskOp op : ops(CrashScenario.ONE_GROUP)) {
      if (op instanceof DiskOp.Delete delete && named(delete.path(), ".snapshot")) {
        deleted.add(delete.path().getFileName().toString());
      }
    }
    assertThat(deleted).containsExactly("00000000000000000003.snapshot");
  }

  private List<DiskOp> ops(CrashScenario scenario) throws IOException {
    CrashableFileSystem disk = new CrashJudge(scenario, temp).cleaned();
    return disk.ops();
  }

  /** What comes once the leftovers of another clean are gone. */
  private List<DiskOp> afterRecovery(CrashScenario scenario) throws IOException {
    List<DiskOp> ops = ops(scenario);
    for (int i = 0; i < ops.size(); i++) {
      if (ops.get(i) instanceof DiskOp.Create create && named(create.path(), ".cleaned")) {
        return ops.subList(i, ops.size());
      }
    }
    throw new AssertionError("nothing was written");
  }

  private static boolean named(Path path, String suffix) {
    return path.toString().endsWith(suffix);
  }

  private static String base(String name) {
    return name.substring(0, name.indexOf('.'));
  }
}
