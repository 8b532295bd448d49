// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads gzip members one after the other and checks their trailers (RFC 1952). Bytes after a member
 * that do not begin another one are ignored, as the JDK's own stream does, which is what brokers
 * and consumers read with.
 */
final class GzipDecompressor implements Decompressor {

  private static final int MAGIC = 0x8b1f;
  private static final int DEFLATE = 8;
  private static final int HEADER_BYTES = 10;
  private static final int TIME_FLAGS_AND_SYSTEM_BYTES = 6;
  private static final int TRAILER_BYTES = 8;
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;

  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private final PayloadView view = new PayloadView(ByteOrder.LITTLE_ENDIAN);
  private ByteBuffer source = ByteBuffer.allocate(0);
  private boolean ended;

  @Override
  public void begin(ByteBuffer payload, boolean ignoreHeaderChecksum) throws CorruptBatchException {
    source = view.of(payload);
    ended = false;
    beginMember();
  }

  private void beginMember() throws CorruptBatchException {
    int start = source.position();
    need(HEADER_BYTES);
    int magic = source.getShort() & 0xffff;
    int method = source.get() & 0xff;
    int flags = source.get();
    if (magic != MAGIC || method != DEFLATE) {
      throw new CorruptBatchException(
          String.format("gzip payload begins with 0x%04x and method %d", magic, method));
    }
    source.position(source.position() + TIME_FLAGS_AND_SYSTEM_BYTES);
    if ((flags & EXTRA) != 0) {
      need(Short.BYTES);
      int extra = source.getShort() & 0xffff;
      need(extra);
      source.position(source.position() + extra);
    }
    if ((flags & NAME) != 0) {
      skipString();
    }
    if ((flags & COMMENT) != 0) {
      skipString();
    }
    if ((flags & HEADER_CRC) != 0) {
      checkHeader(start);
    }
    crc.reset();
    inflater.reset();
    inflater.setInput(source);
  }

  private void checkHeader(int start) throws CorruptBatchException {
    int end = source.position();
    need(Short.BYTES);
    crc.reset();
    updateCrc(source, start, end);
    int stored = source.getShort() & 0xffff;
    int computed = (int) crc.getValue() & 0xffff;
    if (stored != computed) {
      throw new CorruptBatchException(
          String.format("gzip header checksum: stored 0x%04x, computed 0x%04x", stored, computed));
    }
  }

  private void skipString() throws CorruptBatchException {
    do {
      need(1);
    } while (source.get() != 0);
  }

  private void need(int bytes) throws CorruptBatchException {
    if (source.remaining() < bytes) {
      throw new CorruptBatchException("gzip payload ends early");
    }
  }

  @Override
  public int read(ByteBuffer target) throws CorruptBatchException {
    while (!ended) {
      int from = target.position();
      int inflated;
      try {
        inflated = inflater.inflate(target);
      } catch (DataFormatException e) {
        CorruptBatchException corrupt =
            new CorruptBatchException("gzip payload is corrupt: " + e.getMessage());
        corrupt.initCause(e);
        throw corrupt;
      }
      if (inflated > 0) {
        updateCrc(target, from, target.position());
      }
      if (inflater.finished()) {
        endMember();
      } else if (inflated == 0) {
        throw new CorruptBatchException(
            inflater.needsDictionary()
                ? "gzip payload asks for a dictionary"
                : "gzip payload ends early");
      }
      if (inflated > 0) {
        return inflated;
      }
    }
    return -1;
  }

  /** Leaves the buffer's position at the end of the range, its limit as it is. */
  private void updateCrc(ByteBuffer buffer, int from, int to) {
    int limit = buffer.limit();
    buffer.limit(to).position(from);
    crc.update(buffer);
    buffer.limit(limit);
  }

  private void endMember() throws CorruptBatchException {
    need(TRAILER_BYTES);
    int storedCrc = source.getInt();
    int storedBytes = source.getInt();
    int computedCrc = (int) crc.getValue();
    int bytes = (int) inflater.getBytesWritten();
    if (storedCrc != computedCrc || storedBytes != bytes) {
      throw new CorruptBatchException(
          String.format(
              "gzip trailer: stored 0x%08x and %d bytes, computed 0x%08x and %d bytes",
              storedCrc, storedBytes, computedCrc, bytes));
    }
    ended = true;
    if (source.remaining() > HEADER_BYTES + TRAILER_BYTES) {
      try {
        beginMember();
        ended = false;
      } catch (CorruptBatchException notAMember) {
        ended = true;
      }
    }
  }

  @Override
  public void close() {
    inflater.end();
  }
}
