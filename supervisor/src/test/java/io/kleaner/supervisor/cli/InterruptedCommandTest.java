// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.Fixtures;
import io.kleaner.supervisor.cli.FailingDisk.Op;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that are asked to stop in the middle: they exit with 130, and nothing is half-done. */
class InterruptedCommandTest {

  @TempDir private Path temp;
  private Path logDir;
  private Path spill;
  private final Interrupts interrupts = new Interrupts();

  @BeforeEach
  void unpack() throws IOException {
    logDir = Fixtures.unpack("o-names", temp.resolve("a"));
    Fixtures.unpack("o-names", temp.resolve("b"));
    spill = Files.createDirectories(temp.resolve("spill"));
  }

  /** A disk at whose first such operation the user has had enough. */
  private FailingDisk interruptedAt(Op wanted, String suffix) {
    return new FailingDisk(
        new LocalFileSystem(),
        (op, path) -> {
          if (op == wanted && path.toString().endsWith(suffix)) {
            interrupts.token().cancel();
          }
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "check A",
        "check --level 3 --json A",
        "diff --spill-dir SPILL A B",
        "diff --json --spill-dir SPILL A B",
        "plan --exact --topic my-topic --spill-dir SPILL A",
        "plan --exact --json --spill-dir SPILL A/my-topic-0",
        "dump --json --records A/my-topic-0",
        "compact --dry-run --topic my-topic --spill-dir SPILL A",
        "compact --output OUT --topic my-topic A",
        "compact --topic my-topic A"
      })
  void anyCommand_stoppedAtTheFirstRead_exits130AndLeavesNothing(String command)
      throws IOException {
    Map<String, String> before = Tree.of(temp);

    Cli.Run run = Cli.interruptible(interruptedAt(Op.READ, ".log"), interrupts, arguments(command));

    assertThat(run.exit()).as(run.all()).isEqualTo(ExitCode.INTERRUPTED.number());
    assertThat(run.err()).contains("nothing is half-done");
    assertThat(Tree.of(temp)).isEqualTo(before);
  }

  @Test
  void compact_stoppedBeforeItCleans_printsItsDocument() {
    Cli.Run run =
        Cli.interruptible(
            interruptedAt(Op.READ, "checkpoint"), interrupts, "compact", "--json", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(ExitCode.INTERRUPTED.number());
    assertThat(run.json().has("partitions")).isTrue();
    assertThat(run.json().at("/cleaned").asInt(-1)).isZero();
  }

  @Test
  void recover_stoppedWithinAPartition_finishesThatOneAndLeavesTheOthers() throws IOException {
    Path first = logDir.resolve("my-topic-0/00000000000000000387.log.cleaned");
    Path second = logDir.resolve("my-topic-1/00000000000000000387.log.cleaned");
    Files.writeString(first, "x");
    Files.writeString(second, "x");

    Cli.Run run =
        Cli.interruptible(
            interruptedAt(Op.DELETE, ".cleaned"), interrupts, "recover", "--json", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(ExitCode.INTERRUPTED.number());
    assertThat(run.err()).contains("interrupted; nothing is half-done");
    assertThat(run.json().at("/partitions").findValuesAsText("result")).contains("undone");
    assertThat(List.of(Files.exists(first), Files.exists(second)))
        .containsExactlyInAnyOrder(true, false);
    assertThat(logDir.resolve(".lock")).doesNotExist();
    assertThat(Cli.run("recover", logDir).exit()).isZero();
    assertThat(first).doesNotExist();
    assertThat(second).doesNotExist();
  }

  private Object[] arguments(String command) {
    List<Object> arguments = new ArrayList<>();
    for (String word : command.split(" ", -1)) {
      arguments.add(
          switch (word) {
            case "A" -> logDir;
            case "A/my-topic-0" -> logDir.resolve("my-topic-0");
            case "B" -> temp.resolve("b/log-dir");
            case "OUT" -> temp.resolve("out");
            case "SPILL" -> spill;
            default -> word;
          });
    }
    return arguments.toArray();
  }
}
