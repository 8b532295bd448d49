// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.nio.ByteBuffer;

/** Sizes and plain reads of zigzag varints where no cursor is at hand. */
final class Varint {

  private Varint() {}

  /** Bytes that a number takes. */
  static int sizeOf(long value) {
    long raw = (value << 1) ^ (value >> 63);
    return (63 - Long.numberOfLeadingZeros(raw | 1)) / 7 + 1;
  }

  /** The number at an index, which was checked before. */
  static int read(ByteBuffer buffer, int position) {
    int raw = 0;
    int p = position;
    int shift = 0;
    byte b;
    do {
      b = buffer.get(p++);
      raw |= (b & 0x7f) << shift;
      shift += 7;
    } while (b < 0);
    return (raw >>> 1) ^ -(raw & 1);
  }

  /** Bytes that the number at an index takes there. */
  static int length(ByteBuffer buffer, int position) {
    int p = position;
    while (buffer.get(p++) < 0) {
      // a byte with its high bit set has a successor
    }
    return p - position;
  }

  /** Bytes that a record's headers, checked before, take with every number as short as can be. */
  static int canonicalHeaderBytes(ByteBuffer buffer, int headersPosition) {
    int count = read(buffer, headersPosition);
    int p = headersPosition + length(buffer, headersPosition);
    int bytes = sizeOf(count);
    for (int i = 0; i < 2 * count; i++) {
      int length = read(buffer, p);
      p += length(buffer, p) + Math.max(length, 0);
      bytes += sizeOf(length) + Math.max(length, 0);
    }
    return bytes;
  }
}
