// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.Fixtures;
import io.kleaner.core.oracle.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spill files of a process that was killed go with the next run; those of a living one do not. */
class KilledSpillTest {

  @TempDir private Path temp;
  private Path logDir;
  private Path spillDir;

  @BeforeEach
  void unpack() throws IOException {
    logDir = Fixtures.unpack("o-names", temp);
    spillDir = Files.createDirectory(temp.resolve("spill"));
    Files.writeString(spillDir.resolve("kleaner-notes.txt"), "not ours");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "compact --topic my-topic DIR",
        "compact --dry-run --topic my-topic DIR",
        "plan --exact --topic my-topic DIR",
        "recover DIR",
        "diff DIR COPY"
      })
  void command_spillsOfAKilledProcess_removedAndTold(String command) throws IOException {
    try (SpillingProcess process = SpillingProcess.in(spillDir)) {
      process.kill();
    }
    assertThat(Tree.names(spillDir)).hasSize(3);

    Cli.Run run = run(command);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.err()).contains("1 spill file that a killed run had left in " + spillDir);
    assertThat(Tree.names(spillDir)).containsExactly("kleaner-notes.txt");
  }

  @Test
  void compact_spillsOfALivingProcess_stay() throws IOException {
    try (SpillingProcess process = SpillingProcess.in(spillDir)) {
      List<String> before = Tree.names(spillDir);

      Cli.Run run = run("compact --topic my-topic DIR");

      assertThat(run.exit()).as(run.all()).isZero();
      assertThat(run.err()).doesNotContain("killed");
      assertThat(Tree.names(spillDir)).isEqualTo(before).hasSize(3);
      process.kill();
    }
  }

  private Cli.Run run(String command) throws IOException {
    List<Object> arguments = new ArrayList<>();
    for (String each : command.split(" ", -1)) {
      arguments.add(
          switch (each) {
            case "DIR" -> logDir;
            case "COPY" -> Trees.copy(logDir, temp.resolve("copy"));
            default -> each;
          });
    }
    arguments.add("--spill-dir");
    arguments.add(spillDir);
    return Cli.run(arguments.toArray());
  }
}
