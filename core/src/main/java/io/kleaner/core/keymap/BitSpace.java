// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory that all {@link Bits} of one clean may take together, and the disk for those that it has
 * no room for. Thread-safe.
 */
public final class BitSpace {

  private final AtomicLong leftPieces;
  private final SpillSpace spill;

  /**
   * @param budgetBytes memory for bits
   * @param spill where they go that it has no room for
   */
  public BitSpace(long budgetBytes, SpillSpace spill) {
    this.leftPieces = new AtomicLong(budgetBytes / Bits.PIECE_BYTES);
    this.spill = spill;
  }

  /** Whether there is no memory for another piece, without a lock: most bits find it so then. */
  boolean isFull() {
    return leftPieces.get() <= 0;
  }

  /**
   * Takes memory for a piece of bits.
   *
   * @return whether there was any
   */
  boolean takePiece() {
    long left = leftPieces.get();
    while (left > 0) {
      if (leftPieces.compareAndSet(left, left - 1)) {
        return true;
      }
      left = leftPieces.get();
    }
    return false;
  }

  void givePieceBack() {
    leftPieces.incrementAndGet();
  }

  SpillSpace spill() {
    return spill;
  }
}
