// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher of a source tree, with a Maven and a Java that only say that they were called. */
class LauncherTest {

  private static final String MAVEN =
      "#!/bin/sh\necho called: mvn\ntouch supervisor/target/kleaner.jar\n";

  @TempDir private Path tree;
  private Path source;

  @BeforeEach
  void makeTree() throws IOException {
    program("scripts/kleaner", Files.readString(Path.of("..", "scripts", "kleaner")));
    program("jdk/bin/java", "#!/bin/sh\necho called: java\n");
    source = file("core/src/main/java/A.java");
    file("supervisor/src/main/java/B.java");
    for (String pom : new String[] {"pom.xml", "core/pom.xml", "supervisor/pom.xml"}) {
      file(pom);
    }
    Files.setLastModifiedTime(
        file("supervisor/target/kleaner.jar"), FileTime.fromMillis(2_000_000));
  }

  private Path file(String name) throws IOException {
    Path file = tree.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    return file;
  }

  private void program(String name, String text) throws IOException {
    Path file = file(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private String run(boolean withMaven) throws Exception {
    // The tools of the system are there, its Maven is not.
    for (String tool : new String[] {"bash", "dirname", "readlink", "find", "touch"}) {
      String bin = Files.exists(Path.of("/usr/bin", tool)) ? "/usr/bin/" : "/bin/";
      program("tools/" + tool, "#!/bin/sh\nexec " + bin + tool + " \"$@\"\n");
    }
    if (withMaven) {
      program("tools/mvn", MAVEN);
    }
    ProcessBuilder builder =
        new ProcessBuilder(
                tree.resolve("tools/bash").toString(),
                tree.resolve("scripts/kleaner").toString(),
                "--help")
            .redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", tree.resolve("tools").toString());
    builder.environment().put("JAVA_HOME", tree.resolve("jdk").toString());
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  @Test
  void run_jarIsNewest_isRunAsItIs() throws Exception {
    assertThat(run(true)).isEqualTo("called: java\n");
  }

  @Test
  void run_sourceIsNewer_isBuiltAgainOnce() throws Exception {
    Files.setLastModifiedTime(source, FileTime.fromMillis(3_000_000));

    assertThat(run(true)).contains("sources are newer", "called: mvn", "called: java");
    assertThat(run(true)).isEqualTo("called: java\n");
  }

  @Test
  void run_sourceIsNewerAndThereIsNoMaven_saysSoAndGoesOn() throws Exception {
    Files.setLastModifiedTime(source, FileTime.fromMillis(3_000_000));

    assertThat(run(false)).contains("going on with the old one", "called: java");
  }
}
