// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.oracle.Fixtures;
import io.kleaner.core.oracle.Trees;
import io.kleaner.supervisor.service.HookedDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory that another takes the name of while it is compacted. */
class ReplacedDirCompactTest {

  @TempDir private Path temp;

  @Test
  void compact_directoryReplacedByItsCopyMeanwhile_commitsNothingThereAndLeavesItsLock()
      throws Exception {
    Path logDir = Fixtures.unpack("o-names", temp);
    AtomicReference<Map<String, String>> copied = new AtomicReference<>();
    FileSystem disk =
        HookedDisk.with(
            (operation, path) -> {
              if (operation.equals("setLastModifiedMs") && copied.get() == null) {
                Path away = temp.resolve("away");
                Files.move(logDir, away);
                Trees.copy(away, logDir);
                copied.set(Tree.of(logDir));
              }
            });

    Cli.Run run = Cli.runOn(disk, "compact", "--topic", ".*", logDir);

    assertThat(run.exit()).as(run.all()).isNotZero();
    assertThat(run.all()).contains("no longer the file that was locked");
    Map<String, String> after = Tree.of(logDir);
    assertThat(after.keySet()).noneMatch(name -> name.endsWith(".swap"));
    copied
        .get()
        .forEach(
            (name, content) -> {
              if (name.endsWith(".log") || name.endsWith("-checkpoint")) {
                assertThat(after).containsEntry(name, content);
              }
            });
    assertThat(logDir.resolve(".lock")).exists();
  }
}
