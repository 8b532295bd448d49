// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compare;

/**
 * Something that two logs do not say alike. Keys and values are not shown; offsets lead to them.
 *
 * @param kind what differs, for a program
 * @param left what the first log says
 * @param right what the second log says
 */
public record Difference(Kind kind, String left, String right) {

  /** What may differ. */
  public enum Kind {
    LAST_VALUE,
    UNKEYED,
    UNCOMMITTED,
    LOG_END,
    PRODUCER
  }

  /** One line for a report. */
  public String text() {
    return kind + ": " + left + " / " + right;
  }
}
