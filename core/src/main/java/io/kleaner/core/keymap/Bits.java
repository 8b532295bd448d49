// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * A growing sequence of bits, all clear at first: one a record for "does not survive", one a batch
 * for "has a tombstone to stamp". First they are set, in any order; then they are {@link #seal}ed;
 * then they are read, in order if that is to be fast.
 *
 * <p>Memory: one bit each, in pieces of 64 KiB made when the first bit in them is set, as long as
 * the {@link BitSpace} has room for a piece. A bit set where there is none goes to a {@link
 * BitSpill}.
 *
 * <p>Several workers may {@link #setShared} at the same time, and, once it is sealed, read;
 * everything else is one worker's alone. An {@link IOException} leaves it useless; {@link #close}
 * removes its files.
 */
public final class Bits implements AutoCloseable {

  static final int PIECE_SHIFT = 19;
  static final int PIECE_BYTES = 1 << (PIECE_SHIFT - 3);

  /** Stands for every piece of which no bit is set; nobody writes to it. */
  static final long[] CLEAR = new long[PIECE_BYTES / Long.BYTES];

  private static final int PIECE_MASK = (1 << PIECE_SHIFT) - 1;
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private final BitSpace space;

  /** With which these, a worker's, are united in the end; null if they are no worker's. */
  private final Bits owner;

  private volatile long[][] pieces = new long[16][];
  private long pieceBytes;

  /** Bits for which there was no memory; null if there was for all of them. */
  private BitSpill spill;

  /** Makes every bit clear. */
  public Bits(BitSpace space) {
    this(space, null);
  }

  private Bits(BitSpace space, Bits owner) {
    this.space = space;
    this.owner = owner;
    Arrays.fill(pieces, CLEAR);
  }

  /**
   * Bits that one worker sets without regard for others, until they are {@link #unite}d with these.
   */
  Bits ofWorker() {
    return new Bits(space, this);
  }

  /**
   * Sets a bit.
   *
   * @param index 0 to 2^32-1
   */
  public void set(long index) throws IOException {
    long[] words = writable(index);
    if (words == CLEAR) {
      setOnDisk(index);
      return;
    }
    int bit = (int) index & PIECE_MASK;
    words[bit >>> 6] |= 1L << bit;
  }

  /** Sets a bit while other workers set theirs. */
  public void setShared(long index) throws IOException {
    long[] words = writable(index);
    if (words == CLEAR) {
      setOnDisk(index);
      return;
    }
    int bit = (int) index & PIECE_MASK;
    WORD.getAndBitwiseOr(words, bit >>> 6, 1L << bit);
  }

  /**
   * The piece that an index is in.
   *
   * @return {@link #CLEAR} if there is no memory for it
   */
  private long[] writable(long index) {
    long[] words = resident(index);
    return words == CLEAR && !space.isFull() ? makePiece(index) : words;
  }

  private void setOnDisk(long index) throws IOException {
    if (owner != null) {
      owner.setShared(index);
      return;
    }
    synchronized (this) {
      if (spill == null) {
        spill = new BitSpill(space.spill());
      }
      spill.add(index);
    }
  }

  /**
   * @return {@link #CLEAR} if there is no memory for one
   */
  private synchronized long[] makePiece(long index) {
    int piece = (int) (index >>> PIECE_SHIFT);
    long[] words = resident(index);
    if (words == CLEAR && space.takePiece()) {
      words = new long[PIECE_BYTES / Long.BYTES];
      place(piece, words);
    }
    return words;
  }

  private void place(int piece, long[] words) {
    long[][] grown = pieces;
    if (piece >= grown.length) {
      grown = Arrays.copyOf(grown, Math.max(piece + 1, grown.length * 2));
      Arrays.fill(grown, pieces.length, grown.length, CLEAR);
    }
    grown[piece] = words;
    pieceBytes += PIECE_BYTES;
    pieces = grown;
  }

  /** Sets every bit that a worker's has, and leaves it with none. */
  synchronized void unite(Bits worker) {
    long[][] others = worker.pieces;
    for (int i = 0; i < others.length; i++) {
      if (others[i] != CLEAR) {
        long[] words = resident((long) i << PIECE_SHIFT);
        if (words == CLEAR) {
          place(i, others[i]);
        } else {
          for (int j = 0; j < words.length; j++) {
            words[j] |= others[i][j];
          }
          space.givePieceBack();
        }
        others[i] = CLEAR;
      }
    }
    worker.pieceBytes = 0;
  }

  /** No bit is set from now on; they are read. */
  public void seal() throws IOException {
    if (spill != null) {
      spill.seal(pieces);
    }
  }

  /** Whether a bit is set. */
  public boolean get(long index) throws IOException {
    int bit = (int) index & PIECE_MASK;
    return (piece(index)[bit >>> 6] & (1L << bit)) != 0;
  }

  /**
   * Some bits as a number.
   *
   * @param from index of the bit that becomes the lowest
   * @param length how many, 1 to 64; the bits above are clear
   */
  public long word(long from, int length) throws IOException {
    int bit = (int) from & PIECE_MASK;
    int inWord = bit & 63;
    long bits = piece(from)[bit >>> 6] >>> inWord;
    if (length > Long.SIZE - inWord) {
      long next = from + Long.SIZE - inWord;
      bits |= piece(next)[((int) next & PIECE_MASK) >>> 6] << (Long.SIZE - inWord);
    }
    return length == Long.SIZE ? bits : bits & ((1L << length) - 1);
  }

  private long[] resident(long index) {
    long[][] all = pieces;
    int piece = (int) (index >>> PIECE_SHIFT);
    return piece < all.length ? all[piece] : CLEAR;
  }

  private long[] piece(long index) throws IOException {
    return spill != null && spill.holds(index) ? spill.piece(index) : resident(index);
  }

  /** How many bits are set from an index on, over a length. */
  public int count(long from, int length) throws IOException {
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

  /** How many bits are set. */
  public long count() throws IOException {
    long set = 0;
    long end = spill == null ? (long) pieces.length << PIECE_SHIFT : BitSpill.END;
    for (long index = 0; index < end; index += PIECE_MASK + 1) {
      long[] words = piece(index);
      if (words != CLEAR) {
        for (long word : words) {
          set += Long.bitCount(word);
        }
      }
    }
    return set;
  }

  /** Memory in bytes, that of what was read from disk included. */
  public long sizeInBytes() {
    return pieceBytes + (spill == null ? 0 : spill.sizeInBytes());
  }

  @Override
  public void close() throws IOException {
    if (spill != null) {
      spill.close();
    }
  }
}
