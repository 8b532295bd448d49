// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy;

/** What is to be done. */
public sealed interface Remedy {

  /** Nothing. */
  record None() implements Remedy {}

  /** Nothing yet. */
  record RecheckAfter(long millis) implements Remedy {}

  /**
   * A new worker takes the place.
   *
   * @param attempt how many times in a row, from 1
   */
  record Restart(int attempt) implements Remedy {}

  /** Trying goes on to no avail: someone has to look. */
  record Escalate(String reason) implements Remedy {}
}
