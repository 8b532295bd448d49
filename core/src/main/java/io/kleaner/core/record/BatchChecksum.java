// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import io.kleaner.core.io.FileHandle;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * Computes what a batch's checksum ought to be: CRC-32C from the attributes on for magic 2, CRC-32
 * from the magic byte on before.
 *
 * <p>Not thread-safe; owned by one worker.
 */
public final class BatchChecksum {

  private final CRC32C crc32c = new CRC32C();
  private final CRC32 crc32 = new CRC32();

  /** The checksum of a batch that lies wholly in its buffer, unsigned in the low 32 bits. */
  public long compute(BatchHeader header) {
    ByteBuffer buffer = header.buffer();
    int position = buffer.position();
    int limit = buffer.limit();
    int from = header.position() + (header.isLegacy() ? BatchHeader.MAGIC : BatchHeader.ATTRIBUTES);
    try {
      buffer.limit(header.endPosition()).position(from);
      if (header.isLegacy()) {
        crc32.reset();
        crc32.update(buffer);
        return crc32.getValue();
      }
      crc32c.reset();
      crc32c.update(buffer);
      return crc32c.getValue();
    } finally {
      buffer.limit(limit).position(position);
    }
  }

  /**
   * The same of a batch of which only the header need be in a buffer: its bytes are read from the
   * file, a piece at a time.
   *
   * @param position byte position of the batch in the file
   * @param pieces what is read at once
   */
  long compute(BatchHeader header, FileHandle file, long position, ByteBuffer pieces)
      throws IOException {
    Checksum sum = header.isLegacy() ? crc32 : crc32c;
    sum.reset();
    long at = position + (header.isLegacy() ? BatchHeader.MAGIC : BatchHeader.ATTRIBUTES);
    long end = position + header.sizeInBytes();
    while (at < end) {
      pieces.clear().limit((int) Math.min(pieces.capacity(), end - at));
      int read = file.read(pieces, at);
      if (read == 0) {
        throw new EOFException("the file ended at byte " + at + " within a batch");
      }
      sum.update(pieces.flip());
      at += read;
    }
    return sum.getValue();
  }
}
