// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.swap;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a peer's clean may leave when its renames reach the disk in another order than they were
 * made: a {@code .swap} beside a stale {@code .cleaned}, which a loader deletes, although some of
 * the segments it stands for have been retired.
 */
class PeersLeftoversTest {

  private static final List<String> SUFFIXES = List.of(".log", ".index", ".timeindex");

  private static final int LENGTH = 8;
  private static final long LOG_OVERHEAD = 12;

  @TempDir private Path temp;
  private Path partition;

  /** Segments 0, 1, 3 and the active one at 4; {@code 1.log.swap} holds what 1 and 3 do. */
  @BeforeEach
  void write() throws IOException {
    Path logDir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of())) {
      log.put("s", "1").roll();
      log.put("a", "1").put("a", "2").roll();
      log.put("b", "1").roll();
      log.put("z", "1");
    }
    partition = ScriptedLog.partition(logDir);
    Path swap = file(1, ".log.swap");
    Files.copy(file(1, ".log"), swap);
    Files.write(swap, Files.readAllBytes(file(3, ".log")), StandardOpenOption.APPEND);
    Files.createFile(file(1, ".index.swap"));
    Files.createFile(file(1, ".timeindex.swap"));
    Files.createFile(file(0, ".log.cleaned"));
  }

  @Test
  void plan_laterOldSegmentRetired_swapIsFinished() throws IOException {
    for (String suffix : SUFFIXES) {
      Files.move(file(3, suffix), file(3, suffix + ".deleted"));
    }
    byte[] swapped = Files.readAllBytes(file(1, ".log.swap"));

    RecoveryPlan plan = recover();

    assertThat(plan.result()).isEqualTo(RecoveryPlan.Result.FINISHED);
    assertThat(Files.readAllBytes(file(1, ".log"))).isEqualTo(swapped);
    assertThat(names()).doesNotContain("3.log", "3.log.deleted", "0.log.cleaned", "1.log.swap");
  }

  @Test
  void plan_allOldSegmentsThere_swapIsUndone() throws IOException {
    byte[] old = Files.readAllBytes(file(1, ".log"));

    RecoveryPlan plan = recover();

    assertThat(plan.result()).isEqualTo(RecoveryPlan.Result.UNDONE);
    assertThat(Files.readAllBytes(file(1, ".log"))).isEqualTo(old);
    assertThat(names()).contains("3.log").doesNotContain("0.log.cleaned", "1.log.swap");
  }

  @Test
  void plan_retiredOffsetsStillInALiveSegment_swapIsUndone() throws IOException {
    // An earlier clean merged 3 into 1; its .deleted was not removed yet.
    Files.write(file(1, ".log"), Files.readAllBytes(file(3, ".log")), StandardOpenOption.APPEND);
    for (String suffix : SUFFIXES) {
      Files.move(file(3, suffix), file(3, suffix + ".deleted"));
    }

    assertThat(recover().result()).isEqualTo(RecoveryPlan.Result.UNDONE);
  }

  /** Where a swap ends is in its headers: what a batch holds need not be in memory. */
  @Test
  void plan_batchLargerThanAnyBuffer_swapIsFinished() throws IOException {
    Files.delete(file(0, ".log.cleaned"));
    try (RandomAccessFile swap = new RandomAccessFile(file(1, ".log.swap").toFile(), "rw")) {
      long atLast = swap.length() - Files.size(file(3, ".log"));
      swap.seek(atLast + LENGTH);
      swap.writeInt(Integer.MAX_VALUE);
      swap.setLength(atLast + LOG_OVERHEAD + Integer.MAX_VALUE);
    }

    assertThat(recover().result()).isEqualTo(RecoveryPlan.Result.FINISHED);
    assertThat(names()).doesNotContain("3.log", "1.log.swap");
  }

  private RecoveryPlan recover() throws IOException {
    LocalFileSystem fileSystem = new LocalFileSystem();
    RecoveryPlan plan = new SwapRecovery(fileSystem).plan(partition);
    plan.apply(fileSystem, partition);
    return plan;
  }

  private Path file(long base, String suffix) {
    return partition.resolve(String.format("%020d", base) + suffix);
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(partition)) {
      return files.map(file -> file.getFileName().toString().replaceFirst("^0{1,19}", "")).toList();
    }
  }
}
