// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.xxhash.XXHashFactory;

/**
 * Writes one LZ4 frame of independent 64 KiB blocks without checksums, by the fast compressor
 * unless a level asks for the one that tries harder.
 */
final class Lz4Compressor extends StagedCompressor {

  private static final int BLOCK_BYTES = 64 * 1024;
  private static final int RAW_BLOCK = 0x80000000;
  private static final byte FLAGS = 0x60;
  private static final byte BLOCK_DESCRIPTOR = 0x40;
  private static final byte[] HEADER = header();

  private final LZ4Compressor lz4;
  private final int maxCompressedBytes;

  Lz4Compressor(OptionalInt level) {
    super(BLOCK_BYTES);
    LZ4Factory factory = LZ4Factory.fastestInstance();
    lz4 = level.isPresent() ? factory.highCompressor(level.getAsInt()) : factory.fastCompressor();
    maxCompressedBytes = lz4.maxCompressedLength(BLOCK_BYTES);
  }

  private static byte[] header() {
    byte[] descriptor = {FLAGS, BLOCK_DESCRIPTOR};
    int hash = XXHashFactory.fastestInstance().hash32().hash(descriptor, 0, 2, 0);
    return new byte[] {0x04, 0x22, 0x4D, 0x18, FLAGS, BLOCK_DESCRIPTOR, (byte) (hash >> 8)};
  }

  @Override
  void writeHeader(GrowableBuffer target) throws IOException {
    target.room(HEADER.length).put(HEADER);
  }

  @Override
  void writeStage(ByteBuffer stage, GrowableBuffer target) throws IOException {
    int length = stage.remaining();
    ByteBuffer out = target.room(Integer.BYTES + maxCompressedBytes);
    int start = out.position();
    int body = start + Integer.BYTES;
    int compressed = lz4.compress(stage, 0, length, out, body, maxCompressedBytes);
    if (compressed >= length) {
      out.putInt(start, Integer.reverseBytes(length | RAW_BLOCK));
      out.put(body, stage, 0, length);
      compressed = length;
    } else {
      out.putInt(start, Integer.reverseBytes(compressed));
    }
    out.position(body + compressed);
  }

  @Override
  void writeEnd(GrowableBuffer target) throws IOException {
    target.room(Integer.BYTES).putInt(0);
  }

  @Override
  public void close() {
    // no native state is held
  }
}
