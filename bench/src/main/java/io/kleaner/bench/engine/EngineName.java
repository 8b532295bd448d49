// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.engine;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The cleaners that are compared. */
public enum EngineName {
  /** The one of Kafka 4.3.1. */
  KAFKA,
  /** This project's. */
  KLEANER;

  private static final long MIB = 1L << 20;

  /** As in results and on command lines. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The engine of a name as {@link #text()} gives it. */
  public static Optional<EngineName> of(String text) {
    return Arrays.stream(values()).filter(each -> each.text().equals(text)).findFirst();
  }

  /** The word with a budget in bytes, as an option gives it; 0 for none. */
  public String text(long budgetBytes) {
    boolean whole = budgetBytes % MIB == 0;
    String budget = whole ? budgetBytes / MIB + "m" : String.valueOf(budgetBytes);
    return budgetBytes == 0 ? text() : text() + " " + budget;
  }
}
