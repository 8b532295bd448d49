// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as someone meets it who has not read about it. */
class UsageTest {

  private static final Map<String, String[]> HELP =
      Map.of(
          "compact",
          new String[] {
            "Default: 128m",
            "Default: 64m",
            "Default: 1.",
            "Default: no limit",
            "Default: keep",
            "Default: normal",
            "Default: checkpoint",
            "Default: refuse",
            "--after-crash",
            "--truncate-tail",
            "delete.retention.ms"
          },
          "plan",
          new String[] {
            "Default: 128m", "Default: keep", "--exact", "--show-keys", "--after-crash"
          },
          "check",
          new String[] {"Default: 2", "Default: 64m"},
          "dump",
          new String[] {"--records", "--keys", "--values"},
          "diff",
          new String[] {"Default: 128m", "Exit code 1 if they differ"},
          "recover",
          new String[] {"--after-crash"},
          "compact-now",
          new String[] {"Default: 15m", "Default: 10s", "--prove-erased", "--roll"});

  @TempDir private Path temp;

  static Stream<String> commands() {
    return HELP.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void help_everyCommand_hasExamplesAndDefaults(String command) {
    Cli.Run run = Cli.run(command, "--help");

    assertThat(run.exit()).isZero();
    assertThat(run.err()).isEmpty();
    String text = run.out().replaceAll("\\s+", " ");
    assertThat(text).startsWith("Usage: kleaner " + command).contains("Examples:", "--json");
    assertThat(text).contains(HELP.get(command));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void help_everyCommand_breaksNoExample(String command) {
    String examples = Cli.run(command, "--help").out().split("Examples:\n", -1)[1];

    assertThat(examples.lines()).allMatch(line -> line.startsWith("  kleaner " + command));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void version_everyCommand_isTold(String command) {
    Cli.Run run = Cli.run(command, "--version");

    assertThat(run.exit()).isZero();
    assertThat(run.out()).startsWith("kleaner ");
  }

  @Test
  void help_top_listsCommandsAndExitCodes() {
    Cli.Run run = Cli.run("--help");

    assertThat(run.exit()).isZero();
    assertThat(run.out()).contains("Exit codes: 0 done").contains(HELP.keySet());
  }

  @Test
  void version_top_isTold() {
    assertThat(Cli.run("--version").out()).startsWith("kleaner ");
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of("", "name a command"),
        Arguments.of("frobnicate", "frobnicate"),
        Arguments.of("compact", "Missing required parameter: 'DIR'"),
        Arguments.of("diff a", "Missing required parameter: 'B'"),
        Arguments.of("compact --dry-rum x", "--dry-run"),
        Arguments.of("compact --threads 0 x", "--threads is at least 1"),
        Arguments.of("compact --threads two x", "--threads"),
        Arguments.of("compact --memory 12q x", "'12q' is not a size above 0"),
        Arguments.of("compact --memory 1k x", "--memory is at least 1m"),
        Arguments.of("plan --memory 1k x", "--memory is at least 1m"),
        Arguments.of("compact --throttle 0 x", "'0' is not a size above 0"),
        Arguments.of("compact --throttle -5 x", "'-5' is not a size above 0"),
        Arguments.of("compact --memory 9999999999t x", "is not a size above 0"),
        Arguments.of("compact --max-record-bytes 4g x", "--max-record-bytes is below 2g"),
        Arguments.of("compact --topic [ x", "'[' is no pattern"),
        Arguments.of("compact --high-watermark soon x", "'soon' is neither"),
        Arguments.of("compact --high-watermark -1 x", "'-1' is neither"),
        Arguments.of("compact --tombstones maybe x", "maybe"),
        Arguments.of("compact --verify much x", "much"),
        Arguments.of("compact --keep-unkeyed --drop-unkeyed x", "mutually exclusive"),
        Arguments.of("compact --output o --dry-run x", "exclude each other"),
        Arguments.of("compact --spill-dir /no/where x", "--spill-dir: /no/where is no directory"),
        Arguments.of("plan --max-record-bytes 2g x", "--max-record-bytes is below 2g"),
        Arguments.of("check --max-record-bytes 2g x", "--max-record-bytes is below 2g"),
        Arguments.of("dump --max-record-bytes 3000m x", "--max-record-bytes is below 2g"),
        Arguments.of("diff --max-record-bytes 2g a b", "--max-record-bytes is below 2g"),
        Arguments.of(
            "compact-now --bootstrap-server b:1 --log-dir x --max-record-bytes 2g t",
            "--max-record-bytes is below 2g"),
        Arguments.of("plan --spill-dir /no/where x", "--spill-dir: /no/where is no directory"),
        Arguments.of("diff --spill-dir /no/where a b", "--spill-dir: /no/where is no directory"),
        Arguments.of("compact --truncate-tail --dry-run x", "a dry run cuts nothing off"),
        Arguments.of("compact-now t", "Missing required options"),
        Arguments.of(
            "compact-now --bootstrap-server b:1 --log-dir x --deadline soon t",
            "'soon' is not a duration"),
        Arguments.of(
            "compact-now --bootstrap-server b:1 --log-dir x --prove-erased /no/where t",
            "--prove-erased /no/where cannot be read"),
        Arguments.of("check --level 4 x", "--level is 1, 2 or 3"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void anyCommand_wrongArguments_saysWhichAndWhereHelpIs(String arguments, String message) {
    Cli.Run run = Cli.run(arguments.isEmpty() ? new Object[0] : arguments.split(" ", -1));

    assertThat(run.exit()).as(run.all()).isEqualTo(ExitCode.USAGE.number());
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(message, "--help'.");
    assertThat(run.err().lines().count()).isLessThanOrEqualTo(3);
  }

  @Test
  void compact_everyWrongSetting_isToldAtOnce() throws Exception {
    Path logDir = io.kleaner.core.oracle.Fixtures.unpack("a-plain", temp);

    Cli.Run run =
        Cli.run("compact", "--config", "segment.bytes=many", "--config", "colour=red", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err())
        .contains("segment.bytes is a whole number, not 'many'", "unknown setting 'colour'");
  }

  @Test
  void compact_segmentBytesBeyondAnInt_isRefusedAsUsage() throws Exception {
    Path logDir = io.kleaner.core.oracle.Fixtures.unpack("a-plain", temp);

    Cli.Run run = Cli.run("compact", "--config", "segment.bytes=3221225472", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err()).contains("segment.bytes is at most 2147483647, not 3221225472");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1048576", "1024k", "1m", "1M", "1024K"})
  void sizes_binaryUnits_meanTheSame(String text) {
    assertThat(new Sizes().convert(text)).isEqualTo(1L << 20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2h", "120m", "7200s", "7200000ms"})
  void durations_everyUnit_meansTheSame(String text) {
    assertThat(new Durations().convert(text)).isEqualTo(java.time.Duration.ofHours(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2g", "2048m"})
  void sizes_gigabytes_areBinary(String text) {
    assertThat(new Sizes().convert(text)).isEqualTo(1L << 31);
  }

  @Test
  void sizes_terabytes_areBinary() {
    assertThat(new Sizes().convert("1t")).isEqualTo(1L << 40);
  }
}
