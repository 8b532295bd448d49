// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What the fault switch does to a worker, to see it detected, explained and restarted. */
public enum Fault {
  OOM,
  STACKOVERFLOW,
  LINKAGE,
  INTERRUPT,
  HANG;

  /** Understands a name; empty if it is none. */
  public static Optional<Fault> of(String name) {
    return Arrays.stream(values())
        .filter(fault -> fault.text().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst();
  }

  /** As the API and the command line name it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
