// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.xerial.snappy.Snappy;

/**
 * Reads snappy blocks, framed as the xerial library does it, or one block without a frame as other
 * clients write it. Streams may follow each other; what is left after the last block is ignored if
 * it is too short for a block's length, as the library does.
 */
final class SnappyDecompressor extends BlockDecompressor {

  private static final long MAGIC = 0x82534e4150505900L;
  private static final int HEADER_BYTES = 16;
  private static final int LEAST_VERSION = 1;

  /** No byte of a block can stand for more bytes of content than this. */
  private static final int MAX_EXPANSION = 64;

  private final int maxBlockBytes;
  private final PayloadView view = new PayloadView(ByteOrder.BIG_ENDIAN);
  private ByteBuffer source = ByteBuffer.allocate(0);
  private boolean framed;
  private int compressedBytes;
  private int blockBytes;

  SnappyDecompressor(int maxBlockBytes) {
    this.maxBlockBytes = maxBlockBytes;
  }

  @Override
  public void begin(ByteBuffer payload, boolean ignoreHeaderChecksum) throws CorruptBatchException {
    restart();
    source = view.of(payload);
    framed = atHeader();
    if (framed) {
      // Whatever its version says: the library looks at that of a later header only.
      source.position(source.position() + HEADER_BYTES);
    } else if (!source.hasRemaining()) {
      throw new CorruptBatchException("snappy payload is empty");
    }
  }

  private boolean atHeader() {
    return source.remaining() >= HEADER_BYTES && source.getLong(source.position()) == MAGIC;
  }

  private void skipLaterHeader() throws CorruptBatchException {
    int version = source.getInt(source.position() + Long.BYTES);
    if (version < LEAST_VERSION) {
      throw new CorruptBatchException("snappy frame of unknown version " + version);
    }
    source.position(source.position() + HEADER_BYTES);
  }

  @Override
  int nextBlockBytes() throws IOException {
    if (!source.hasRemaining()) {
      return -1;
    }
    if (framed) {
      while (atHeader()) {
        skipLaterHeader();
      }
      if (source.remaining() < Integer.BYTES) {
        // The xerial library takes less than a length for the end.
        source.position(source.limit());
        return -1;
      }
      compressedBytes = source.getInt();
    } else {
      compressedBytes = source.remaining();
    }
    if (compressedBytes <= 0 || compressedBytes > source.remaining()) {
      throw new CorruptBatchException(
          "snappy block of " + compressedBytes + " bytes, " + source.remaining() + " are left");
    }
    blockBytes = contentBytes(source.position(), source.position() + compressedBytes);
    if (blockBytes < 0 || blockBytes / MAX_EXPANSION > compressedBytes) {
      throw new CorruptBatchException("snappy block claims " + blockBytes + " bytes");
    }
    if (blockBytes > maxBlockBytes) {
      throw new BoundExceededException("a snappy block", blockBytes, maxBlockBytes);
    }
    return blockBytes;
  }

  /** The length that a block begins with: a varint of 32 bits, least significant group first. */
  private int contentBytes(int from, int end) throws CorruptBatchException {
    int length = 0;
    int shift = 0;
    for (int p = from; p < end && shift < Integer.SIZE; p++, shift += 7) {
      int b = source.get(p);
      length |= (b & 0x7f) << shift;
      if (b >= 0) {
        if (shift == 28 && b > 0x0f) {
          break;
        }
        return length;
      }
    }
    throw new CorruptBatchException("snappy block is corrupt: it begins with no length");
  }

  @Override
  void readBlock(ByteBuffer target) throws IOException {
    int end = source.limit();
    int next = source.position() + compressedBytes;
    int limit = target.limit();
    int written;
    source.limit(next);
    try {
      // It writes from the target's position on, leaves that, and sets the limit to what it wrote.
      written = Snappy.uncompress(source, target);
    } catch (IOException e) {
      throw corrupt(e);
    } finally {
      target.limit(limit);
      source.limit(end);
    }
    if (written != blockBytes) {
      throw new CorruptBatchException(
          "snappy block of " + written + " bytes, it claims " + blockBytes);
    }
    source.position(next);
    target.position(target.position() + written);
  }

  private static CorruptBatchException corrupt(IOException cause) {
    CorruptBatchException corrupt =
        new CorruptBatchException("snappy block is corrupt: " + cause.getMessage());
    corrupt.initCause(cause);
    return corrupt;
  }
}
