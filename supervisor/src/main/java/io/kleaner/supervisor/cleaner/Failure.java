// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.supervisor.config.ServiceWords;

/**
 * A partition failed, and nobody has judged that yet: nobody gets it before that. What is to be
 * done is said in the service's words, whoever said it.
 *
 * @param cause whose doing it is, as far as its worker can tell
 * @param worker at whose hands
 * @param reason what, where, and in which state the partition is
 * @param nextStep what to do
 * @param atMs when, milliseconds since the epoch
 */
public record Failure(Cause cause, String worker, String reason, String nextStep, long atMs) {

  /** Puts the engine's advice into the service's words. */
  public Failure {
    nextStep = ServiceWords.of(nextStep);
  }
}
