// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Bits on disk: the index of each that is set, in a file for every 2^24 indexes in a row, of which
 * it keeps the low three bytes. Which bit is set next is anybody's guess, so indexes are added at
 * the ends of the files; bits are read in order, so one file after the other is made bits of.
 *
 * <pre>
 *  0       2     3
 *  +-------+-----+
 *  |bits   |bits |   of the index: 0 to 15, then 16 to 23; bits 24 to 31 tell the file
 *  |0..15  |16.. |
 *  +-------+-----+
 * </pre>
 *
 * <p>Memory: a buffer of 4 KiB for each file while bits are set, 1 MiB at most; then the bits of
 * two files, 2 MiB each, so that workers may stand on both sides of a border.
 *
 * <p>Bits are set by one thread at a time; once it is sealed, it may be read by several. {@link
 * #close} deletes the files.
 */
final class BitSpill implements AutoCloseable {

  /** Above the highest index. */
  static final long END = 1L << 32;

  private static final int RANGE_SHIFT = 24;
  private static final int RANGES = 1 << (Integer.SIZE - RANGE_SHIFT);
  private static final int ENTRY_BYTES = 3;
  private static final int BUFFER_BYTES = 4096;
  private static final int READ_BYTES = ENTRY_BYTES * 21_845;
  private static final int PIECES = 1 << (RANGE_SHIFT - Bits.PIECE_SHIFT);

  private final SpillFiles files;
  private long[][] resident = new long[0][];
  private volatile Range recent = new Range(-1, new long[0][], 0);
  private volatile Range before = recent;

  /** A file's bits, which nobody changes, and those that are resident anyway. */
  private static final class Range {
    private final int number;
    private final long[][] pieces;
    private final int ownPieces;

    Range(int number, long[][] pieces, int ownPieces) {
      this.number = number;
      this.pieces = pieces;
      this.ownPieces = ownPieces;
    }

    long[] piece(long index) {
      return pieces[(int) (index >>> Bits.PIECE_SHIFT) & (PIECES - 1)];
    }
  }

  BitSpill(SpillSpace space) {
    files = space.files(RANGES, ENTRY_BYTES, BUFFER_BYTES);
  }

  private static int range(long index) {
    return (int) (index >>> RANGE_SHIFT);
  }

  /** Sets a bit, which may be set already. */
  void add(long index) throws IOException {
    files.roomFor(range(index)).putShort((short) index).put((byte) (index >>> Short.SIZE));
  }

  /**
   * No bit is set from now on.
   *
   * @param pieces of those that are in memory, by number; also of ranges that are on disk too
   */
  void seal(long[][] pieces) throws IOException {
    resident = pieces;
    files.end();
    files.unname();
  }

  /** Whether bits near an index are on disk: {@link #piece} has all of them then. */
  boolean holds(long index) {
    return files.bytes(range(index)) > 0;
  }

  /** All bits of the piece that an index is in, those in memory included. */
  long[] piece(long index) throws IOException {
    int number = range(index);
    Range found = recent;
    if (found.number != number) {
      found = before;
    }
    return (found.number == number ? found : load(number)).piece(index);
  }

  private synchronized Range load(int number) throws IOException {
    if (recent.number == number) {
      return recent;
    }
    if (before.number == number) {
      return before;
    }
    before = recent;
    recent = read(number);
    return recent;
  }

  private Range read(int number) throws IOException {
    long[][] pieces = new long[PIECES][];
    boolean[] own = new boolean[PIECES];
    int ownPieces = 0;
    for (int i = 0; i < PIECES; i++) {
      int piece = number * PIECES + i;
      pieces[i] = piece < resident.length ? resident[piece] : Bits.CLEAR;
    }
    ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
    SpillFiles.Reader file = files.read(number);
    while (file.next(buffer)) {
      while (buffer.hasRemaining()) {
        int index = (buffer.getShort() & 0xffff) | ((buffer.get() & 0xff) << Short.SIZE);
        int piece = index >>> Bits.PIECE_SHIFT;
        if (!own[piece]) {
          pieces[piece] = pieces[piece].clone();
          own[piece] = true;
          ownPieces++;
        }
        int bit = index & ((1 << Bits.PIECE_SHIFT) - 1);
        pieces[piece][bit >>> 6] |= 1L << bit;
      }
    }
    return new Range(number, pieces, ownPieces);
  }

  /** Memory in bytes, without that of pieces that were resident before. */
  long sizeInBytes() {
    return files.bufferBytes() + (long) (recent.ownPieces + before.ownPieces) * Bits.PIECE_BYTES;
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
