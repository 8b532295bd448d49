// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes on the command line: a number, and k, m, g or t for powers of 1024. */
final class Sizes implements ITypeConverter<Long> {

  private static final String UNITS = "kmgt";
  private static final String[] NAMES = {"B", "KiB", "MiB", "GiB", "TiB"};
  private static final int SHIFT = 10;

  @Override
  public Long convert(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    int unit = lower.isEmpty() ? -1 : UNITS.indexOf(lower.charAt(lower.length() - 1));
    String digits = unit < 0 ? lower : lower.substring(0, lower.length() - 1);
    try {
      long number = Long.parseLong(digits);
      long bytes = Math.multiplyExact(number, 1L << (SHIFT * (unit + 1)));
      if (bytes > 0) {
        return bytes;
      }
    } catch (NumberFormatException | ArithmeticException e) {
      throw wrong(text);
    }
    throw wrong(text);
  }

  private static TypeConversionException wrong(String text) {
    return new TypeConversionException(
        "'" + text + "' is not a size above 0, such as 64m, 2g or 1048576");
  }

  /** Bytes for a person. */
  static String text(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < NAMES.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, NAMES[unit]);
  }
}
