// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.Fixtures;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kleaner in a JVM of its own: signals, exit codes of the process, and pipes that close. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class InterruptTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void compact_signalInTheMiddle_exits130WithNothingHalfDone(String signal) throws Exception {
    Path logDir = Fixtures.unpack("o-names", temp);
    Map<String, String> before = Tree.of(logDir);
    Process process = start("compact", "--topic", ".*", "--throttle", "2k", logDir);

    awaitLock(logDir, process);
    new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();

    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(err).isEqualTo(ExitCode.INTERRUPTED.number());
    assertThat(err).contains("nothing is half-done");
    assertThat(Tree.of(logDir)).isEqualTo(before);
    Cli.Run recover = Cli.run("recover", logDir);
    assertThat(recover.exit()).isZero();
    assertThat(recover.out()).contains("my-topic-0: no clean was interrupted here");
    assertThat(Cli.run("compact", "--topic", ".*", logDir).exit()).isZero();
  }

  @Test
  @Tag("full")
  void compact_signalAfterTheFirstPartition_eachIsAsBeforeOrDone() throws Exception {
    Path wanted = Fixtures.unpack("o-names", temp.resolve("wanted"));
    Path logDir = Fixtures.unpack("o-names", temp.resolve("data"));
    Map<String, String> before = Tree.of(logDir);
    String[] same = {"compact", "--topic", ".*", "--now", "4000000000000"};
    assertThat(Cli.run(same[0], same[1], same[2], same[3], same[4], wanted).exit()).isZero();
    Process process =
        start(same[0], same[1], same[2], same[3], same[4], "--throttle", "64k", logDir);

    try (BufferedReader lines = process.inputReader()) {
      String line = lines.readLine();
      while (line != null && !line.contains(": cleaned up to")) {
        line = lines.readLine();
      }
      assertThat(line).isNotNull();
      new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor();
      assertThat(process.waitFor()).isEqualTo(ExitCode.INTERRUPTED.number());
    }

    Map<String, String> after = Tree.of(logDir);
    Map<String, String> done = Tree.of(wanted);
    int cleaned = 0;
    for (String name : Tree.names(logDir)) {
      if (Files.isDirectory(logDir.resolve(name))) {
        boolean asBefore = of(after, name).equals(of(before, name));
        assertThat(asBefore || of(after, name).equals(of(done, name))).as(name).isTrue();
        cleaned += asBefore ? 0 : 1;
      }
    }
    assertThat(cleaned).isPositive();
    assertThat(logDir.resolve(".lock")).doesNotExist();
    assertThat(Cli.run(same[0], same[1], same[2], same[3], same[4], logDir).exit()).isZero();
    Map<String, String> converged = Tree.of(logDir);
    // The checkpoint says the same, written at another time.
    String checkpoint = "cleaner-offset-checkpoint";
    assertThat(logDir.resolve(checkpoint)).hasSameTextualContentAs(wanted.resolve(checkpoint));
    converged.remove(checkpoint);
    done.remove(checkpoint);
    assertThat(converged).isEqualTo(done);
  }

  private static Map<String, String> of(Map<String, String> tree, String name) {
    Map<String, String> part = new TreeMap<>(tree);
    part.keySet().removeIf(path -> !path.startsWith(name + "/"));
    return part;
  }

  @Test
  void dump_readerClosesThePipe_endsQuietly() throws Exception {
    Path logDir = Fixtures.unpack("o-names", temp);
    Process process = start("dump", "--records", "--values", logDir.resolve("my-topic-0"));

    try (BufferedReader lines = process.inputReader()) {
      assertThat(lines.readLine()).endsWith("00000000000000000000.log");
    }

    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(err).isEmpty();
  }

  @Test
  void compact_readerClosesThePipe_isDoneAllTheSame() throws Exception {
    Path logDir = Fixtures.unpack("o-names", temp);
    Process process = start("compact", "--topic", ".*", logDir);

    process.getInputStream().close();

    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(err).isZero();
    assertThat(logDir.resolve("my-topic-0/00000000000000000387.log")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", ""})
  void check_launcherSaysWhetherItIsATerminal_showsProgressOnlyThere(String tty) throws Exception {
    Path logDir = Fixtures.unpack("a-plain", temp);
    Process process = start(Map.of("KLEANER_TTY", tty), "check", "--json", logDir);

    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(err).isZero();
    assertThat(new Cli.Run(0, out, err).json().at("/partitions")).hasSize(1);
    if (tty.isEmpty()) {
      assertThat(err).isEmpty();
    } else {
      assertThat(err).contains("\rplain-0 (1 of 1): checking, ");
    }
  }

  private static Process start(Object... arguments) throws IOException {
    return start(Map.of(), arguments);
  }

  private static Process start(Map<String, String> environment, Object... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(defaultInterrupts());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(Main.class.getName());
    Arrays.stream(arguments).map(String::valueOf).forEach(command::add);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** A build in the background of a script ignores SIGINT, and its children inherit that. */
  private static List<String> defaultInterrupts() throws IOException {
    List<String> prefix = List.of("env", "--default-signal=INT");
    List<String> probe = new ArrayList<>(prefix);
    probe.add("true");
    int exit = new ProcessBuilder(probe).start().onExit().join().exitValue();
    return exit == 0 ? prefix : List.of();
  }

  /** The lock is there from the first write-like act on, and the throttle makes it last. */
  private static void awaitLock(Path logDir, Process process) {
    while (!Files.exists(logDir.resolve(".lock"))) {
      assertThat(process.isAlive()).isTrue();
      Thread.onSpinWait();
    }
  }
}
