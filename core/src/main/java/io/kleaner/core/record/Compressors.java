// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.util.OptionalInt;

/**
 * One worker's compressors, each made when it is first needed: Kafka's own defaults, but for one
 * codec that may have a level. Not thread-safe; owned by one worker.
 */
public final class Compressors implements AutoCloseable {

  private final Compressor[] made = new Compressor[Codec.values().length];
  private final Compression levelled;

  /** All at Kafka's default level. */
  public Compressors() {
    this(Compression.of(Codec.NONE));
  }

  /**
   * @param levelled how its codec is used; the others are at Kafka's default level
   */
  public Compressors(Compression levelled) {
    this.levelled = levelled;
  }

  Compressor of(Codec codec) {
    Compressor compressor = made[codec.id()];
    if (compressor == null) {
      OptionalInt level = codec == levelled.codec() ? levelled.level() : OptionalInt.empty();
      compressor =
          switch (codec) {
            case NONE -> new NoCompressor();
            case GZIP -> new GzipCompressor(level.orElse(GzipCompressor.DEFAULT_LEVEL));
            case SNAPPY -> new SnappyCompressor();
            case LZ4 -> new Lz4Compressor(level);
            case ZSTD -> new ZstdCompressor(level.orElse(ZstdCompressor.DEFAULT_LEVEL));
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
