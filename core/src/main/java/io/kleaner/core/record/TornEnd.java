// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import io.kleaner.core.io.FileHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Tells a file that ends in half a batch, as a crash leaves it, from one that is damaged: in the
 * first nothing that follows is a batch, and neither is what stands there whole. Zeros are never a
 * batch, however many: with {@code log.preallocate} an active segment ends in them.
 *
 * <p>Memory: two windows of 256 KiB while it looks. Not thread-safe.
 */
final class TornEnd {

  static final int WINDOW_BYTES = 256 * 1024;

  /** More than one append has in all but the oddest configurations; what is torn is shorter. */
  static final int MAX_TORN_BYTES = 64 * 1024 * 1024;

  /**
   * What looks like a header may claim all that follows, at every byte anew. Random bytes of the
   * largest torn end ask for some 5 GB of checksums; what asks for more was made to.
   */
  private static final long MAX_SUMMED_BYTES = 128L * MAX_TORN_BYTES;

  private static final ByteBuffer ZEROS =
      ByteBuffer.allocate(WINDOW_BYTES + BatchHeader.V2_OVERHEAD).asReadOnlyBuffer();

  private final Path path;
  private final FileHandle file;
  private final BatchChecksum checksum = new BatchChecksum();
  private final BatchHeader header = new BatchHeader();

  /** Bytes whose checksums may still be computed. */
  private long summable;

  /**
   * @param path for messages
   * @param file stays open and is the caller's
   */
  TornEnd(Path path, FileHandle file) {
    this(path, file, MAX_SUMMED_BYTES);
  }

  /**
   * @param maxSummedBytes how many bytes checksums may be computed of, all together; what asks for
   *     more is not held for torn
   */
  TornEnd(Path path, FileHandle file, long maxSummedBytes) {
    this.path = path;
    this.file = file;
    this.summable = maxSummedBytes;
  }

  /**
   * Whether all that follows a position is the torn rest of one append, or zeros.
   *
   * @param endPosition byte position where the file ended when it was begun to be read; what was
   *     appended since says nothing about what stood there
   */
  boolean isAt(long position, long endPosition) throws IOException {
    // A header that begins in a window's last byte is wholly in it.
    ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES + BatchHeader.V2_OVERHEAD);
    ByteBuffer pieces = ByteBuffer.allocate(WINDOW_BYTES);
    for (long at = position; at < endPosition; at += WINDOW_BYTES) {
      read(window, at, endPosition);
      if (isZeros(window)) {
        continue;
      }
      if (at - position >= MAX_TORN_BYTES) {
        return false;
      }
      int headers = Math.min(WINDOW_BYTES, window.limit());
      for (int i = 0; i < headers; i++) {
        if (isWhole(window, i, endPosition - at - i)
            // What stands first is whole: then its content is what is wrong.
            && (at + i == position || mayBeValid(window, i, at + i, pieces))) {
          return false;
        }
      }
    }
    return true;
  }

  /** Whether all that follows a position is zeros. */
  boolean isZerosAt(long position, long endPosition) throws IOException {
    ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES);
    for (long at = position; at < endPosition; at += WINDOW_BYTES) {
      read(window, at, endPosition);
      if (!isZeros(window)) {
        return false;
      }
    }
    return true;
  }

  private void read(ByteBuffer window, long position, long endPosition) throws IOException {
    window.clear().limit((int) Math.min(window.capacity(), endPosition - position));
    int wanted = window.limit();
    if (file.read(window, position) < wanted) {
      throw new IOException(path + " got shorter while it was read");
    }
    window.flip();
  }

  private static boolean isZeros(ByteBuffer window) {
    return window.equals(ZEROS.slice(0, window.limit()));
  }

  /**
   * Whether a batch begins there and ends within.
   *
   * @param left bytes from there to the end
   */
  private static boolean isWhole(ByteBuffer window, int at, long left) {
    if (left < BatchHeader.V0_OVERHEAD) {
      return false;
    }
    int least = overhead(window.get(at + BatchHeader.MAGIC));
    long size = BatchHeader.LOG_OVERHEAD + (long) window.getInt(at + BatchHeader.LENGTH);
    return size >= least && size <= left;
  }

  private static int overhead(byte magic) {
    return switch (magic) {
      case 0 -> BatchHeader.V0_OVERHEAD;
      case 1 -> BatchHeader.V1_OVERHEAD;
      case 2 -> BatchHeader.V2_OVERHEAD;
      default -> Integer.MAX_VALUE;
    };
  }

  /** Whether a whole batch has the right checksum, or too much was computed to know. */
  private boolean mayBeValid(ByteBuffer window, int at, long position, ByteBuffer pieces)
      throws IOException {
    header.wrap(window, at);
    if (!isConsistent(window, at)) {
      return false;
    }
    summable -= header.sizeInBytes();
    return summable < 0 || checksum.compute(header, file, position, pieces) == header.storedCrc();
  }

  /** No batch that is read has a header without this; few headers that are none have it. */
  private boolean isConsistent(ByteBuffer window, int at) {
    if (header.baseOffset() < 0
        || header.lastOffset() < header.baseOffset()
        || header.codecId() > BatchCursor.MAX_KNOWN_CODEC) {
      return false;
    }
    if (header.isLegacy()) {
      int least = overhead(header.magic());
      long keyLength = window.getInt(at + least - 2 * Integer.BYTES);
      return keyLength >= -1 && least + Math.max(keyLength, 0) <= header.sizeInBytes();
    }
    int count = header.recordCount();
    return count >= 0 && count - 1L <= header.lastOffset() - header.baseOffset();
  }
}
