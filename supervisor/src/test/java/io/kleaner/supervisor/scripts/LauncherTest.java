// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.demo.Sidecar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher, with a Maven and a Java that only say that they were called. */
class LauncherTest {

  private static final String JAR = "supervisor/target/kleaner.jar";
  private static final String JAVA = "#!/bin/sh\necho called: java\n";
  private static final String JAVA_THAT_REPEATS = "#!/bin/sh\nprintf '%s\\n' \"$@\"\n";
  private static final String MAVEN =
      "#!/bin/sh\necho \"called: mvn $*\"\nmkdir -p supervisor/target\ntouch " + JAR + "\n";

  @TempDir private Path temp;
  private ScriptTree tree;
  private Path launcher;
  private Path source;

  @BeforeEach
  void makeTree() throws IOException {
    tree = treeIn(temp.resolve("tree"));
    launcher = tree.script("kleaner");
    source = tree.file("core/src/main/java/A.java");
    tree.file("supervisor/src/main/java/B.java");
    for (String pom : new String[] {"pom.xml", "core/pom.xml", "supervisor/pom.xml"}) {
      tree.file(pom);
    }
    Files.setLastModifiedTime(tree.file(JAR), FileTime.fromMillis(2_000_000));
  }

  private static ScriptTree treeIn(Path root) throws IOException {
    ScriptTree made = new ScriptTree(root, "bash", "dirname", "readlink", "find", "touch", "mkdir");
    made.program("jdk/bin/java", JAVA);
    return made.set("JAVA_HOME", root.resolve("jdk"));
  }

  private ScriptTree.Run run(String... arguments) throws Exception {
    return tree.run(launcher, arguments);
  }

  private ScriptTree.Run ran(String... arguments) throws Exception {
    ScriptTree.Run run = run(arguments);
    assertThat(run.exit()).as(run.toString()).isZero();
    return run;
  }

  @Test
  void run_jarIsNewest_isRunAsItIs() throws Exception {
    tree.program("tools/mvn", MAVEN);

    assertThat(ran("--help")).isEqualTo(new ScriptTree.Run(0, "called: java\n", ""));
  }

  @Test
  void run_firstUse_isBuiltOnceAndOnlyTheCommandIsOnStandardOutput() throws Exception {
    tree.program("tools/mvn", MAVEN);
    Files.delete(tree.root().resolve(JAR));

    ScriptTree.Run first = ran("--help");
    assertThat(first.out()).isEqualTo("called: java\n");
    assertThat(first.err())
        .contains("building it once", "called: mvn ", "-DskipTests", "-pl core,supervisor package");
    assertThat(tree.root().resolve(JAR)).exists();
    assertThat(ran("--help")).isEqualTo(new ScriptTree.Run(0, "called: java\n", ""));
  }

  @Test
  void run_firstUseAndTheBuildFails_saysHowToSeeWhyAndRunsNothing() throws Exception {
    tree.program("tools/mvn", "#!/bin/sh\necho '[ERROR] no such thing'\nexit 1\n");
    Files.delete(tree.root().resolve(JAR));

    ScriptTree.Run run = run("--help");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("[ERROR] no such thing", "kleaner: the build failed", "mvn -DskipTests");
  }

  @Test
  void run_firstUseAndThereIsNoMaven_saysWhatToInstall() throws Exception {
    Files.delete(tree.root().resolve(JAR));

    ScriptTree.Run run = run("--help");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("not built yet", "no mvn was found", "install Maven", "scripts/package")
        .hasLineCount(1);
  }

  @Test
  void run_sourceIsNewer_isBuiltAgainOnce() throws Exception {
    tree.program("tools/mvn", MAVEN);
    Files.setLastModifiedTime(source, FileTime.fromMillis(3_000_000));

    ScriptTree.Run first = ran("--help");
    assertThat(first.out()).isEqualTo("called: java\n");
    assertThat(first.err()).contains("sources are newer", "called: mvn");
    assertThat(ran("--help")).isEqualTo(new ScriptTree.Run(0, "called: java\n", ""));
  }

  @Test
  void run_sourceIsNewerAndThereIsNoMaven_saysSoAndGoesOn() throws Exception {
    Files.setLastModifiedTime(source, FileTime.fromMillis(3_000_000));

    ScriptTree.Run run = ran("--help");

    assertThat(run.out()).isEqualTo("called: java\n");
    assertThat(run.err()).contains("going on with the old one");
  }

  @Test
  void run_throughLinks_findsTheTreeOfTheLauncher() throws Exception {
    tree.program("jdk/bin/java", JAVA_THAT_REPEATS);
    Path elsewhere = Files.createDirectories(temp.resolve("bin"));
    Path near = Files.createSymbolicLink(elsewhere.resolve("near"), launcher);
    launcher = Files.createSymbolicLink(elsewhere.resolve("kleaner"), near.getFileName());

    assertThat(jarOf(ran("check"))).isRegularFile().isEqualTo(tree.root().resolve(JAR));
  }

  @Test
  void run_blanksInPathAndArguments_areLeftTogether() throws Exception {
    tree = treeIn(temp.resolve("a tree of mine"));
    tree.program("jdk/bin/java", JAVA_THAT_REPEATS);
    launcher = tree.program("my scripts/kleaner", Files.readString(launcher));
    Path jar = tree.file("my scripts/kleaner.jar");
    tree.set("KLEANER_OPTS", "-Xmx1g -Da=b");

    ScriptTree.Run run = ran("compact", "/data/my topic-0", "", "*");

    assertThat(jarOf(run)).isEqualTo(jar);
    assertThat(run.out())
        .contains("\n-Xmx1g\n-Da=b\n")
        .endsWith("\ncompact\n/data/my topic-0\n\n*\n");
  }

  @Test
  void run_watch_isCompiledAsCheaplyAsTheTestsOfItsCostAreAndYourOptionsCount() throws Exception {
    tree.program("jdk/bin/java", JAVA_THAT_REPEATS);
    tree.set("KLEANER_OPTS", "-XX:TieredStopAtLevel=4");

    List<String> watch = options(ran("watch", "--jmx", "localhost:9999"));
    assertThat(watch).containsSubsequence(Sidecar.AS_LAUNCHED);
    assertThat(watch).last().isEqualTo("-XX:TieredStopAtLevel=4");
    assertThat(options(ran("serve"))).doesNotContain("-XX:TieredStopAtLevel=1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"explain orders", "status", "--help", "--version", "compact --help"})
  void run_whatIsOverSoon_isCompiledCheaply(String line) throws Exception {
    tree.program("jdk/bin/java", JAVA_THAT_REPEATS);

    assertThat(options(ran(line.split(" ")))).contains("-XX:TieredStopAtLevel=1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"compact d", "check d", "serve", "compact-now orders"})
  void run_whatMayWorkHard_isCompiledWell(String line) throws Exception {
    tree.program("jdk/bin/java", JAVA_THAT_REPEATS);

    assertThat(options(ran(line.split(" ")))).doesNotContain("-XX:TieredStopAtLevel=1");
  }

  private static List<String> options(ScriptTree.Run run) {
    List<String> lines = run.out().lines().toList();
    return lines.subList(0, lines.indexOf("-jar"));
  }

  /** The jar that Java was given, links resolved. */
  private static Path jarOf(ScriptTree.Run run) throws IOException {
    String[] lines = run.out().split("\n", -1);
    for (int i = 0; i < lines.length - 1; i++) {
      if (lines[i].equals("-jar")) {
        return Path.of(lines[i + 1]).toRealPath();
      }
    }
    throw new AssertionError("no -jar in " + run);
  }

  @Test
  void run_noJava_saysWhatToInstall() throws Exception {
    tree.unset("JAVA_HOME");

    ScriptTree.Run run = run("--help");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .isEqualTo(
            "kleaner: no java found; install a JDK or JRE of version 17 or newer, or set"
                + " JAVA_HOME\n");
  }

  @Test
  void run_javaOnThePath_isTakenWhereNoHomeIsNamed() throws Exception {
    tree.unset("JAVA_HOME").program("tools/java", JAVA);

    assertThat(ran("--help").out()).isEqualTo("called: java\n");
  }

  @Test
  void run_homeWithoutJava_isNamedAndNoOtherIsTaken() throws Exception {
    tree.program("tools/java", JAVA);
    tree.set("JAVA_HOME", temp.resolve("nowhere"));

    ScriptTree.Run run = run("--help");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("JAVA_HOME is " + temp.resolve("nowhere"), "no bin/java", "17 or newer")
        .hasLineCount(1);
  }

  @Test
  void run_neitherJarNorSources_saysWhatIsMissing() throws Exception {
    tree = treeIn(temp.resolve("alone"));
    launcher = tree.program("bin/kleaner", Files.readString(launcher));

    ScriptTree.Run run = run("--help");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("no kleaner.jar beside", "no source tree").hasLineCount(1);
  }
}
