// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import java.io.PrintWriter;

/**
 * Where commands print.
 *
 * @param out results
 * @param err progress and problems
 * @param interactive whether a person watches, so that progress is of use
 */
public record Terminal(PrintWriter out, PrintWriter err, boolean interactive) {

  /** Prints a line of results. */
  void println(String line) {
    out.println(line);
  }

  /** Whether whoever read the results has gone, as {@code head} does. */
  boolean isClosed() {
    return out.checkError();
  }

  /** Prints a line about a problem. */
  void problem(String line) {
    err.println(line);
  }
}
