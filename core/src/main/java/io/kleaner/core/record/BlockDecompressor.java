// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What codecs of independent blocks share: a block goes straight into the target where it has room,
 * else through a buffer of its own.
 */
abstract class BlockDecompressor implements Decompressor {

  private ByteBuffer block = ByteBuffer.allocateDirect(0);
  private boolean ended;

  /** Forgets what is left of the payload before. */
  final void restart() {
    block.clear().limit(0);
    ended = false;
  }

  /**
   * Looks at the next block.
   *
   * @return the most bytes it can decompress to, or -1 at the end of the payload
   */
  abstract int nextBlockBytes() throws IOException;

  /** Decompresses the block looked at to the target's position, and moves the position. */
  abstract void readBlock(ByteBuffer target) throws IOException;

  @Override
  public final int read(ByteBuffer target) throws IOException {
    if (block.hasRemaining()) {
      return copy(target);
    }
    while (!ended) {
      int bytes = nextBlockBytes();
      if (bytes < 0) {
        ended = true;
      } else if (target.remaining() >= bytes) {
        int before = target.position();
        readBlock(target);
        if (target.position() > before) {
          return target.position() - before;
        }
      } else {
        if (block.capacity() < bytes) {
          block = ByteBuffer.allocateDirect(bytes);
        }
        block.clear();
        readBlock(block);
        block.flip();
        if (block.hasRemaining()) {
          return copy(target);
        }
      }
    }
    return -1;
  }

  private int copy(ByteBuffer target) {
    int bytes = Math.min(block.remaining(), target.remaining());
    target.put(target.position(), block, block.position(), bytes);
    target.position(target.position() + bytes);
    block.position(block.position() + bytes);
    return bytes;
  }

  @Override
  public void close() {
    block = ByteBuffer.allocateDirect(0);
  }
}
