// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.concurrent.ExecutionException;

/** Says in a bounded sentence why a look failed. */
final class Reason {

  private static final int MAX_CHARS = 300;

  private Reason() {}

  /** Its class and message, and of its cause if it has none of its own. */
  static String of(Throwable failure) {
    Throwable told = failure;
    while (told.getCause() != null
        && (told.getMessage() == null || told instanceof ExecutionException)) {
      told = told.getCause();
    }
    String text =
        told.getMessage() == null || told.getMessage().isBlank()
            ? told.getClass().getSimpleName()
            : told.getClass().getSimpleName() + ": " + told.getMessage().strip();
    text = text.replaceAll("\\s+", " ");
    return text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS) + "…";
  }
}
