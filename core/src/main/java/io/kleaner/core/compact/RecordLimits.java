// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

/**
 * What one clean may spend on each record that it numbers.
 *
 * @param maxRecords what one clean can number, of records and of batches; a range with more ends
 *     earlier, at a segment
 * @param bitBytes memory for the bits that mark records and batches; the others are spilled
 */
record RecordLimits(long maxRecords, long bitBytes) {

  /** What an ordinal of the key map can name. */
  static final long MAX_RECORDS = (1L << 32) - 1;

  private static final int SHARE = 8;
  private static final long LEAST_BIT_BYTES = 1024 * 1024;

  /** An eighth of the memory for keys, beside it. */
  static RecordLimits of(CleanOptions options) {
    return new RecordLimits(MAX_RECORDS, Math.max(LEAST_BIT_BYTES, options.memoryBytes() / SHARE));
  }
}
