// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;

/** Writes snappy blocks of 32 KiB in the xerial library's frame. */
final class SnappyCompressor extends StagedCompressor {

  private static final int BLOCK_BYTES = 32 * 1024;
  private static final long MAGIC = 0x82534e4150505900L;
  private static final int VERSION = 1;

  SnappyCompressor() {
    super(BLOCK_BYTES);
  }

  @Override
  void writeHeader(GrowableBuffer target) throws IOException {
    target.room(16).putLong(MAGIC).putInt(VERSION).putInt(VERSION);
  }

  @Override
  void writeStage(ByteBuffer stage, GrowableBuffer target) throws IOException {
    ByteBuffer out = target.room(Integer.BYTES + Snappy.maxCompressedLength(stage.remaining()));
    int limit = out.limit();
    int start = out.position();
    out.position(start + Integer.BYTES);
    // It writes from the position on, leaves that, and sets the limit to what it wrote.
    int compressed = Snappy.compress(stage, out);
    out.limit(limit).position(start + Integer.BYTES + compressed);
    out.putInt(start, compressed);
  }

  @Override
  void writeEnd(GrowableBuffer target) {
    // the frame has no end mark
  }

  @Override
  public void close() {
    // no native state is held
  }
}
