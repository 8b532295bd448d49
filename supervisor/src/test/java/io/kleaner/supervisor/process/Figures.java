// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What the tests of the process measure, a line each, for {@code scripts/bench --service}: written
 * to the file that the system property {@code kleaner.figures} names, if it names one.
 */
final class Figures {

  private Figures() {}

  /**
   * Notes a figure.
   *
   * @param what was measured
   * @param goal that was set for it
   * @param found with its unit
   */
  static synchronized void note(String what, String goal, String found) {
    String file = System.getProperty("kleaner.figures", "");
    if (file.isEmpty()) {
      return;
    }
    try {
      Files.writeString(
          Path.of(file),
          "| " + what + " | " + goal + " | " + found + " |\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
