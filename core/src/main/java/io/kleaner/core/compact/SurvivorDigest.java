// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.keymap.KeyHash;
import io.kleaner.core.record.LegacyRecordCursor;
import io.kleaner.core.record.RecordCursor;
import java.nio.ByteBuffer;

/**
 * A running digest of records in their order: offset, effective timestamp, key, value and headers,
 * whatever format they stand in. Not thread-safe.
 */
final class SurvivorDigest {

  private static final long MIX = 0x9E3779B97F4A7C15L;
  private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(1);

  private final KeyHash hash;
  private long value;
  private long records;

  /**
   * @param hash under the same secrets for both sides of a comparison
   */
  SurvivorDigest(KeyHash hash) {
    this.hash = hash;
  }

  /** Adds the current record of a cursor in mode WHOLE. */
  void add(RecordCursor record) {
    begin(record.offset(), record.timestamp());
    ByteBuffer buffer = record.buffer();
    bytes(buffer, record.keyPosition(), record.keyLength());
    bytes(buffer, record.valuePosition(), record.valueLength());
    record.forEachHeaderField(this::bytes);
  }

  /** Adds the current record of an old message. */
  void add(LegacyRecordCursor record) {
    begin(record.offset(), record.timestamp());
    bytes(record.buffer(), record.keyPosition(), record.keyLength());
    bytes(record.buffer(), record.valuePosition(), record.valueLength());
  }

  private void begin(long offset, long timestamp) {
    records++;
    mix(offset);
    mix(timestamp);
  }

  private void bytes(ByteBuffer buffer, int position, int length) {
    mix(length);
    if (length > 0) {
      hash.hash(buffer, position, length);
    } else {
      hash.hash(NOTHING, 0, 0);
    }
    mix(hash.first());
    mix(hash.second());
  }

  private void mix(long word) {
    value = Long.rotateLeft((value ^ word) * MIX, 31);
  }

  long value() {
    return value;
  }

  long records() {
    return records;
  }
}
