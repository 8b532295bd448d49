// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

/** How large the table is that a {@link KeyMap} begins with; {@code docs/decisions} has why. */
final class YoungSize {

  /** What the second cache of common processors holds. */
  private static final int MOST_BYTES = 1 << 21;

  /** Of a whole table in the second cache there is no young one. */
  private static final int LEAST_BYTES = 1 << 16;

  /** All tables together take no more than a budget has room for beside the map. */
  private static final int SHARE = 8;

  private static final int MOST_BYTES_TOGETHER = KeyFilter.MOST_BYTES;

  private YoungSize() {}

  /**
   * Its bytes.
   *
   * @param wholeBytes of the table that it grows to
   * @param tables how many of them there are at the same time
   * @return 0 if there are none
   */
  static int bytes(long wholeBytes, int tables) {
    long together = Math.min(wholeBytes / SHARE, MOST_BYTES_TOGETHER);
    long bytes = Math.min(together / tables, MOST_BYTES);
    return bytes < LEAST_BYTES / tables ? 0 : (int) bytes;
  }
}
