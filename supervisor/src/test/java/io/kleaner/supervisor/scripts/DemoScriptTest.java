// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which demonstration {@code scripts/demo} plays, with a Java that only repeats its arguments. */
class DemoScriptTest {

  private static final String DEMOS = "io.kleaner.supervisor.demo.";

  @TempDir private Path temp;
  private ScriptTree tree;
  private Path script;
  private Path scratch;

  @BeforeEach
  void makeTree() throws IOException {
    scratch = Files.createDirectories(temp.resolve("scratch"));
    tree =
        new ScriptTree(
            temp.resolve("a tree"), "bash", "dirname", "readlink", "mktemp", "rm", "cat");
    tree.set("TMPDIR", scratch);
    tree.program("tools/java", "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    tree.program("tools/mvn", "#!/bin/sh\necho called: mvn\n");
    Files.writeString(tree.file("supervisor/target/test.classpath"), "kafka.jar");
    script = tree.script("demo");
  }

  @ParameterizedTest
  @CsvSource({"--offline, Demo, 1", "--heroku-2017, Heroku2017Demo, 2", ", IncidentDemo, 2"})
  void demo_option_playsItInADirectoryOfItsOwn(String option, String demo, int arguments)
      throws Exception {
    ScriptTree.Run run = option == null ? tree.run(script) : tree.run(script, option);

    assertThat(run.exit()).as(run.toString()).isZero();
    assertThat(run.err()).contains("building", "called: mvn");
    List<String> lines = run.out().lines().toList();
    int at = lines.indexOf(DEMOS + demo);
    assertThat(at).as(run.out()).isPositive();
    List<String> given = lines.subList(at + 1, lines.size());
    assertThat(given).hasSize(arguments);
    assertThat(Path.of(given.get(0)).getParent()).isEqualTo(scratch);
    assertThat(scratch).isEmptyDirectory();
    if (arguments > 1) {
      assertThat(given.get(1)).isEqualTo(tree.root().resolve("demo-report.json").toString());
    }
  }

  @Test
  void demo_keep_leavesTheDirectoryAndNamesIt() throws Exception {
    ScriptTree.Run run = tree.run(script, "--offline", "--keep");

    assertThat(run.exit()).as(run.toString()).isZero();
    List<Path> kept;
    try (Stream<Path> all = Files.list(scratch)) {
      kept = all.toList();
    }
    assertThat(kept).hasSize(1);
    assertThat(run.err()).contains("kept: " + kept.get(0));
  }

  @Test
  void demo_didNotHold_saysSoByItsExitCode() throws Exception {
    tree.program("tools/java", "#!/bin/sh\nexit 1\n");

    assertThat(tree.run(script, "--offline").exit()).isEqualTo(1);
    assertThat(scratch).isEmptyDirectory();
  }

  @Test
  void demo_unknownOption_isAnsweredWithTheUsage() throws Exception {
    ScriptTree.Run run = tree.run(script, "--everything");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("Usage: scripts/demo").doesNotContain("called: mvn");
    assertThat(run.out()).isEmpty();
  }
}
