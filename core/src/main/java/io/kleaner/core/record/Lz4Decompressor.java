// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * Reads one LZ4 frame of independent blocks, of 4 MiB at most, as KIP-57 has it. Header and block
 * checksums are checked, the content checksum and size are not; bytes after the frame are ignored:
 * all as Kafka's own stream does.
 */
final class Lz4Decompressor extends BlockDecompressor {

  private static final int MAGIC = 0x184D2204;
  private static final int RAW_BLOCK = 0x80000000;
  private static final int RESERVED_FLAGS = 0x03;
  private static final int CONTENT_CHECKSUM = 0x04;
  private static final int CONTENT_SIZE = 0x08;
  private static final int BLOCK_CHECKSUM = 0x10;
  private static final int BLOCK_INDEPENDENCE = 0x20;
  private static final int SMALLEST_BLOCK_CODE = 4;

  /** No byte of a block can stand for more bytes of content than this. */
  private static final int MAX_EXPANSION = 255;

  private final LZ4SafeDecompressor lz4 = LZ4Factory.fastestInstance().safeDecompressor();
  private final XXHash32 xxhash = XXHashFactory.fastestInstance().hash32();
  private final PayloadView view = new PayloadView(ByteOrder.LITTLE_ENDIAN);
  private final int boundBytes;
  private ByteBuffer source = ByteBuffer.allocate(0);
  private int flags;
  private int maxBlockBytes;
  private int blockBytes;
  private int contentBytes;
  private boolean rawBlock;

  Lz4Decompressor(int boundBytes) {
    this.boundBytes = boundBytes;
  }

  @Override
  public void begin(ByteBuffer payload, boolean ignoreHeaderChecksum) throws CorruptBatchException {
    restart();
    source = view.of(payload);
    need(7);
    if (source.getInt() != MAGIC) {
      throw new CorruptBatchException(
          String.format("LZ4 frame begins with 0x%08x", source.getInt(payload.position())));
    }
    int descriptor = source.position();
    flags = source.get() & 0xff;
    int blockDescriptor = source.get() & 0xff;
    boolean known =
        (flags & RESERVED_FLAGS) == 0
            && (flags & BLOCK_INDEPENDENCE) != 0
            && flags >>> 6 == 1
            && (blockDescriptor & 0x8f) == 0
            && blockDescriptor >>> 4 >= SMALLEST_BLOCK_CODE;
    if (!known) {
      throw new CorruptBatchException(
          String.format("unsupported LZ4 frame: flags 0x%02x 0x%02x", flags, blockDescriptor));
    }
    maxBlockBytes = 1 << (2 * (blockDescriptor >>> 4) + 8);
    if ((flags & CONTENT_SIZE) != 0) {
      need(Long.BYTES + 1);
      source.position(source.position() + Long.BYTES);
    }
    int length = source.position() - descriptor;
    byte stored = source.get();
    if (!ignoreHeaderChecksum
        && stored != (byte) (xxhash.hash(source, descriptor, length, 0) >> 8)) {
      throw new CorruptBatchException("LZ4 frame header does not match its checksum");
    }
  }

  private void need(int bytes) throws CorruptBatchException {
    if (source.remaining() < bytes) {
      throw new CorruptBatchException("LZ4 frame ends early");
    }
  }

  @Override
  int nextBlockBytes() throws IOException {
    need(Integer.BYTES);
    int size = source.getInt();
    rawBlock = (size & RAW_BLOCK) != 0;
    blockBytes = size & ~RAW_BLOCK;
    if (blockBytes == 0) {
      if ((flags & CONTENT_CHECKSUM) != 0) {
        need(Integer.BYTES);
        source.getInt();
      }
      return -1;
    }
    if (blockBytes > maxBlockBytes) {
      throw new CorruptBatchException(
          "LZ4 block of " + blockBytes + " bytes is above the frame's " + maxBlockBytes);
    }
    need(blockBytes);
    contentBytes =
        rawBlock ? blockBytes : (int) Math.min(maxBlockBytes, (long) MAX_EXPANSION * blockBytes);
    if (contentBytes > boundBytes) {
      throw new BoundExceededException("an LZ4 block", contentBytes, boundBytes);
    }
    return contentBytes;
  }

  @Override
  void readBlock(ByteBuffer target) throws CorruptBatchException {
    int from = source.position();
    if (rawBlock) {
      target.put(target.position(), source, from, blockBytes);
      target.position(target.position() + blockBytes);
    } else {
      try {
        int written =
            lz4.decompress(source, from, blockBytes, target, target.position(), contentBytes);
        target.position(target.position() + written);
      } catch (LZ4Exception e) {
        CorruptBatchException corrupt =
            new CorruptBatchException("LZ4 block is corrupt: " + e.getMessage());
        corrupt.initCause(e);
        throw corrupt;
      }
    }
    source.position(from + blockBytes);
    if ((flags & BLOCK_CHECKSUM) != 0) {
      need(Integer.BYTES);
      if (source.getInt() != xxhash.hash(source, from, blockBytes, 0)) {
        throw new CorruptBatchException("LZ4 block does not match its checksum");
      }
    }
  }
}
