// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes one zstd frame, as a rule at level 3, as a stream whose length is not known beforehand.
 */
final class ZstdCompressor extends StagedCompressor {

  static final int DEFAULT_LEVEL = 3;

  private static final int STAGE_BYTES = 64 * 1024;

  /**
   * Higher levels have windows of up to 128 MiB, for which a reader would have to have memory: no
   * batch is worth that, and ours takes a window of 8 MiB whatever its bound.
   */
  private static final int GREATEST_LEVEL_OF_COMMON_WINDOW = 19;

  private static final int COMMON_WINDOW_LOG = 23;
  private static final int OUTPUT_BYTES = (int) Zstd.compressBound(STAGE_BYTES);

  private final ZstdCompressCtx context = new ZstdCompressCtx();
  private final ByteBuffer nothing = ByteBuffer.allocateDirect(0);
  private final int level;
  private boolean started;

  ZstdCompressor(int level) {
    super(STAGE_BYTES);
    this.level = level;
  }

  @Override
  void writeHeader(GrowableBuffer target) {
    context.reset();
    context.setLevel(level);
    if (level > GREATEST_LEVEL_OF_COMMON_WINDOW) {
      context.setWindowLog(COMMON_WINDOW_LOG);
    }
    started = false;
  }

  @Override
  void writeStage(ByteBuffer stage, GrowableBuffer target) throws IOException {
    started = true;
    while (stage.hasRemaining()) {
      context.compressDirectByteBufferStream(
          target.room(OUTPUT_BYTES), stage, EndDirective.CONTINUE);
    }
  }

  @Override
  void writeEnd(GrowableBuffer target) throws IOException {
    // Kafka's stream is flushed before it is closed, which ends the block but not the frame; not
    // so if nothing was written, which makes a frame of known size.
    if (started) {
      drain(target, EndDirective.FLUSH);
    }
    drain(target, EndDirective.END);
  }

  private void drain(GrowableBuffer target, EndDirective directive) throws IOException {
    boolean done;
    do {
      done = context.compressDirectByteBufferStream(target.room(OUTPUT_BYTES), nothing, directive);
    } while (!done);
  }

  @Override
  public void close() {
    context.close();
  }
}
