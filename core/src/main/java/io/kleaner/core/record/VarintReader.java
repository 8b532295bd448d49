// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.nio.ByteBuffer;

/**
 * Reads the numbers of a record in place: zigzag varints, least significant group first (KIP-98).
 *
 * <p>A layer of {@link RecordCursor}, whose state it is part of: the loops over records stay free
 * of allocation and of indirection.
 */
abstract class VarintReader {

  static final int MAX_VARINT_BYTES = 5;
  static final int MAX_VARLONG_BYTES = 10;

  /** Where the bytes are. */
  ByteBuffer buffer = ByteBuffer.allocate(0);

  /** End of the bytes that are resident. */
  int limit;

  /** Index after the number that was read last. */
  int after;

  /** Whether every number so far was written in as few bytes as it needs. */
  boolean canonical;

  final int varint(int p) throws CorruptBatchException {
    if (p >= limit) {
      throw new CorruptBatchException("the batch ends inside a record");
    }
    byte first = buffer.get(p);
    if (first >= 0) {
      after = p + 1;
      return (first >>> 1) ^ -(first & 1);
    }
    return varintWithin(p, limit);
  }

  final int varintWithin(int p, int end) throws CorruptBatchException {
    int raw = 0;
    for (int shift = 0; shift < 7 * MAX_VARINT_BYTES; shift += 7) {
      if (p >= end) {
        throw new CorruptBatchException("the batch ends inside a number");
      }
      byte b = buffer.get(p++);
      raw |= (b & 0x7f) << shift;
      if (b >= 0) {
        canonical &= (b != 0 || shift == 0) && (shift < 28 || b < 0x10);
        after = p;
        return (raw >>> 1) ^ -(raw & 1);
      }
    }
    throw new CorruptBatchException("a number of more than 5 bytes");
  }

  final long varlong(int p) throws CorruptBatchException {
    byte first = buffer.get(p);
    if (first >= 0) {
      after = p + 1;
      return (first >>> 1) ^ -(long) (first & 1);
    }
    return varlongWithin(p, limit);
  }

  final long varlongWithin(int p, int end) throws CorruptBatchException {
    long raw = 0;
    for (int shift = 0; shift < 7 * MAX_VARLONG_BYTES; shift += 7) {
      if (p >= end) {
        throw new CorruptBatchException("the batch ends inside a number");
      }
      byte b = buffer.get(p++);
      raw |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        canonical &= (b != 0 || shift == 0) && (shift < 63 || b == 1);
        after = p;
        return (raw >>> 1) ^ -(raw & 1);
      }
    }
    throw new CorruptBatchException("a number of more than 10 bytes");
  }
}
