// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import java.util.Locale;

/** Whose doing it is that a partition is not worked on. */
public enum Cause {
  /** Its bytes or its settings: another try at them would end the same way. */
  REFUSED,
  /** It failed, and nothing says whose fault that is. */
  FAILED,
  /** Its worker died, or was given up, at it. */
  KILLED,
  /** A full disk or too little memory: no partition's fault, and over when there is room again. */
  SURROUNDINGS,
  /** Someone wants it left alone. */
  BY_HAND,
  /** A worker hangs in the middle of its swap. */
  STUCK;

  /** For programs and metrics. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
