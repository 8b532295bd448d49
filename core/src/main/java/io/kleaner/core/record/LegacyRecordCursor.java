// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Walks the records of one message of magic 0 or 1: itself, or the messages that it wraps compressed.
 *
 * <p>A wrapper of magic 0 holds absolute offsets. One of magic 1 holds relative ones, and its own
 * offset is that of its last message (KIP-31); offset 0 on a wrapper means that its client counted
 * from 0. Timestamp and type of magic 1 come from the wrapper if that is LogAppendTime (KIP-32);
 * magic 0 has none. A wrapper is decompressed whole, within a bound.
 *
 * <p>Not thread-safe; owned by one worker. The batch's buffer must not change while it is walked.
 */
public final class LegacyRecordCursor implements AutoCloseable {

  private static final int STEP_BYTES = 64 * 1024;

  private final Decompressors decompressors;
  private final GrowableBuffer window;
  private final BatchHeader wrapper = new BatchHeader();
  private final BatchHeader message = new BatchHeader();
  private final CRC32 crc = new CRC32();

  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private int start;
  private int limit;
  private int position;
  private boolean wrapped;
  private long relativeTo;
  private long previousOffset;

  private long offset;
  private int keyPosition;
  private int keyLength;
  private int valuePosition;
  private int valueLength;

  /**
   * @param maxRecordBytes the most bytes that a wrapper may decompress to
   */
  public LegacyRecordCursor(Decompressors decompressors, int maxRecordBytes) {
    this.decompressors = decompressors;
    this.window =
        new GrowableBuffer(
            "a decompressed message set", Math.min(STEP_BYTES, maxRecordBytes), maxRecordBytes);
  }

  /**
   * Begins a batch of magic 0 or 1 that lies wholly in its buffer.
   *
   * @throws CorruptBatchException if it is not what the format allows
   * @throws BoundExceededException if it decompresses to more than the bound
   */
  public void open(BatchHeader batch) throws IOException {
    wrapper.wrap(batch.buffer(), batch.position());
    wrapped = wrapper.isCompressed();
    if (wrapped) {
      parse(wrapper.position(), wrapper.endPosition(), wrapper);
      if (valueLength < 0) {
        throw new CorruptBatchException("compressed message without a value");
      }
      decompress();
      start = 0;
      relativeTo = relativeTo();
    } else {
      buffer = wrapper.buffer();
      start = wrapper.position();
      limit = wrapper.endPosition();
      relativeTo = 0;
    }
    rewind();
  }

  /** Returns to before the first record. */
  public void rewind() {
    position = start;
    previousOffset = -1;
  }

  private void decompress() throws IOException {
    Codec codec = Codec.forId(wrapper.codecId());
    if (codec == Codec.ZSTD) {
      throw new CorruptBatchException("zstd in a message of magic " + wrapper.magic());
    }
    Decompressor stream = decompressors.of(codec);
    ByteBuffer payload =
        wrapper.buffer().duplicate().limit(valuePosition + valueLength).position(valuePosition);
    stream.begin(payload, wrapper.magic() == 0);
    window.clear();
    int read;
    do {
      ByteBuffer room = window.room(STEP_BYTES);
      read = stream.read(room);
    } while (read >= 0);
    buffer = window.written();
    limit = buffer.limit();
  }

  /** What the offsets of a wrapper's messages are relative to, which its last message tells. */
  private long relativeTo() throws CorruptBatchException {
    if (wrapper.magic() == 0) {
      return 0;
    }
    long last = -1;
    int p = 0;
    while (p < limit) {
      last = messageAt(p).baseOffset();
      p = message.endPosition();
    }
    if (last < 0) {
      throw new CorruptBatchException("compressed message without messages in it");
    }
    long wrapperOffset = wrapper.baseOffset();
    return wrapperOffset == 0 ? 0 : wrapperOffset - last;
  }

  private BatchHeader messageAt(int p) throws CorruptBatchException {
    int left = limit - p;
    if (left < BatchHeader.V0_OVERHEAD) {
      throw new CorruptBatchException("wrapped messages end early: " + left + " bytes are left");
    }
    message.wrap(buffer, p);
    byte magic = message.magic();
    int size = message.sizeInBytes();
    if (magic != wrapper.magic()) {
      throw new CorruptBatchException(
          "message of magic " + magic + " in a wrapper of magic " + wrapper.magic());
    }
    int least = magic == 0 ? BatchHeader.V0_OVERHEAD : BatchHeader.V1_OVERHEAD;
    if (size < least || size > left) {
      throw new CorruptBatchException(
          "wrapped message of " + size + " bytes, between " + least + " and " + left + " fit");
    }
    return message;
  }

  /**
   * Moves to the next record.
   *
   * @return false after the last one
   * @throws CorruptBatchException if the bytes are no message
   */
  public boolean next() throws CorruptBatchException {
    if (position >= limit) {
      return false;
    }
    if (wrapped) {
      messageAt(position);
      if (message.isCompressed()) {
        throw new CorruptBatchException("a compressed message within a compressed message");
      }
      checkCrc();
    } else {
      message.wrap(buffer, position);
    }
    parse(position, message.endPosition(), message);
    offset = message.baseOffset() + relativeTo;
    if (offset <= previousOffset || offset > wrapper.baseOffset()) {
      throw new CorruptBatchException(
          "message offset "
              + offset
              + " is not within "
              + (previousOffset + 1)
              + ".."
              + wrapper.baseOffset());
    }
    previousOffset = offset;
    position = message.endPosition();
    return true;
  }

  private void checkCrc() throws CorruptBatchException {
    crc.reset();
    crc.update(
        buffer
            .duplicate()
            .limit(message.endPosition())
            .position(message.position() + BatchHeader.MAGIC));
    if (crc.getValue() != message.storedCrc()) {
      throw new CorruptBatchException(
          String.format(
              "CRC mismatch in a wrapped message: stored 0x%08x, computed 0x%08x",
              message.storedCrc(), crc.getValue()));
    }
  }

  private void parse(int from, int end, BatchHeader header) throws CorruptBatchException {
    ByteBuffer bytes = header.buffer();
    int fixed = header.magic() == 0 ? BatchHeader.V0_OVERHEAD : BatchHeader.V1_OVERHEAD;
    int p = from + fixed - 2 * Integer.BYTES;
    keyLength = bytes.getInt(p);
    keyPosition = p + Integer.BYTES;
    long valueAt = (long) keyPosition + Math.max(keyLength, 0);
    if (keyLength < -1 || valueAt + Integer.BYTES > end) {
      throw new CorruptBatchException("key length " + keyLength + " does not fit its message");
    }
    valueLength = bytes.getInt((int) valueAt);
    valuePosition = (int) valueAt + Integer.BYTES;
    if (valueLength < -1 || (long) valuePosition + Math.max(valueLength, 0) != end) {
      throw new CorruptBatchException("value length " + valueLength + " does not fit its message");
    }
  }

  /** Where the current record's bytes are; valid until the next begin. */
  public ByteBuffer buffer() {
    return buffer;
  }

  public long offset() {
    return offset;
  }

  /** The record's effective timestamp in milliseconds; -1 for magic 0. */
  public long timestamp() {
    return wrapper.isLogAppendTime() ? wrapper.maxTimestamp() : message.maxTimestamp();
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

  /** Index of the value in {@link #buffer()}. */
  public int valuePosition() {
    return valuePosition;
  }

  /** Length of the value in bytes, -1 for none. */
  public int valueLength() {
    return valueLength;
  }

  @Override
  public void close() {
    buffer = ByteBuffer.allocate(0);
    window.release();
  }
}
