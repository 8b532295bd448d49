// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.segment;

/**
 * An aborted transaction as a {@code .txnindex} entry has it.
 *
 * @param producerId who
 * @param firstOffset offset of its first record
 * @param lastOffset offset of its ABORT marker
 * @param lastStableOffset the last stable offset when the marker was written
 */
public record AbortedTxn(
    long producerId, long firstOffset, long lastOffset, long lastStableOffset) {

  /** Checks that the transaction ends after it begins. */
  public AbortedTxn {
    if (firstOffset < 0 || lastOffset < firstOffset) {
      throw new IllegalArgumentException(
          "aborted transaction of producer "
              + producerId
              + " spans "
              + firstOffset
              + ".."
              + lastOffset);
    }
  }
}
