// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.check;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.Codec;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.record.Decompressors;
import io.kleaner.core.record.PayloadMeter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Measures single batches: whether one decompresses to far more than its size. Never holds what a
 * batch becomes, but from the first one on that it measures: twice the compressed length of the
 * largest, up to {@link BombScan.Limits#maxBatchBytes}, in direct memory, a buffer of 128 KiB, and
 * the windows of the codecs met, up to 8 MiB each. Make one for many batches, not one for each. Not
 * thread-safe; the native codecs it opened are freed when it is closed.
 */
public final class BombMeter implements AutoCloseable {

  private static final int MAX_WINDOW_BYTES = 8 * 1024 * 1024;

  private final BombScan.Limits limits;
  private final Decompressors decompressors = new Decompressors(MAX_WINDOW_BYTES);

  /** Made for the first batch that is measured: most segments have none. */
  private PayloadMeter meter;

  private ByteBuffer payload = ByteBuffer.allocateDirect(0);

  /**
   * What was found of a batch.
   *
   * @param bomb it, if it is one
   * @param unread why it could not be measured, a sentence
   * @param cut whether the file ended within it: it was cut meanwhile, and nothing follows
   * @param decompressedBytes how much it took to know that
   */
  public record Measured(
      Optional<BombScan.Bomb> bomb, Optional<String> unread, boolean cut, long decompressedBytes) {

    private static Measured unread(String why, boolean cut, long decompressedBytes) {
      return new Measured(Optional.empty(), Optional.of(why), cut, decompressedBytes);
    }
  }

  /**
   * @param limits of which {@link BombScan.Limits#maxScanBytes} does not count here
   */
  public BombMeter(BombScan.Limits limits) {
    this.limits = limits;
  }

  /**
   * Whether it may become that long. No codec makes more of a byte than this; what stays below the
   * limit need not be read.
   */
  public boolean mayBeBomb(BatchHeader batch) throws CorruptBatchException {
    long most =
        switch (Codec.forId(batch.codecId())) {
          case NONE -> 1;
          case GZIP -> 1040;
          case SNAPPY -> 32;
          case LZ4 -> 256;
          case ZSTD -> 64 * 1024;
        };
    return batch.isCompressed() && batch.sizeInBytes() * most > limits.reportAboveBytes();
  }

  /**
   * Reads a batch and measures it.
   *
   * @param segment for messages
   * @param position byte position of the batch in the file
   * @param batch its header, from wherever
   * @param stop asked again and again, ends it early: then what was found until there counts, and
   *     how long the batch becomes is unread
   * @throws IOException if it cannot be read from the disk
   */
  public Measured measure(
      Path segment, long position, FileHandle file, BatchHeader batch, BooleanSupplier stop)
      throws IOException {
    int size = batch.sizeInBytes();
    String where = "the batch at byte " + position + " of " + segment;
    if (size > limits.maxBatchBytes()) {
      return Measured.unread(
          where
              + " has "
              + size
              + " bytes, more than the "
              + limits.maxBatchBytes()
              + " that are read into memory",
          false,
          0);
    }
    if (payload.capacity() < size) {
      payload =
          ByteBuffer.allocateDirect(
              (int) Math.max(size, Math.min(limits.maxBatchBytes(), size * 2L)));
    }
    if (meter == null) {
      meter = new PayloadMeter(decompressors);
    }
    payload.clear().limit(size);
    int read = file.read(payload, position);
    if (read < size) {
      return Measured.unread(
          where
              + " has "
              + size
              + " bytes, of which the last "
              + (size - read)
              + " were cut off while it was read",
          true,
          0);
    }
    payload.flip();
    BatchHeader whole = new BatchHeader().wrap(payload, 0);
    try {
      long bytes = meter.measure(whole, limits.measureUpToBytes(), stop);
      boolean enough = meter.isComplete() || bytes > limits.measureUpToBytes();
      return new Measured(
          bytes <= limits.reportAboveBytes()
              ? Optional.empty()
              : Optional.of(
                  new BombScan.Bomb(
                      segment,
                      position,
                      whole.baseOffset(),
                      whole.lastOffset(),
                      Codec.forId(whole.codecId()),
                      size,
                      bytes,
                      !meter.isComplete())),
          enough
              ? Optional.empty()
              : Optional.of(
                  where + " becomes more than " + bytes + " bytes, and takes too long to measure"),
          false,
          bytes);
    } catch (CorruptBatchException | BoundExceededException e) {
      return Measured.unread(where + " cannot be read: " + e.getMessage(), false, 0);
    }
  }

  @Override
  public void close() {
    decompressors.close();
  }
}
