// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** On a terminal commands show how far they are, on standard error alone; elsewhere they don't. */
class ProgressTest {

  @TempDir private Path temp;
  private Path logDir;
  private Path other;

  @BeforeEach
  void unpack() throws IOException {
    logDir = Fixtures.unpack("o-names", temp.resolve("a"));
    other = Fixtures.unpack("o-names", temp.resolve("b"));
  }

  /** Commands, what they say they do, and whether nobody closed the log directory. */
  static Stream<Arguments> commands() {
    return Stream.of(
        Arguments.of("check LOGDIR", "checking", false),
        Arguments.of("diff LOGDIR OTHER", "comparing", false),
        Arguments.of("plan --exact --topic my-topic LOGDIR", "reading", false),
        Arguments.of(
            "plan --after-crash --topic my-topic LOGDIR", "checking after the crash", true),
        Arguments.of(
            "compact --dry-run --after-crash --topic my-topic LOGDIR",
            "checking after the crash",
            true));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void anyCommand_onATerminal_showsItsPartitionAndHowMuchOfItWasRead(
      String command, String doing, boolean crashed) throws IOException {
    List<String> shown = shown(Cli.onTerminal(arguments(command, crashed)).err());

    assertThat(shown)
        .as(command)
        .anyMatch(line -> line.matches("my-topic-0 \\(\\d of \\d\\): " + doing + ", 0 B of .*iB"))
        .anyMatch(line -> line.matches("my-topic-1 \\(\\d of \\d\\): " + doing + ", .*"));
    // It moves: one partition is shown at several places.
    assertThat(shown)
        .filteredOn(line -> line.startsWith("my-topic-0 (") && line.contains(doing))
        .doesNotHaveDuplicates()
        .hasSizeGreaterThan(3);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void anyCommand_onATerminal_takesItAwayAtTheEnd(String command, String doing, boolean crashed)
      throws IOException {
    String err = Cli.onTerminal(arguments(command, crashed)).err();

    String last = err.substring(err.lastIndexOf(doing) + doing.length());
    assertThat(last).matches("(?s)[^\\r]*\\r\\r +\\r.*");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void anyCommand_nobodyWatches_showsNone(String command, String doing, boolean crashed)
      throws IOException {
    Cli.Run run = Cli.run(arguments(command, crashed));

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).doesNotContain("\r", doing);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void anyCommand_jsonOnATerminal_isTheSameDocument(String command, String doing, boolean crashed)
      throws IOException {
    Object[] arguments = arguments(command.replaceFirst(" ", " --json "), crashed);

    Cli.Run watched = Cli.onTerminal(arguments);

    assertThat(watched.err()).contains(doing);
    assertThat(watched.out()).doesNotContain("\r", doing);
    assertThat(watched.json().at("/partitions"))
        .hasSameSizeAs(Cli.run(arguments).json().at("/partitions"));
    assertThat(watched.json().at("/partitions")).isNotEmpty();
  }

  @Test
  void compact_onATerminal_showsWhatItIsAt() throws IOException {
    // Of less than a mebibyte nothing is shown.
    Path partition = ManyKeys.in(temp.resolve("many"));

    Cli.Run run = Cli.onTerminal("compact", partition);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(shown(run.err()))
        .anyMatch(line -> line.matches("scripted-0: scan, .* read, .* written"));
    assertThat(run.out()).contains("scripted-0: cleaned").doesNotContain("\r", " read, ");
  }

  /** What was shown one after the other, without what took it away. */
  private static List<String> shown(String err) {
    return Arrays.stream(err.split("[\r\n]", -1))
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private Object[] arguments(String command, boolean crashed) throws IOException {
    if (crashed) {
      Files.deleteIfExists(logDir.resolve(".kafka_cleanshutdown"));
    }
    List<Object> arguments = new ArrayList<>();
    for (String word : command.split(" ", -1)) {
      switch (word) {
        case "LOGDIR" -> arguments.add(logDir);
        case "OTHER" -> arguments.add(other);
        default -> arguments.add(word);
      }
    }
    return arguments.toArray();
  }
}
