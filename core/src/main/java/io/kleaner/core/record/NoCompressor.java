// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.nio.ByteBuffer;

/** Puts records into the batch as they are. */
final class NoCompressor implements Compressor {

  private GrowableBuffer sink;

  @Override
  public void begin(GrowableBuffer target) {
    sink = target;
  }

  @Override
  public void write(ByteBuffer source, int position, int length) throws BoundExceededException {
    sink.put(source, position, length);
  }

  @Override
  public void writeByte(int oneByte) throws BoundExceededException {
    sink.put(oneByte);
  }

  @Override
  public void finish() {
    // nothing is held back
  }

  @Override
  public void close() {
    // nothing is held
  }
}
