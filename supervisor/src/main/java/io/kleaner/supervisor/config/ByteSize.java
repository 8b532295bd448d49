// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.config;

import java.util.Locale;
import java.util.OptionalLong;

/** Sizes as people write them: a number, and k, m, g or t for powers of 1024. */
public final class ByteSize {

  private static final String UNITS = "kmgt";
  private static final int SHIFT = 10;

  private ByteSize() {}

  /** Bytes, above 0; empty if the text is no such size. */
  public static OptionalLong parse(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    int unit = lower.isEmpty() ? -1 : UNITS.indexOf(lower.charAt(lower.length() - 1));
    String digits = unit < 0 ? lower : lower.substring(0, lower.length() - 1);
    try {
      long bytes = Math.multiplyExact(Long.parseLong(digits), 1L << (SHIFT * (unit + 1)));
      return bytes > 0 ? OptionalLong.of(bytes) : OptionalLong.empty();
    } catch (NumberFormatException | ArithmeticException e) {
      return OptionalLong.empty();
    }
  }
}
