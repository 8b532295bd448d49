// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Builds one batch of the records of several that follow each other, as far as they fit. Which
 * batches may be one is the caller's to know: header fields but offsets and timestamps are the
 * first one's.
 *
 * <p>How much fits is measured before compression, so that who reads the batch needs no more memory
 * than for an uncompressed one of that size, and so that it does not depend on what the records
 * were compressed with.
 *
 * <p>Not thread-safe; owned by one worker. The result is valid until the next {@link #begin}.
 */
public final class BatchMerger implements AutoCloseable {

  /** What a codec may add to bytes that it cannot compress. */
  private static final int CODEC_OVERHEAD_BYTES = 64 * 1024;

  private final RecordCursor records;
  private final BatchBuilder builder;
  private final int maxBytes;

  private long baseOffset;
  private long baseTimestamp;
  private long lastOffset;
  private long bytes;
  private boolean empty;

  /**
   * @param compressors owned by the caller, not shared with another worker
   * @param records to read with; in use only during calls
   * @param maxBytes the largest batch it builds, in bytes before compression
   */
  public BatchMerger(Compressors compressors, RecordCursor records, int maxBytes) {
    this.records = records;
    this.maxBytes = maxBytes;
    this.builder =
        new BatchBuilder(
            compressors,
            (int) Math.min(2L * maxBytes + CODEC_OVERHEAD_BYTES, Integer.MAX_VALUE - 8));
  }

  /**
   * Begins with a batch.
   *
   * @param first of magic 2, with records, without a delete horizon
   * @param codec of the batch that is built
   * @return false if it does not fit even alone
   */
  public boolean begin(BatchHeader first, Codec codec) throws IOException {
    bytes = BatchHeader.V2_OVERHEAD;
    baseOffset = first.baseOffset();
    empty = true;
    builder.begin(first, BatchBuilder.NO_HORIZON, codec);
    return add(first);
  }

  /**
   * Appends the records of the batch that follows.
   *
   * @return false if they do not fit; nothing was appended then, but when it throws
   */
  public boolean add(BatchHeader next) throws IOException {
    if (!next.isCompressed() && next.sizeInBytes() > maxBytes) {
      return false;
    }
    long grown = bytes;
    records.open(next, RecordCursor.Mode.WHOLE);
    while (records.next()) {
      if (empty) {
        baseTimestamp = records.timestamp();
        empty = false;
      }
      if (records.timestamp() < BatchHeader.NO_TIMESTAMP) {
        throw new CorruptBatchException("a record has the timestamp " + records.timestamp());
      }
      grown += sizeHere();
      if (grown > maxBytes) {
        return false;
      }
    }
    bytes = grown;
    lastOffset = next.lastOffset();
    records.rewind(RecordCursor.Mode.WHOLE);
    while (records.next()) {
      builder.appendMoved(records);
    }
    return true;
  }

  /** Bytes that the current record takes in the batch that is built. */
  private long sizeHere() {
    int body =
        1
            + Varint.sizeOf(records.timestamp() - baseTimestamp)
            + Varint.sizeOf(records.offset() - baseOffset);
    if (records.isCanonical()) {
      body += records.endPosition() - records.keyLengthPosition();
    } else {
      body +=
          Varint.sizeOf(records.keyLength())
              + Math.max(records.keyLength(), 0)
              + Varint.sizeOf(records.valueLength())
              + Math.max(records.valueLength(), 0)
              + Varint.canonicalHeaderBytes(records.buffer(), records.headersPosition());
    }
    return Varint.sizeOf(body) + (long) body;
  }

  /**
   * Ends the batch, with the last offset of the batch that was added last.
   *
   * @return the batch, from position 0 to the limit
   */
  public ByteBuffer finish() throws IOException {
    builder.endAt(lastOffset);
    return builder.finish();
  }

  /** Records of the batch that was finished. */
  public int recordCount() {
    return builder.recordCount();
  }

  @Override
  public void close() {
    builder.close();
  }
}
