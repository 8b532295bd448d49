// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Reads gzip members one after the other and checks their trailers (RFC 1952). */
final class GzipDecompressor implements Decompressor {

  private static final int MAGIC = 0x8b1f;
  private static final int DEFLATE = 8;
  private static final int HEADER_BYTES = 10;
  private static final int TRAILER_BYTES = 8;
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;

  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private ByteBuffer source = ByteBuffer.allocate(0);
  private boolean ended;

  @Override
  public void begin(ByteBuffer payload, boolean ignoreHeaderChecksum)
      throws CorruptBatchException {
    source = payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    ended = false;
    beginMember();
  }

  private void beginMember() throws CorruptBatchException {
    need(HEADER_BYTES);
    int magic = source.getShort() & 0xffff;
    int method = source.get() & 0xff;
    int flags = source.get();
    if (magic != MAGIC || method != DEFLATE) {
      throw new CorruptBatchException("not a gzip payload");
    }
    source.position(source.position() + 6);
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
      need(Short.BYTES);
      source.getShort();
    }
    crc.reset();
    inflater.reset();
    inflater.setInput(source);
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
        ByteBuffer fresh = target.duplicate().limit(target.position()).position(from);
        crc.update(fresh);
      }
      if (inflater.finished()) {
        endMember();
      } else if (inflated == 0) {
        throw new CorruptBatchException("gzip payload ends early");
      }
      if (inflated > 0) {
        return inflated;
      }
    }
    return -1;
  }

  private void endMember() throws CorruptBatchException {
    need(TRAILER_BYTES);
    long storedCrc = source.getInt() & 0xffffffffL;
    int storedSize = source.getInt();
    if (storedCrc != crc.getValue() || storedSize != (int) inflater.getBytesWritten()) {
      throw new CorruptBatchException("gzip trailer does not match its content");
    }
    boolean another =
        source.remaining() >= HEADER_BYTES
            && (source.getShort(source.position()) & 0xffff) == MAGIC;
    if (another) {
      beginMember();
    } else {
      ended = true;
    }
  }

  @Override
  public void close() {
    inflater.end();
  }
}
