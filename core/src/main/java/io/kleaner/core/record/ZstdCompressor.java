// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes one zstd frame at level 3, as a stream whose length is not known beforehand. */
final class ZstdCompressor extends StagedCompressor {

  private static final int STAGE_BYTES = 64 * 1024;
  private static final int LEVEL = 3;
  private static final int OUTPUT_BYTES = (int) Zstd.compressBound(STAGE_BYTES);

  private final ZstdCompressCtx context = new ZstdCompressCtx();
  private final ByteBuffer nothing = ByteBuffer.allocateDirect(0);
  private boolean started;

  ZstdCompressor() {
    super(STAGE_BYTES);
  }

  @Override
  void writeHeader(GrowableBuffer target) {
    context.reset();
    context.setLevel(LEVEL);
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
