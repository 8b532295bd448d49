// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.scripts;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A source tree with scripts of ours, and a PATH of its own: the tools of the system that a test
 * names, and programs that only say that they were called. Not thread-safe.
 */
final class ScriptTree {

  private static final Path SCRIPTS = Path.of("..", "scripts");

  private final Path root;
  private final Path path;
  private final Map<String, String> environment = new TreeMap<>();

  /**
   * What a run gave.
   *
   * @param exit the exit code
   */
  record Run(int exit, String out, String err) {}

  /**
   * @param root of the tree
   * @param tools programs of the system that its scripts find
   */
  ScriptTree(Path root, String... tools) throws IOException {
    this.root = root;
    this.path = root.resolve("tools");
    for (String tool : tools) {
      // Not as links: some programs look at what they were called.
      String bin = Files.exists(Path.of("/usr/bin", tool)) ? "/usr/bin/" : "/bin/";
      program("tools/" + tool, "#!/bin/sh\nexec " + bin + tool + " \"$@\"\n");
    }
  }

  Path root() {
    return root;
  }

  /** A variable of the environment of its runs. */
  ScriptTree set(String variable, Object value) {
    environment.put(variable, value.toString());
    return this;
  }

  ScriptTree unset(String variable) {
    environment.remove(variable);
    return this;
  }

  /** An empty file that is old. */
  Path file(String name) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    return file;
  }

  /** Something that can be run. */
  Path program(String name, String text) throws IOException {
    Path file = file(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  /** One of our scripts. */
  Path script(String name) throws IOException {
    return program("scripts/" + name, Files.readString(SCRIPTS.resolve(name)));
  }

  /** Runs a program in the root of the tree, with nothing of our environment. */
  Run run(Path program, String... arguments) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(path.resolve("bash").toString());
    line.add(program.toString());
    line.addAll(List.of(arguments));
    Path out = Files.createTempFile(root, "run", ".out");
    Path err = Files.createTempFile(root, "run", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(root.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", path.toString());
    builder.environment().putAll(environment);
    int exit = builder.start().waitFor();
    Run run = new Run(exit, text(out), text(err));
    Files.delete(out);
    Files.delete(err);
    return run;
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
