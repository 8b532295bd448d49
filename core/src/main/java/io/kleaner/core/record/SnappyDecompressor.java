// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;

/**
 * Reads snappy blocks, framed as the xerial library does it, or one block without a frame as other
 * clients write it.
 */
final class SnappyDecompressor extends BlockDecompressor {

  private static final long MAGIC = 0x82534e4150505900L;
  private static final int HEADER_BYTES = 16;
  private static final int MAX_EXPANSION = 64;

  private final int maxBlockBytes;
  private ByteBuffer source = ByteBuffer.allocateDirect(0);
  private boolean framed;
  private int compressedBytes;
  private int blockBytes;

  SnappyDecompressor(int maxBlockBytes) {
    this.maxBlockBytes = maxBlockBytes;
  }

  @Override
  public void begin(ByteBuffer payload, boolean ignoreHeaderChecksum)
      throws CorruptBatchException {
    restart();
    source = payload.duplicate();
    framed = skipHeader();
    if (!source.hasRemaining() && !framed) {
      throw new CorruptBatchException("snappy payload is empty");
    }
  }

  private boolean skipHeader() throws CorruptBatchException {
    if (source.remaining() < HEADER_BYTES || source.getLong(source.position()) != MAGIC) {
      return false;
    }
    int version = source.getInt(source.position() + Long.BYTES);
    if (version < 1) {
      throw new CorruptBatchException("snappy frame of unknown version " + version);
    }
    source.position(source.position() + HEADER_BYTES);
    return true;
  }

  @Override
  int nextBlockBytes() throws IOException {
    if (!source.hasRemaining()) {
      return -1;
    }
    if (framed) {
      while (skipHeader()) {
        // streams may be concatenated
      }
      if (!source.hasRemaining()) {
        return -1;
      }
      if (source.remaining() < Integer.BYTES) {
        throw new CorruptBatchException("snappy payload ends early");
      }
      compressedBytes = source.getInt();
    } else {
      compressedBytes = source.remaining();
    }
    if (compressedBytes <= 0 || compressedBytes > source.remaining()) {
      throw new CorruptBatchException(
          "snappy block of " + compressedBytes + " bytes, " + source.remaining() + " are left");
    }
    ByteBuffer block = block();
    try {
      blockBytes = Snappy.uncompressedLength(block);
    } catch (IOException e) {
      throw corrupt(e);
    }
    // A format that cannot expand further than this cannot claim more and be valid.
    if (blockBytes < 0 || blockBytes / MAX_EXPANSION > compressedBytes) {
      throw new CorruptBatchException("snappy block claims " + blockBytes + " bytes");
    }
    if (blockBytes > maxBlockBytes) {
      throw new BoundExceededException("a snappy block", blockBytes, maxBlockBytes);
    }
    return blockBytes;
  }

  private ByteBuffer block() {
    return source.duplicate().limit(source.position() + compressedBytes);
  }

  @Override
  void readBlock(ByteBuffer target) throws IOException {
    int limit = target.limit();
    int position = target.position();
    // The library writes from the position on and moves the limit.
    ByteBuffer into = target.duplicate().limit(position + blockBytes);
    try {
      int written = Snappy.uncompress(block(), into);
      if (written != blockBytes) {
        throw new CorruptBatchException("snappy block is shorter than it claims");
      }
    } catch (CorruptBatchException e) {
      throw e;
    } catch (IOException e) {
      throw corrupt(e);
    }
    source.position(source.position() + compressedBytes);
    target.limit(limit).position(position + blockBytes);
  }

  private static CorruptBatchException corrupt(IOException cause) {
    CorruptBatchException corrupt =
        new CorruptBatchException("snappy block is corrupt: " + cause.getMessage());
    corrupt.initCause(cause);
    return corrupt;
  }
}
