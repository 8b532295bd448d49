// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * A growing sequence of bits, all clear at first: one a record for "does not survive", one a batch
 * for "has a tombstone to stamp".
 *
 * <p>Memory: one bit each, in pieces of 64 KiB made when the first bit in them is set. Several
 * workers may {@link #setShared} at the same time; everything else is one worker's alone.
 */
public final class Bits {

  private static final int PIECE_WORDS = 8192;
  private static final int PIECE_SHIFT = 19;
  private static final int PIECE_MASK = (1 << PIECE_SHIFT) - 1;
  private static final long[] CLEAR = new long[PIECE_WORDS];

  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private volatile long[][] pieces = new long[16][];
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
    long[] words = piece(index);
    if (words == CLEAR) {
      words = makePiece(index);
    }
    int bit = (int) index & PIECE_MASK;
    long mask = 1L << bit;
    long word = words[bit >>> 6];
    words[bit >>> 6] = word | mask;
    return (word & mask) == 0;
  }

  /** Sets a bit while other workers set theirs. */
  public void setShared(long index) {
    long[] words = piece(index);
    if (words == CLEAR) {
      words = makePiece(index);
    }
    int bit = (int) index & PIECE_MASK;
    WORD.getAndBitwiseOr(words, bit >>> 6, 1L << bit);
  }

  private synchronized long[] makePiece(long index) {
    int piece = (int) (index >>> PIECE_SHIFT);
    long[][] grown = pieces;
    if (piece >= grown.length) {
      grown = Arrays.copyOf(grown, Math.max(piece + 1, grown.length * 2));
      Arrays.fill(grown, pieces.length, grown.length, CLEAR);
    }
    long[] words = grown[piece];
    if (words == CLEAR) {
      words = new long[PIECE_WORDS];
      grown[piece] = words;
      bytes += (long) PIECE_WORDS * Long.BYTES;
    }
    pieces = grown;
    return words;
  }

  /**
   * Sets every bit that is set in another sequence.
   *
   * @return how many of them were clear
   */
  public long setAll(Bits other) {
    long set = 0;
    long[][] others = other.pieces;
    for (int i = 0; i < others.length; i++) {
      if (others[i] != CLEAR) {
        long[] words = piece((long) i << PIECE_SHIFT);
        if (words == CLEAR) {
          words = makePiece((long) i << PIECE_SHIFT);
        }
        for (int j = 0; j < PIECE_WORDS; j++) {
          set += Long.bitCount(others[i][j] & ~words[j]);
          words[j] |= others[i][j];
        }
      }
    }
    return set;
  }

  /** Whether a bit is set. */
  public boolean get(long index) {
    int bit = (int) index & PIECE_MASK;
    return (piece(index)[bit >>> 6] & (1L << bit)) != 0;
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
    long bits = piece(from)[bit >>> 6] >>> inWord;
    if (length > Long.SIZE - inWord) {
      long next = from + Long.SIZE - inWord;
      bits |= piece(next)[((int) next & PIECE_MASK) >>> 6] << (Long.SIZE - inWord);
    }
    return length == Long.SIZE ? bits : bits & ((1L << length) - 1);
  }

  private long[] piece(long index) {
    long[][] all = pieces;
    int piece = (int) (index >>> PIECE_SHIFT);
    return piece < all.length ? all[piece] : CLEAR;
  }

  /** How many bits are set from an index on, over a length. */
  public int count(long from, int length) {
    int set = 0;
    long index = from;
    long end = from + length;
    while (index < end) {
      int bit = (int) index & PIECE_MASK;
      int inWord = bit & 63;
      int take = (int) Math.min(64 - inWord, end - index);
      long word = piece(index)[bit >>> 6] >>> inWord;
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
