// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/**
 * Measures how long a compressed payload is once it is decompressed, without ever holding it: the
 * bytes go to one small buffer, over and over.
 *
 * <p>Not thread-safe; owned by one worker.
 */
public final class PayloadMeter {

  private static final int SCRATCH_BYTES = 128 * 1024;
  private static final int KEY_LENGTH_BYTES = Integer.BYTES;

  private final Decompressors decompressors;
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);
  private boolean complete;

  /**
   * @param decompressors owned by the caller, not shared with another worker
   */
  public PayloadMeter(Decompressors decompressors) {
    this.decompressors = decompressors;
  }

  /**
   * Decompressed length of a batch's records in bytes; of one that is not compressed, their length.
   *
   * @param batch lies wholly in a direct buffer
   * @param stopAboveBytes from where on it is no matter how long it is
   * @param stop asked between buffers; ends it early
   * @return at most about {@code stopAboveBytes}; {@link #isComplete} says whether that is all
   * @throws CorruptBatchException if the payload is not what its codec allows
   * @throws BoundExceededException if it needs a larger window than the bound
   */
  public long measure(BatchHeader batch, long stopAboveBytes, BooleanSupplier stop)
      throws IOException {
    complete = false;
    int start = batch.isLegacy() ? legacyPayload(batch) : batch.recordsPosition();
    if (!batch.isCompressed()) {
      complete = true;
      return (long) batch.endPosition() - start;
    }
    Decompressor stream = decompressors.of(Codec.forId(batch.codecId()));
    ByteBuffer source = batch.buffer().duplicate();
    source.limit(batch.endPosition()).position(start);
    stream.begin(source, batch.magic() == 0);
    long bytes = 0;
    while (bytes <= stopAboveBytes && !stop.getAsBoolean()) {
      int read = stream.read(scratch.clear());
      if (read < 0) {
        complete = true;
        return bytes;
      }
      bytes += read;
    }
    return bytes;
  }

  /** Whether the last measure came to the end of the payload. */
  public boolean isComplete() {
    return complete;
  }

  /** A wrapper's payload is its value, after a key that is empty as a rule. */
  private static int legacyPayload(BatchHeader batch) throws CorruptBatchException {
    int keyLengthAt =
        batch.position()
            + (batch.magic() == 0 ? BatchHeader.V0_OVERHEAD : BatchHeader.V1_OVERHEAD)
            - 2 * KEY_LENGTH_BYTES;
    int keyLength = Math.max(0, batch.buffer().getInt(keyLengthAt));
    long start = (long) keyLengthAt + 2 * KEY_LENGTH_BYTES + keyLength;
    if (start > batch.endPosition()) {
      throw new CorruptBatchException("a key of " + keyLength + " bytes runs out of the batch");
    }
    return (int) start;
  }
}
