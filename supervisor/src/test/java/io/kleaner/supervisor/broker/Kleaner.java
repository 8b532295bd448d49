// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import io.kleaner.supervisor.cli.Main;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The executable, run as a user runs it: in a JVM of its own. */
public final class Kleaner {

  private Kleaner() {}

  /**
   * What a run gave.
   *
   * @param exit the exit code
   * @param output what it printed, errors included
   */
  public record Run(int exit, String output) {}

  /** Runs a command to its end. */
  public static Run run(String... arguments) throws IOException, InterruptedException {
    return end(start(List.of("-XX:+UseSerialGC"), arguments));
  }

  /** Waits for a command that was started until it ends by itself. */
  public static Run end(Process process) throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output);
  }

  /**
   * Starts a command that goes on until it is told to stop.
   *
   * @param options of its JVM
   */
  public static Process start(List<String> options, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Main.class.getName());
    command.addAll(List.of(arguments));
    return ChildJvm.start(Path.of("."), options, command);
  }
}
