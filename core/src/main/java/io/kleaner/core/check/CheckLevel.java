// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.check;

import java.util.Optional;

/** How deep a check looks; each level includes the ones before. */
public enum CheckLevel {
  /** Batch headers, the order of offsets, and the shape of every index. */
  HEADERS,
  /** Every batch's checksum. */
  CHECKSUMS,
  /** Every record, and every entry of every index against the log. */
  RECORDS;

  /** The level of a number, 1 to 3; empty for any other. */
  public static Optional<CheckLevel> of(int number) {
    return switch (number) {
      case 1 -> Optional.of(HEADERS);
      case 2 -> Optional.of(CHECKSUMS);
      case 3 -> Optional.of(RECORDS);
      default -> Optional.empty();
    };
  }

  /** Whether it includes another. */
  boolean includes(CheckLevel other) {
    return compareTo(other) >= 0;
  }
}
