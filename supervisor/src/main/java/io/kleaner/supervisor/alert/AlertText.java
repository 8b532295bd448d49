// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

/** Texts of alerts as receivers can take them: of bounded length, on one line where that counts. */
final class AlertText {

  /** Characters of one field at most; evidence may quote whatever an exception said. */
  static final int MAX_CHARS = 4096;

  private static final String CUT = "…";

  private AlertText() {}

  /** Cut where it is too long, never between the halves of a surrogate pair. */
  static String bounded(String text) {
    if (text.length() <= MAX_CHARS) {
      return text;
    }
    int end = MAX_CHARS - CUT.length();
    if (Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end) + CUT;
  }

  /** Bounded, and without control characters: nobody forges a line of the log with it. */
  static String oneLine(String text) {
    StringBuilder line = new StringBuilder(bounded(text));
    for (int i = 0; i < line.length(); i++) {
      if (Character.isISOControl(line.charAt(i))) {
        line.setCharAt(i, ' ');
      }
    }
    return line.toString();
  }
}
