// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

/**
 * One worker's decompressors, each made when it is first needed. Not thread-safe; owned by one
 * worker.
 */
public final class Decompressors implements AutoCloseable {

  private final int maxBlockBytes;
  private final Decompressor[] made = new Decompressor[Codec.values().length];
  private long opened;

  /**
   * @param maxBlockBytes largest block or window of a payload that may be held in memory, in bytes;
   *     zstd windows of up to 8 MiB are taken even if it is less, and none above 128 MiB
   */
  public Decompressors(int maxBlockBytes) {
    this.maxBlockBytes = maxBlockBytes;
  }

  /**
   * How many payloads they were asked for; each is the dearest thing that a clean does to a batch.
   */
  public long opened() {
    return opened;
  }

  Decompressor of(Codec codec) {
    opened++;
    Decompressor decompressor = made[codec.id()];
    if (decompressor == null) {
      decompressor =
          switch (codec) {
            case NONE -> throw new IllegalArgumentException("nothing to decompress");
            case GZIP -> new GzipDecompressor();
            case SNAPPY -> new SnappyDecompressor(maxBlockBytes);
            case LZ4 -> new Lz4Decompressor(maxBlockBytes);
            case ZSTD -> new ZstdDecompressor(maxBlockBytes);
          };
      made[codec.id()] = decompressor;
    }
    return decompressor;
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
