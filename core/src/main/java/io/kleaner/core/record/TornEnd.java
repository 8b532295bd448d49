// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import io.kleaner.core.io.FileHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Tells a file that ends in half a batch, as a crash leaves it, from one that is damaged: in the
 * first nothing that follows is a batch, and neither is what stands there whole.
 *
 * <p>Not thread-safe.
 */
final class TornEnd {

  /** More than one append has in all but the oddest configurations; what is torn is shorter. */
  private static final int MAX_TORN_BYTES = 64 * 1024 * 1024;

  private final Path path;
  private final FileHandle file;
  private final BatchChecksum checksum = new BatchChecksum();
  private final BatchHeader header = new BatchHeader();

  /**
   * @param path for messages
   * @param file stays open and is the caller's
   */
  TornEnd(Path path, FileHandle file) {
    this.path = path;
    this.file = file;
  }

  /**
   * Whether all that follows a position is the torn rest of one append.
   *
   * @param endPosition byte position where the file ended when it was begun to be read; what was
   *     appended since says nothing about what stood there
   */
  boolean isAt(long position, long endPosition) throws IOException {
    long left = endPosition - position;
    if (left > MAX_TORN_BYTES) {
      return false;
    }
    ByteBuffer rest = ByteBuffer.allocate((int) left);
    if (file.read(rest, position) < left) {
      throw new IOException(path + " got shorter while it was read");
    }
    return !isWhole(rest.flip(), 0) && !hasValidBatch(rest);
  }

  /** Whether a batch begins there and ends within: then its content is what is wrong. */
  private static boolean isWhole(ByteBuffer rest, int at) {
    int left = rest.limit() - at;
    if (left < BatchHeader.V0_OVERHEAD) {
      return false;
    }
    int least =
        switch (rest.get(at + BatchHeader.MAGIC)) {
          case 0 -> BatchHeader.V0_OVERHEAD;
          case 1 -> BatchHeader.V1_OVERHEAD;
          case 2 -> BatchHeader.V2_OVERHEAD;
          default -> Integer.MAX_VALUE;
        };
    long size = BatchHeader.LOG_OVERHEAD + (long) rest.getInt(at + BatchHeader.LENGTH);
    return size >= least && size <= left;
  }

  private boolean hasValidBatch(ByteBuffer rest) {
    for (int at = 1; at < rest.limit(); at++) {
      if (isWhole(rest, at)) {
        header.wrap(rest, at);
        if (checksum.compute(header) == header.storedCrc()) {
          return true;
        }
      }
    }
    return false;
  }
}
