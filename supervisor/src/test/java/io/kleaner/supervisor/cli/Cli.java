// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Map;

/** The command line in this process, as a script sees it: arguments in; exit code and text out. */
final class Cli {

  private Cli() {}

  /**
   * What a command gave.
   *
   * @param exit the exit code
   * @param out standard output
   * @param err standard error
   */
  record Run(int exit, String out, String err) {

    JsonNode json() {
      try {
        return new ObjectMapper().readTree(out);
      } catch (JsonProcessingException e) {
        throw new AssertionError("no JSON: " + out + err, e);
      }
    }

    /** What to do next, as the second line of a refusal says it; it is a sentence. */
    String nextStep() {
      String line = err.lines().skip(1).findFirst().orElse("").strip();
      if (!line.matches("[A-Z].{8,}")) {
        throw new AssertionError("no next step: " + err);
      }
      return line;
    }

    /** Both streams, for failures that one must be able to read. */
    String all() {
      return "exit " + exit + "\n" + out + err;
    }
  }

  /** Runs a command; arguments may be paths or numbers. */
  static Run run(Object... arguments) {
    return runOn(new LocalFileSystem(), arguments);
  }

  static Run runOn(FileSystem disk, Object... arguments) {
    return run(disk, Map.of(), arguments);
  }

  /** Runs a command of which the environment is given. */
  static Run runIn(Map<String, String> environment, Object... arguments) {
    return run(new LocalFileSystem(), environment, arguments);
  }

  private static Run run(FileSystem disk, Map<String, String> environment, Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new);
    int exit =
        Main.run(
            new Terminal(new PrintWriter(out), new PrintWriter(err), false, environment),
            new Interrupts(),
            disk,
            texts);
    return new Run(exit, out.toString(), err.toString());
  }
}
