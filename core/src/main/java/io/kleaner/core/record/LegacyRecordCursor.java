// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Walks the records of one message of magic 0 or 1: itself, or the messages that it wraps
 * compressed.
 *
 * <p>A wrapper of magic 0 holds absolute offsets. One of magic 1 holds relative ones, and its own
 * offset is that of its last message (KIP-31); offset 0 on a wrapper means that its client counted
 * from 0. Timestamp and type of magic 1 come from the wrapper if that is LogAppendTime (KIP-32);
 * magic 0 has none.
 *
 * <p>A wrapper that decompresses to more than a few MiB streams through a window that holds one
 * message at a time; since its last message must be seen first, magic 1 is then decompressed twice.
 *
 * <p>Not thread-safe; owned by one worker. The batch's buffer must not change while it is walked.
 */
public final class LegacyRecordCursor implements AutoCloseable {

  private static final int SIZE_AND_OFFSET_BYTES = BatchHeader.LOG_OVERHEAD;

  private final Decompressors decompressors;
  private final StreamWindow window;
  private final BatchHeader wrapper = new BatchHeader();
  private final BatchHeader message = new BatchHeader();
  private final CRC32 crc = new CRC32();

  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private boolean wrapped;
  private int payloadPosition;
  private int payloadBytes;
  private long relativeTo;
  private long highestOffset;
  private long previousOffset;
  private int walked;

  private long offset;
  private int keyPosition;
  private int keyLength;
  private int valuePosition;
  private int valueLength;

  /**
   * @param decompressors owned by the caller, not shared with another worker
   * @param maxRecordBytes the largest wrapped message that may be in memory, in bytes
   */
  public LegacyRecordCursor(Decompressors decompressors, int maxRecordBytes) {
    this.decompressors = decompressors;
    this.window = new StreamWindow("a wrapped message", maxRecordBytes);
  }

  /**
   * Begins a batch of magic 0 or 1 that lies wholly in its buffer.
   *
   * @throws CorruptBatchException if it is not what the format allows
   * @throws BoundExceededException if a block or message in it is over the bound
   */
  public void open(BatchHeader batch) throws IOException {
    wrapper.wrap(batch.buffer(), batch.position());
    wrapped = wrapper.isCompressed();
    buffer = wrapper.buffer();
    relativeTo = 0;
    highestOffset = wrapper.baseOffset();
    if (wrapped) {
      openWrapper();
    }
    startOver();
  }

  private void openWrapper() throws IOException {
    if (Codec.forId(wrapper.codecId()) == Codec.ZSTD) {
      throw new CorruptBatchException("zstd in a message of magic " + wrapper.magic());
    }
    parse(wrapper.position(), wrapper.endPosition(), wrapper);
    if (valueLength < 0) {
      throw new CorruptBatchException("compressed message without a value");
    }
    payloadPosition = valuePosition;
    payloadBytes = valueLength;
    decompress();
    if (wrapper.magic() == 1) {
      if (highestOffset == 0) {
        highestOffset = Long.MAX_VALUE;
      } else {
        relativeTo = highestOffset - lastRelativeOffset();
        rewind();
      }
    }
  }

  private void decompress() throws IOException {
    ByteBuffer source = wrapper.buffer();
    Decompressor stream = decompressors.of(Codec.forId(wrapper.codecId()));
    int savedPosition = source.position();
    int savedLimit = source.limit();
    source.limit(payloadPosition + payloadBytes).position(payloadPosition);
    try {
      stream.begin(source, wrapper.magic() == 0);
    } finally {
      source.limit(savedLimit).position(savedPosition);
    }
    window.begin(stream);
  }

  private long lastRelativeOffset() throws IOException {
    long last = -1;
    while (window.has(SIZE_AND_OFFSET_BYTES)) {
      message.wrap(window.buffer(), window.position());
      last = message.baseOffset();
      int size = messageBytes();
      if (!window.skip(size)) {
        throw endsInside(size);
      }
    }
    if (last < 0 || last > highestOffset) {
      throw new CorruptBatchException(
          "the last wrapped message has the relative offset "
              + last
              + ", not within 0.."
              + highestOffset
              + " as its wrapper's offset asks for");
    }
    return last;
  }

  /** Returns to before the first record, whatever was read. */
  public void rewind() throws IOException {
    if (wrapped && !window.rewind()) {
      decompress();
    }
    startOver();
  }

  private void startOver() {
    walked = 0;
    previousOffset = -1;
  }

  /**
   * Moves to the next record.
   *
   * @return false after the last one
   * @throws CorruptBatchException if the bytes are no message
   * @throws BoundExceededException if a block or message is over the bound
   */
  public boolean next() throws IOException {
    if (wrapped ? !nextMessage() : walked > 0) {
      return false;
    }
    if (!wrapped) {
      message.wrap(buffer, wrapper.position());
    }
    parse(message.position(), message.endPosition(), message);
    offset = message.baseOffset() + relativeTo;
    if (offset <= previousOffset || offset > highestOffset) {
      throw new CorruptBatchException(
          "message offset "
              + offset
              + " is not within "
              + (previousOffset + 1)
              + ".."
              + highestOffset);
    }
    previousOffset = offset;
    walked++;
    return true;
  }

  /** Makes the next wrapped message resident, and checks all that is not its key and value. */
  private boolean nextMessage() throws IOException {
    if (!window.has(SIZE_AND_OFFSET_BYTES)) {
      checkNothingLeft();
      return false;
    }
    message.wrap(window.buffer(), window.position());
    int size = messageBytes();
    if (!window.has(size)) {
      throw endsInside(size);
    }
    buffer = window.buffer();
    message.wrap(buffer, window.position());
    if (message.magic() != wrapper.magic()) {
      throw new CorruptBatchException(
          "message of magic " + message.magic() + " in a wrapper of magic " + wrapper.magic());
    }
    if (message.isCompressed()) {
      throw new CorruptBatchException("a compressed message within a compressed message");
    }
    checkCrc();
    window.skip(size);
    return true;
  }

  private int messageBytes() throws CorruptBatchException {
    int size = message.sizeInBytes();
    int least = wrapper.magic() == 0 ? BatchHeader.V0_OVERHEAD : BatchHeader.V1_OVERHEAD;
    if (size < least) {
      throw new CorruptBatchException(
          "wrapped message of " + size + " bytes, the least is " + least);
    }
    return size;
  }

  private CorruptBatchException endsInside(int size) {
    return new CorruptBatchException(
        "wrapped messages end inside the last one: it has "
            + size
            + " bytes, "
            + window.resident()
            + " are left");
  }

  private void checkNothingLeft() throws CorruptBatchException {
    if (window.resident() > 0) {
      throw new CorruptBatchException(
          "wrapped messages end early: " + window.resident() + " bytes are left");
    }
    if (walked == 0) {
      throw new CorruptBatchException("compressed message without messages in it");
    }
  }

  private void checkCrc() throws CorruptBatchException {
    crc.reset();
    buffer.limit(message.endPosition()).position(message.position() + BatchHeader.MAGIC);
    crc.update(buffer);
    buffer.clear();
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

  /** Where the current record's bytes are; valid until the next move. */
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
