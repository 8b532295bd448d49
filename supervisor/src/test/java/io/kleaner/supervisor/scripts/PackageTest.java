// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.broker.ChildJvm;
import io.kleaner.supervisor.cli.Main;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code scripts/package} makes: it is unpacked, and run where there is no Maven. Its Maven
 * only puts a jar there that has the command line of this build.
 */
class PackageTest {

  private static final Path SOURCES = Path.of("..");
  private static final String VERSION = "7.8.9-TEST";
  private static final String NAME = "kleaner-" + VERSION;

  @TempDir private Path temp;
  private ScriptTree tree;
  private Path script;

  @BeforeEach
  void makeTree() throws Exception {
    tree =
        new ScriptTree(
            temp.resolve("tree"),
            "bash",
            "dirname",
            "readlink",
            "sed",
            "head",
            "mktemp",
            "mkdir",
            "cp",
            "rm",
            "tar",
            "gzip");
    copy("scripts");
    copy("docs");
    for (String file : List.of("LICENSE", "NOTICE", "README.md", "CHANGELOG.md")) {
      Files.copy(SOURCES.resolve(file), tree.root().resolve(file));
    }
    // The first version in it is the project's own.
    String pom = Files.readString(SOURCES.resolve("pom.xml"));
    Files.writeString(
        tree.root().resolve("pom.xml"),
        pom.replaceFirst("<version>[^<]*</version>", "<version>" + VERSION + "</version>"));
    script = tree.script("package");
    Path jar = temp.resolve("made.jar");
    makeJar(jar);
    tree.program(
        "tools/mvn",
        "#!/bin/sh\necho \"called: mvn $*\"\nmkdir -p supervisor/target\ncp '"
            + jar
            + "' supervisor/target/kleaner.jar\n");
  }

  private void copy(String directory) throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES.resolve(directory))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = tree.root().resolve(SOURCES.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  /** The classes of this build, and a reference to all else that they need. */
  private static void makeJar(Path jar) throws Exception {
    Path classes = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.put(Attributes.Name.MAIN_CLASS, Main.class.getName());
    main.put(Attributes.Name.IMPLEMENTATION_VERSION, VERSION);
    main.put(
        Attributes.Name.CLASS_PATH,
        Arrays.stream(ChildJvm.ownClassPath().split(File.pathSeparator))
            .map(entry -> Path.of(entry).toUri().toString())
            .collect(Collectors.joining(" ")));
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest);
        Stream<Path> all = Files.walk(classes)) {
      for (Path each : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        String name = classes.relativize(each).toString().replace(File.separatorChar, '/');
        if (!name.equals("META-INF/MANIFEST.MF")) {
          out.putNextEntry(new ZipEntry(name));
          Files.copy(each, out);
        }
      }
    }
  }

  @Test
  void package_noMavenWhereItIsUnpacked_runs() throws Exception {
    ScriptTree.Run made = tree.run(script);

    assertThat(made.exit()).as(made.toString()).isZero();
    assertThat(made.out()).isEqualTo("target/" + NAME + ".tar.gz\n");
    assertThat(made.err()).contains("called: mvn", "-DskipTests", "-pl core,supervisor package");

    ScriptTree host =
        new ScriptTree(temp.resolve("a host"), "bash", "dirname", "readlink", "tar", "gzip");
    host.set("JAVA_HOME", System.getProperty("java.home"));
    Path unpacker = host.program("unpack", "tar -xzf \"$1\"\n");
    ScriptTree.Run unpacked =
        host.run(unpacker, tree.root().resolve("target").resolve(NAME + ".tar.gz").toString());
    assertThat(unpacked.exit()).as(unpacked.toString()).isZero();
    Path home = host.root().resolve(NAME);
    assertLaidOut(home);

    Path launcher = home.resolve("bin/kleaner");
    assertThat(host.run(launcher, "--version"))
        .isEqualTo(new ScriptTree.Run(0, "kleaner " + VERSION + "\n", ""));
    ScriptTree.Run help = host.run(launcher, "compact", "--help");
    assertThat(help.exit()).as(help.toString()).isZero();
    assertThat(help.err()).isEmpty();
    assertThat(help.out()).contains("--dry-run", "--tombstones", "--high-watermark");
  }

  private static void assertLaidOut(Path home) throws IOException {
    assertThat(home.resolve("bin/kleaner")).isExecutable();
    try (Stream<Path> entries = Files.list(home)) {
      assertThat(entries.map(entry -> entry.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "bin", "lib", "docs", "scripts", "LICENSE", "NOTICE", "README.md", "CHANGELOG.md");
    }
    assertThat(home.resolve("lib/kleaner.jar")).isNotEmptyFile();
    for (String file :
        List.of(
            "docs/cli.md",
            "docs/operations.md",
            "scripts/Dockerfile",
            "scripts/grafana/kleaner.json",
            "scripts/kubernetes/kleaner.yaml",
            "scripts/prometheus/kleaner-alerts.yml",
            "scripts/systemd/kleaner.service")) {
      assertThat(home.resolve(file)).isNotEmptyFile();
    }
  }

  @Test
  void package_buildFails_leavesNoPackage() throws Exception {
    tree.program("tools/mvn", "#!/bin/sh\necho '[ERROR] no such thing'\nexit 1\n");

    ScriptTree.Run run = tree.run(script);

    assertThat(run.exit()).isNotZero();
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("[ERROR] no such thing");
    assertThat(tree.root().resolve("target")).doesNotExist();
  }

  @Test
  void package_arguments_areAnsweredWithTheUsage() throws Exception {
    assertThat(tree.run(script, "--help").exit()).isZero();
    ScriptTree.Run run = tree.run(script, "everything");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).contains("Usage: scripts/package");
    assertThat(run.err()).doesNotContain("called: mvn");
  }
}
