// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads zstd frames one after the other; without any, the payload has no bytes. A frame's window is
 * looked up in its header first, so that none makes the native side allocate more than the bound
 * (RFC 8878).
 */
final class ZstdDecompressor implements Decompressor {

  private static final int FRAME_MAGIC = 0xFD2FB528;
  private static final int SKIPPABLE_MAGIC = 0x184D2A50;
  private static final int SKIPPABLE_MASK = 0xFFFFFFF0;
  private static final int SINGLE_SEGMENT = 0x20;

  /** Windows up to here are taken whatever the bound: common encoders write them (RFC 8878). */
  private static final int LEAST_BOUND = 8 * 1024 * 1024;

  /** The native side's own limit, and so that of every Kafka consumer. */
  private static final int GREATEST_BOUND = 128 * 1024 * 1024;

  private final long maxWindowBytes;
  private final ZstdDecompressCtx context = new ZstdDecompressCtx();
  private final PayloadView view = new PayloadView(ByteOrder.LITTLE_ENDIAN);
  private ByteBuffer source = ByteBuffer.allocate(0);
  private boolean betweenFrames;

  ZstdDecompressor(int maxBlockBytes) {
    this.maxWindowBytes = Math.min(Math.max(maxBlockBytes, LEAST_BOUND), GREATEST_BOUND);
  }

  @Override
  public void begin(ByteBuffer payload, boolean ignoreHeaderChecksum) {
    source = view.of(payload);
    context.reset();
    betweenFrames = true;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    while (true) {
      if (betweenFrames) {
        if (!source.hasRemaining()) {
          return -1;
        }
        checkWindow();
        betweenFrames = false;
      }
      int sourceBefore = source.position();
      int targetBefore = target.position();
      try {
        betweenFrames = context.decompressDirectByteBufferStream(target, source);
      } catch (ZstdException e) {
        CorruptBatchException corrupt =
            new CorruptBatchException("zstd payload is corrupt: " + e.getMessage());
        corrupt.initCause(e);
        throw corrupt;
      }
      int written = target.position() - targetBefore;
      if (written > 0) {
        return written;
      }
      if (!betweenFrames && source.position() == sourceBefore) {
        throw new CorruptBatchException("zstd payload ends early");
      }
    }
  }

  private void checkWindow() throws IOException {
    int p = source.position();
    int left = source.remaining();
    if (left < 6) {
      throw new CorruptBatchException("zstd payload ends early");
    }
    int magic = source.getInt(p);
    if ((magic & SKIPPABLE_MASK) == SKIPPABLE_MAGIC) {
      return;
    }
    if (magic != FRAME_MAGIC) {
      throw new CorruptBatchException(String.format("zstd frame begins with 0x%08x", magic));
    }
    int descriptor = source.get(p + 4);
    long window;
    if ((descriptor & SINGLE_SEGMENT) == 0) {
      int bits = source.get(p + 5) & 0xff;
      long base = 1L << (10 + (bits >>> 3));
      window = base + (base >>> 3) * (bits & 7);
    } else {
      window = contentSize(p + 5, descriptor, left - 5);
    }
    if (window > maxWindowBytes) {
      throw new BoundExceededException("a zstd window", window, maxWindowBytes);
    }
  }

  private long contentSize(int afterDescriptor, int descriptor, int left)
      throws CorruptBatchException {
    int dictionaryBits = descriptor & 3;
    int p = afterDescriptor + (dictionaryBits == 3 ? 4 : dictionaryBits);
    int sizeBits = (descriptor >>> 6) & 3;
    int bytes = sizeBits == 0 ? 1 : 1 << sizeBits;
    if (p - afterDescriptor + bytes > left) {
      throw new CorruptBatchException("zstd payload ends early");
    }
    return switch (bytes) {
      case 1 -> source.get(p) & 0xffL;
      case 2 -> (source.getShort(p) & 0xffffL) + 256;
      case 4 -> source.getInt(p) & 0xffffffffL;
      default -> {
        long size = source.getLong(p);
        yield size < 0 ? Long.MAX_VALUE : size;
      }
    };
  }

  @Override
  public void close() {
    context.close();
  }
}
