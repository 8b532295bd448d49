// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import java.io.PrintWriter;
import java.util.Map;

/**
 * Where commands are run from: where they print, and what surrounds them.
 *
 * @param out results
 * @param err progress and problems
 * @param interactive whether a person watches, so that progress is of use
 * @param environment variables of the process
 */
public record Terminal(
    PrintWriter out, PrintWriter err, boolean interactive, Map<String, String> environment) {

  private static final int WIDTH = 110;

  /** One without an environment. */
  public Terminal(PrintWriter out, PrintWriter err, boolean interactive) {
    this(out, err, interactive, Map.of());
  }

  /** A record would show the environment, where the token is. */
  @Override
  public String toString() {
    return "Terminal";
  }

  /** Prints a line of results. */
  void println(String line) {
    out.println(line);
  }

  /** Whether whoever read the results has gone, as {@code head} does. */
  boolean isClosed() {
    return out.checkError();
  }

  /** Shows what is being done, in place of what was shown before, if a person watches. */
  void progress(String text) {
    if (interactive) {
      String line = text.length() > WIDTH ? text.substring(0, WIDTH) : text;
      err.print("\r" + line + " ".repeat(WIDTH - line.length()) + "\r");
      err.flush();
    }
  }

  /** Takes away what {@link #progress} shows, before a line that stays. */
  void clearProgress() {
    progress("");
  }

  /** Prints a line about a problem. */
  void problem(String line) {
    err.println(line);
  }
}
