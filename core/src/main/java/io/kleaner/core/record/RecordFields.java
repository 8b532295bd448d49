// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.nio.ByteBuffer;

/**
 * What the current record of a {@link RecordCursor} says, and where in the buffer it says so.
 *
 * <p>A layer of the cursor; all positions are valid until its next move.
 */
abstract class RecordFields extends VarintReader {

  long timestampBase;
  long timestampDelta;
  long fixedTimestamp;
  boolean hasFixedTimestamp;
  long offset;
  long recordEnd;
  int offsetDeltaPosition;
  int keyPosition;
  int keyLength;
  int valuePosition;
  int valueLength;
  int headersPosition;

  /** Walks the headers and requires that they end where the record does. */
  final void checkHeaders(int from) throws CorruptBatchException {
    int end = (int) recordEnd;
    int count = varintWithin(from, end);
    if (count < 0) {
      throw new CorruptBatchException("header count " + count + " is negative");
    }
    int p = after;
    for (int i = 0; i < count; i++) {
      int headerKeyLength = varintWithin(p, end);
      if (headerKeyLength < 0 || headerKeyLength > end - after) {
        throw new CorruptBatchException(
            "header key length " + headerKeyLength + " does not fit its record");
      }
      int headerValueLength = varintWithin(after + headerKeyLength, end);
      if (headerValueLength < -1 || headerValueLength > end - after) {
        throw new CorruptBatchException(
            "header value length " + headerValueLength + " does not fit its record");
      }
      p = after + Math.max(headerValueLength, 0);
    }
    if (p != end) {
      throw new CorruptBatchException(
          "record length does not match its content: " + (end - p) + " bytes are left over");
    }
  }

  /** Where the current record's bytes are; valid until the next move. */
  public ByteBuffer buffer() {
    return buffer;
  }

  public long offset() {
    return offset;
  }

  /** The record's effective timestamp in milliseconds: the batch's own for LogAppendTime. */
  public long timestamp() {
    return timestamp(timestampDelta);
  }

  /** The effective timestamp of a record with a delta, in milliseconds. */
  final long timestamp(long delta) {
    return hasFixedTimestamp ? fixedTimestamp : timestampBase + delta;
  }

  public boolean hasKey() {
    return keyLength >= 0;
  }

  /** Index of the key in {@link #buffer()}. */
  public int keyPosition() {
    return keyPosition;
  }

  /** Length of the key in bytes, -1 for none. */
  public int keyLength() {
    return keyLength;
  }

  public boolean hasValue() {
    return valueLength >= 0;
  }

  /** Index of the value in {@link #buffer()}; only in {@link Mode#WHOLE}. */
  public int valuePosition() {
    return valuePosition;
  }

  /** Length of the value in bytes, -1 for none. */
  public int valueLength() {
    return valueLength;
  }

  /** Index of the header count in {@link #buffer()}; only in {@link Mode#WHOLE}. */
  public int headersPosition() {
    return headersPosition;
  }

  /** Index after the record's last byte; only in {@link Mode#WHOLE}. */
  public int endPosition() {
    return (int) recordEnd;
  }

  /** Takes a field of a header: its key or its value. */
  @FunctionalInterface
  public interface HeaderField {
    /**
     * Takes one field.
     *
     * @param length -1 for a header without a value
     */
    void accept(ByteBuffer buffer, int position, int length);
  }

  /** Hands out the keys and values of the record's headers; only in {@link Mode#WHOLE}. */
  public void forEachHeaderField(HeaderField field) {
    int fields = 2 * Varint.read(buffer, headersPosition);
    int p = headersPosition + Varint.length(buffer, headersPosition);
    for (int i = 0; i < fields; i++) {
      int length = Varint.read(buffer, p);
      p += Varint.length(buffer, p);
      field.accept(buffer, p, length);
      p += Math.max(length, 0);
    }
  }

  /** Index of the offset delta, from which on a record is the same whatever its timestamp. */
  int offsetDeltaPosition() {
    return offsetDeltaPosition;
  }

  /** Index after the offset delta, from which on a record is the same wherever it stands. */
  int keyLengthPosition() {
    return offsetDeltaPosition + Varint.length(buffer, offsetDeltaPosition);
  }

  /** Whether every number was written in as few bytes as it needs, as Kafka writes it. */
  boolean isCanonical() {
    return canonical;
  }
}
