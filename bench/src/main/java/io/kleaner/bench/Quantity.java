// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers on a command line, with a suffix for thousands and more. */
final class Quantity {

  private static final Pattern FORM = Pattern.compile("(\\d{1,15})([kmg]?)");
  private static final long BINARY = 1024;
  private static final long DECIMAL = 1000;

  private Quantity() {}

  /**
   * Bytes: {@code 1g} is 2^30.
   *
   * @throws UsageException if it is no size above 0
   */
  static long bytes(String option, String text) {
    return parse(option, text, BINARY, "a size such as 512m or 1g");
  }

  /**
   * A count: {@code 10m} is ten million.
   *
   * @throws UsageException if it is no number above 0
   */
  static long count(String option, String text) {
    return parse(option, text, DECIMAL, "a number such as 500k or 100m");
  }

  private static long parse(String option, String text, long unit, String expected) {
    Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
    if (matcher.matches()) {
      long factor =
          switch (matcher.group(2)) {
            case "k" -> unit;
            case "m" -> unit * unit;
            case "g" -> unit * unit * unit;
            default -> 1;
          };
      long number = Long.parseLong(matcher.group(1));
      if (number > 0 && number <= Long.MAX_VALUE / factor) {
        return number * factor;
      }
    }
    throw new UsageException(option + " takes " + expected + ", not '" + text + "'");
  }
}
