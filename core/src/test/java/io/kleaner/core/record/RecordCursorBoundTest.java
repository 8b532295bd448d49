// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A batch of some ten KB with one record of 1.1 GB, which takes Kafka's cleaner thread down: its
 * key is read in little memory, its value is refused.
 */
class RecordCursorBoundTest {

  private static final int KEY_BYTES = 8;
  private static final int VALUE_BYTES = 1_100_000_000;
  private static final int PIECE_BYTES = 1_000_000;
  private static final int BOUND_BYTES = 1024 * 1024;
  private static final int NUMBERS_BYTES = 3;
  private static final int VALUE_LENGTH_BYTES = 5;
  private static final int HEADER_COUNT_BYTES = 1;

  private final Compressors compressors = new Compressors();
  private final Decompressors decompressors = new Decompressors(BOUND_BYTES);
  private final RecordCursor cursor = new RecordCursor(decompressors, BOUND_BYTES);
  private BatchHeader batch;

  @BeforeEach
  void build() throws IOException {
    GrowableBuffer out = new GrowableBuffer("test", 64 * 1024, BOUND_BYTES);
    out.skip(BatchHeader.V2_OVERHEAD);
    Compressor body = compressors.of(Codec.ZSTD);
    body.begin(out);
    int length =
        NUMBERS_BYTES + 1 + KEY_BYTES + VALUE_LENGTH_BYTES + VALUE_BYTES + HEADER_COUNT_BYTES;
    writeVarint(body, length);
    ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE_BYTES);
    body.write(zeros, 0, NUMBERS_BYTES);
    writeVarint(body, KEY_BYTES);
    body.write(zeros, 0, KEY_BYTES);
    writeVarint(body, VALUE_BYTES);
    for (int i = 0; i < VALUE_BYTES; i += PIECE_BYTES) {
      body.write(zeros, 0, PIECE_BYTES);
    }
    writeVarint(body, 0);
    body.finish();
    ByteBuffer written = out.written();
    written
        .putInt(BatchHeader.LENGTH, written.limit() - BatchHeader.LOG_OVERHEAD)
        .put(BatchHeader.MAGIC, (byte) 2)
        .putShort(BatchHeader.ATTRIBUTES, (short) Codec.ZSTD.id())
        .putInt(BatchHeader.RECORD_COUNT, 1);
    batch = new BatchHeader().wrap(written, 0);
  }

  @AfterEach
  void close() {
    cursor.close();
    decompressors.close();
    compressors.close();
  }

  private static void writeVarint(Compressor body, int value) throws IOException {
    int raw = value << 1;
    while ((raw & ~0x7f) != 0) {
      body.writeByte((raw & 0x7f) | 0x80);
      raw >>>= 7;
    }
    body.writeByte(raw);
  }

  @Test
  void next_keysOfRecordFarOverBound_readInBoundedMemory() throws IOException {
    cursor.open(batch, RecordCursor.Mode.KEYS);
    assertThat(cursor.next()).isTrue();
    assertThat(cursor.keyLength()).isEqualTo(KEY_BYTES);
    assertThat(cursor.valueLength()).isEqualTo(VALUE_BYTES);
    assertThat(cursor.next()).isFalse();
    assertThat(cursor.buffer().capacity()).isLessThanOrEqualTo(BOUND_BYTES);
  }

  @Test
  void next_wholeRecordFarOverBound_refusedWithSizes() throws IOException {
    cursor.open(batch, RecordCursor.Mode.WHOLE);
    assertThatThrownBy(cursor::next)
        .isInstanceOf(BoundExceededException.class)
        .hasMessageContaining("a record needs 1100000")
        .hasMessageContaining("the bound is " + BOUND_BYTES);
  }
}
