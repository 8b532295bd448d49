// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.util.Arrays;

/**
 * A growing sequence of bits, all clear at first: one a record for "does not survive", one a batch
 * for "has a tombstone to stamp".
 *
 * <p>Memory: one bit each, in pieces of 64 KiB made when the first bit in them is set. Not
 * thread-safe; owned by one worker.
 */
public final class Bits {

  private static final int PIECE_WORDS = 8192;
  private static final int PIECE_SHIFT = 19;
  private static final int PIECE_MASK = (1 << PIECE_SHIFT) - 1;
  private static final long[] CLEAR = new long[PIECE_WORDS];

  private long[][] pieces = new long[16][];
  private long bytes;

  /** Makes every bit clear. */
  public Bits() {
    Arrays.fill(pieces, CLEAR);
  }

  /**
   * Sets a bit.
   *
   * @param index 0 to 2^32-1
   * @return whether it was clear
   */
  public boolean set(long index) {
    int piece = (int) (index >>> PIECE_SHIFT);
    if (piece >= pieces.length) {
      int old = pieces.length;
      pieces = Arrays.copyOf(pieces, Math.max(piece + 1, old * 2));
      Arrays.fill(pieces, old, pieces.length, CLEAR);
    }
    long[] words = pieces[piece];
    if (words == CLEAR) {
      words = new long[PIECE_WORDS];
      pieces[piece] = words;
      bytes += (long) PIECE_WORDS * Long.BYTES;
    }
    int bit = (int) index & PIECE_MASK;
    long mask = 1L << bit;
    long word = words[bit >>> 6];
    words[bit >>> 6] = word | mask;
    return (word & mask) == 0;
  }

  /** Whether a bit is set. */
  public boolean get(long index) {
    int piece = (int) (index >>> PIECE_SHIFT);
    if (piece >= pieces.length) {
      return false;
    }
    int bit = (int) index & PIECE_MASK;
    return (pieces[piece][bit >>> 6] & (1L << bit)) != 0;
  }

  /**
   * Some bits as a number.
   *
   * @param from index of the bit that becomes the lowest
   * @param length how many, 1 to 64; the bits above are clear
   */
  public long word(long from, int length) {
    int bit = (int) from & PIECE_MASK;
    int inWord = bit & 63;
    long bits = words(from)[bit >>> 6] >>> inWord;
    if (length > Long.SIZE - inWord) {
      long next = from + Long.SIZE - inWord;
      bits |= words(next)[((int) next & PIECE_MASK) >>> 6] << (Long.SIZE - inWord);
    }
    return length == Long.SIZE ? bits : bits & ((1L << length) - 1);
  }

  private long[] words(long index) {
    int piece = (int) (index >>> PIECE_SHIFT);
    return piece < pieces.length ? pieces[piece] : CLEAR;
  }

  /** How many bits are set from an index on, over a length. */
  public int count(long from, int length) {
    int set = 0;
    long index = from;
    long end = from + length;
    while (index < end) {
      int piece = (int) (index >>> PIECE_SHIFT);
      if (piece >= pieces.length) {
        break;
      }
      int bit = (int) index & PIECE_MASK;
      int inWord = bit & 63;
      int take = (int) Math.min(64 - inWord, end - index);
      long word = pieces[piece][bit >>> 6] >>> inWord;
      if (take < 64) {
        word &= (1L << take) - 1;
      }
      set += Long.bitCount(word);
      index += take;
    }
    return set;
  }

  /** Memory of the pieces in bytes. */
  public long sizeInBytes() {
    return bytes;
  }
}
