// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.Fixtures;
import io.kleaner.supervisor.cli.FailingDisk.Op;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mistakes at the command line that only the disk shows: one message, and nothing is changed. */
class WrongUseTest {

  @TempDir private Path temp;
  private Path logDir;
  private Path partition;
  private Map<String, String> before;

  @BeforeEach
  void unpack() throws IOException {
    logDir = Fixtures.unpack("a-plain", temp);
    partition = logDir.resolve("plain-0");
    before = Tree.of(temp);
  }

  private void assertTold(Cli.Run run, ExitCode exit, String... message) throws IOException {
    assertThat(run.exit()).as(run.all()).isEqualTo(exit.number());
    assertThat(run.err()).contains(message).hasLineCount(2);
    assertThat(run.out()).isEmpty();
    assertThat(Tree.of(temp)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"compact", "plan", "check", "recover"})
  void anyCommand_directoryGivenTwice_isAUsageError(String command) throws IOException {
    Cli.Run run = Cli.run(command, partition, logDir.resolve("../log-dir/plain-0"));

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err()).contains("is named twice; nothing was looked at");
    assertThat(Tree.of(temp)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"compact", "plan", "check", "recover"})
  void anyCommand_logDirectoryAndItsPartition_isAUsageError(String command) throws IOException {
    Cli.Run run = Cli.run(command, partition, logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err()).contains(partition + " lies within " + logDir + ", which is named too");
    assertThat(Tree.of(temp)).isEqualTo(before);
  }

  @Test
  void compact_directoryAndALinkToIt_isAUsageError() throws IOException {
    Path link = Files.createSymbolicLink(temp.resolve("link"), logDir);
    before = Tree.of(temp);

    Cli.Run run = Cli.run("compact", logDir, link);

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err()).contains("is named twice");
  }

  @Test
  void compact_partitionsWhoseNamesBeginAlike_areTwo() throws IOException {
    Path names = Fixtures.unpack("o-names", temp.resolve("names"));

    Cli.Run run =
        Cli.run("compact", "--dry-run", names.resolve("my-topic-0"), names.resolve("my-topic-1"));

    assertThat(run.exit()).as(run.all()).isZero();
  }

  @Test
  void diff_directoryWithItself_isAUsageError() throws IOException {
    Cli.Run run = Cli.run("diff", partition, logDir.resolve("./plain-0"));

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err()).contains("A and B are one directory");
  }

  @Test
  void compact_outputForTwoDirectories_isAUsageError() throws IOException {
    Path other = Fixtures.unpack("o-names", temp.resolve("names"));
    before = Tree.of(temp);

    Cli.Run run =
        Cli.run("compact", "--output", temp.resolve("out"), partition, other.resolve("my-topic-0"));

    assertTold(run, ExitCode.USAGE, "--output takes one DIR");
  }

  @Test
  void plan_showKeysWithoutExact_isAUsageError() throws IOException {
    assertTold(
        Cli.run("plan", "--show-keys", partition), ExitCode.USAGE, "--show-keys needs --exact");
  }

  @ParameterizedTest
  @ValueSource(strings = {"yesterday", "-5", "1e12", "99999999999999999999"})
  void now_noTime_isAUsageError(String text) throws IOException {
    assertTold(
        Cli.run("compact", "--now", text, partition), ExitCode.USAGE, "'" + text + "' is no time");
  }

  @Test
  void compact_optionGivenTwice_isAUsageError() throws IOException {
    assertTold(
        Cli.run("compact", "--memory", "1m", "--memory", "2m", partition),
        ExitCode.USAGE,
        "'--memory' (SIZE) should be specified only once");
  }

  @Test
  void compact_settingWithoutValue_isAUsageError() throws IOException {
    assertTold(
        Cli.run("compact", "--config", "cleanup.policy", partition), ExitCode.USAGE, "--config");
  }

  @Test
  void compact_wrongSettingAndMissingDirectory_theCommandLineIsToldFirst() throws IOException {
    assertTold(
        Cli.run("compact", "--config", "colour=red", temp.resolve("nowhere")),
        ExitCode.USAGE,
        "unknown setting 'colour'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"compact", "plan", "check", "recover", "dump"})
  void anyCommand_emptyDirectory_isRefused(String command) throws IOException {
    Path empty = Files.createDirectories(temp.resolve("empty"));
    before = Tree.of(temp);

    assertTold(Cli.run(command, empty), ExitCode.REFUSED, empty.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"compact", "plan"})
  void anyCommand_logDirectoryWithoutPartitions_saysSoAndIsDone(String command) throws IOException {
    Path empty = Files.createDirectories(temp.resolve("empty"));
    Files.writeString(empty.resolve("meta.properties"), "version=1\nnode.id=1\n");
    Files.writeString(empty.resolve(".kafka_cleanshutdown"), "");
    before = Tree.of(temp);

    Cli.Run run = Cli.run(command, empty);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.err()).contains(empty + " holds no partition");
    assertThat(Tree.of(temp)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"compact", "plan"})
  void anyCommand_patternThatMatchesNoTopic_namesSomeThatAreThere(String command)
      throws IOException {
    Path many = Files.createDirectories(temp.resolve("many"));
    Files.writeString(many.resolve("meta.properties"), "version=1\nnode.id=1\n");
    Files.writeString(many.resolve(".kafka_cleanshutdown"), "");
    for (int i = 10; i < 22; i++) {
      Files.createDirectories(many.resolve("orders" + i + "-0"));
      Files.createDirectories(many.resolve("orders" + i + "-1"));
    }
    before = Tree.of(temp);

    Cli.Run run = Cli.run(command, "--topic", "orders", many);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.err()).contains("no partition of a topic whose whole name matches 'orders'");
    assertThat(run.nextStep())
        .contains("Topics there: orders10, orders11,", "orders19, and 2 more.", "'orders.*'")
        .doesNotContain("orders20");
    assertThat(Tree.of(temp)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"compact", "plan", "check", "recover"})
  void anyCommand_fileInsteadOfADirectory_isRefused(String command) throws IOException {
    Path file = logDir.resolve("meta.properties");

    assertTold(Cli.run(command, file), ExitCode.REFUSED, file + " is not a directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"compact", "plan", "check", "recover", "dump"})
  void anyCommand_pathThroughAFile_isRefused(String command) throws IOException {
    Path through = logDir.resolve("meta.properties").resolve("plain-0");

    assertTold(Cli.run(command, through), ExitCode.REFUSED, through.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"compact", "plan", "check", "recover", "dump"})
  void anyCommand_linkInACircle_isRefused(String command) throws IOException {
    Path one = temp.resolve("one-0");
    Path two = temp.resolve("two-0");
    Files.createSymbolicLink(one, two);
    Files.createSymbolicLink(two, one);

    Cli.Run run = Cli.run(command, one);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains(one.toString()).hasLineCount(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"compact", "plan", "check", "recover", "dump"})
  void anyCommand_directoryThatMayNotBeRead_isRefused(String command) throws IOException {
    FailingDisk disk =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == Op.LIST) {
                throw new AccessDeniedException(path.toString());
              }
            });

    assertTold(
        Cli.runOn(disk, command, partition), ExitCode.REFUSED, "permission denied", "Run as");
  }

  @Test
  void dump_onePathThatIsNotThere_isToldAndTheOthersAreShown() throws IOException {
    Path empty = Files.createDirectories(temp.resolve("empty"));

    Cli.Run run = Cli.run("dump", temp.resolve("nowhere"), empty, partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(ExitCode.REFUSED.number());
    assertThat(run.err())
        .contains(temp.resolve("nowhere") + " does not exist", "holds no segment")
        .hasLineCount(4);
    assertThat(run.out()).contains("batch position=0");
  }

  @Test
  void dump_fileThatMayNotBeRead_isRefused() throws IOException {
    Path log = SegmentSurgery.log(partition, 0);
    FailingDisk disk =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == Op.OPEN_READ) {
                throw new AccessDeniedException(path.toString());
              }
            });

    Cli.Run run = Cli.runOn(disk, "dump", log);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains(log + " cannot be read: permission denied").hasLineCount(2);
  }
}
