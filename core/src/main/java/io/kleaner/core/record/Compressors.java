// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

/**
 * One worker's compressors, each made when it is first needed. Not thread-safe; owned by one
 * worker.
 */
public final class Compressors implements AutoCloseable {

  private final Compressor[] made = new Compressor[Codec.values().length];

  Compressor of(Codec codec) {
    Compressor compressor = made[codec.id()];
    if (compressor == null) {
      compressor =
          switch (codec) {
            case NONE -> new NoCompressor();
            case GZIP -> new GzipCompressor();
            case SNAPPY -> new SnappyCompressor();
            case LZ4 -> new Lz4Compressor();
            case ZSTD -> new ZstdCompressor();
          };
      made[codec.id()] = compressor;
    }
    return compressor;
  }

  @Override
  public void close() {
    for (int i = 0; i < made.length; i++) {
      if (made[i] != null) {
        made[i].close();
        made[i] = null;
      }
    }
  }
}
