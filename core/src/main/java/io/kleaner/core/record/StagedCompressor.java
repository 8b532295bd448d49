// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Gathers bytes in a direct buffer and hands them to a codec whenever it is full. */
abstract class StagedCompressor implements Compressor {

  private final ByteBuffer staged;
  private GrowableBuffer sink;

  StagedCompressor(int stageBytes) {
    this.staged = ByteBuffer.allocateDirect(stageBytes);
  }

  /** Writes what comes before the content. */
  abstract void writeHeader(GrowableBuffer target) throws IOException;

  /** Compresses the bytes from position to limit, at least one. */
  abstract void writeStage(ByteBuffer stage, GrowableBuffer target) throws IOException;

  /** Writes what comes after the content. */
  abstract void writeEnd(GrowableBuffer target) throws IOException;

  @Override
  public final void begin(GrowableBuffer target) throws IOException {
    sink = target;
    staged.clear();
    writeHeader(target);
  }

  @Override
  public final void write(ByteBuffer source, int position, int length) throws IOException {
    int from = position;
    int left = length;
    while (left > 0) {
      int piece = Math.min(left, staged.remaining());
      staged.put(staged.position(), source, from, piece);
      staged.position(staged.position() + piece);
      from += piece;
      left -= piece;
      if (!staged.hasRemaining()) {
        flush();
      }
    }
  }

  @Override
  public final void writeByte(int oneByte) throws IOException {
    staged.put((byte) oneByte);
    if (!staged.hasRemaining()) {
      flush();
    }
  }

  private void flush() throws IOException {
    staged.flip();
    if (staged.hasRemaining()) {
      writeStage(staged, sink);
    }
    staged.clear();
  }

  @Override
  public final void finish() throws IOException {
    flush();
    writeEnd(sink);
  }
}
