// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Builds one magic 2 batch in memory: what survives of another batch, or nothing but a header.
 *
 * <p>The bytes are those that Kafka's own cleaner writes: the header carries on the source's
 * offsets, leader epoch, producer fields, timestamp type and flags; the base timestamp is the
 * delete horizon if one is set, else the first record's; the highest timestamp is that of the
 * records.
 *
 * <p>Not thread-safe; owned by one worker. The result is valid until the next {@code begin}.
 */
public final class BatchBuilder implements AutoCloseable {

  /** In place of a delete horizon: none. */
  public static final long NO_HORIZON = -1L;

  private static final int LEGACY_NONE = -1;

  private final Compressors compressors;
  private final GrowableBuffer out;
  private final CRC32C crc = new CRC32C();
  private final SurvivorRun run = new SurvivorRun();

  private Compressor body;
  private Codec codec = Codec.NONE;
  private long baseOffset;
  private boolean baseOffsetOfFirstRecord;
  private long fixedLastOffset;
  private long lastOffset;
  private int leaderEpoch;
  private long producerId;
  private short producerEpoch;
  private int baseSequence;
  private int flags;
  private long deleteHorizonMs;
  private long baseTimestamp;
  private long maxTimestamp;
  private long logAppendTime;
  private int records;

  /**
   * @param compressors owned by the caller, not shared with another worker
   * @param maxBatchBytes the largest batch it may build, in bytes
   */
  public BatchBuilder(Compressors compressors, int maxBatchBytes) {
    this.compressors = compressors;
    this.out =
        new GrowableBuffer(
            "a batch written anew", Math.min(64 * 1024, maxBatchBytes), maxBatchBytes);
  }

  /**
   * Begins the successor of a batch.
   *
   * @param source of magic 2: offsets, epoch, producer and flags carry on; of magic 0 or 1: offsets
   *     are those of the records appended
   * @param horizonMs the delete horizon in milliseconds, or {@link #NO_HORIZON}
   */
  public void begin(BatchHeader source, long horizonMs) throws IOException {
    begin(source, horizonMs, Codec.forId(source.codecId()));
  }

  /** The same by another codec than the source's. */
  public void begin(BatchHeader source, long horizonMs, Codec by) throws IOException {
    codec = by;
    boolean legacy = source.isLegacy();
    baseOffsetOfFirstRecord = legacy;
    baseOffset = legacy ? LEGACY_NONE : source.baseOffset();
    fixedLastOffset = legacy ? LEGACY_NONE : source.lastOffset();
    carryOn(source);
    deleteHorizonMs = horizonMs;
    logAppendTime = source.isLogAppendTime() ? source.maxTimestamp() : BatchHeader.NO_TIMESTAMP;
    maxTimestamp = BatchHeader.NO_TIMESTAMP;
    baseTimestamp = horizonMs;
    records = 0;
    out.clear();
    out.skip(BatchHeader.V2_OVERHEAD);
    body = compressors.of(codec);
    body.begin(out);
  }

  /** Says where the batch ends, if not where its source does. */
  void endAt(long offset) {
    fixedLastOffset = offset;
  }

  private void carryOn(BatchHeader source) {
    leaderEpoch = source.partitionLeaderEpoch();
    producerId = source.producerId();
    producerEpoch = source.producerEpoch();
    baseSequence = source.baseSequence();
    flags =
        (source.isLogAppendTime() ? BatchHeader.LOG_APPEND_TIME_BIT : 0)
            | (source.isTransactional() ? BatchHeader.TRANSACTIONAL_BIT : 0)
            | (source.isControlBatch() ? BatchHeader.CONTROL_BIT : 0);
  }

  /**
   * Appends those of the cursor's next records that survive.
   *
   * @param record opened in {@link RecordCursor.Mode#WHOLE}
   * @param removed a bit for each of them, the lowest for the first: set if it does not survive
   * @param count how many records are looked at, 1 to 64
   */
  public void appendSurvivors(RecordCursor record, long removed, int count) throws IOException {
    long gone = removed;
    int left = count;
    while (left > 0) {
      int taken = record.copy(run, this, gone, left);
      left -= taken;
      // A shift by 64 would be none; then nothing is left to be looked at.
      gone >>>= taken;
      if (left > 0) {
        if (!record.next()) {
          throw new CorruptBatchException("the batch ends before its last record");
        }
        if ((gone & 1) == 0) {
          append(record);
        }
        gone >>>= 1;
        left--;
      }
    }
  }

  /** Takes note of a record that survives, and says what its timestamp delta is from now on. */
  long note(int offsetDelta, long timestamp) throws CorruptBatchException {
    note(baseOffset + offsetDelta, timestamp);
    return timestamp - baseTimestamp;
  }

  /** Appends records whose bytes stay as they are. */
  void put(ByteBuffer source, int from, int to) throws IOException {
    if (to > from) {
      body.write(source, from, to - from);
    }
  }

  /** Appends a record of which all before the offset delta is written anew. */
  void put(long timestampDelta, ByteBuffer source, int offsetDeltaPosition, int recordEnd)
      throws IOException {
    int tail = recordEnd - offsetDeltaPosition;
    writeVarint(1 + Varint.sizeOf(timestampDelta) + tail);
    body.writeByte(0);
    writeVarlong(timestampDelta);
    body.write(source, offsetDeltaPosition, tail);
  }

  /** Appends the cursor's current record, which was read in {@link RecordCursor.Mode#WHOLE}. */
  public void append(RecordCursor record) throws IOException {
    long timestamp = record.timestamp();
    note(record.offset(), timestamp);
    long timestampDelta = timestamp - baseTimestamp;
    ByteBuffer source = record.buffer();
    if (record.isCanonical()) {
      int from = record.offsetDeltaPosition();
      int tail = record.endPosition() - from;
      int key = record.keyPosition();
      writeVarint(1 + Varint.sizeOf(timestampDelta) + tail);
      body.writeByte(0);
      writeVarlong(timestampDelta);
      writePieces(source, from, key, record);
    } else {
      appendReencoded(record, timestampDelta, source);
    }
  }

  /** Writes the same bytes in the pieces that the peer hands its compressor. */
  private void writePieces(ByteBuffer source, int from, int key, RecordCursor record)
      throws IOException {
    body.write(source, from, key - from);
    int keyBytes = Math.max(record.keyLength(), 0);
    if (keyBytes > 0) {
      body.write(source, key, keyBytes);
    }
    int afterKey = key + keyBytes;
    body.write(source, afterKey, record.valuePosition() - afterKey);
    int valueBytes = Math.max(record.valueLength(), 0);
    if (valueBytes > 0) {
      body.write(source, record.valuePosition(), valueBytes);
    }
    int headers = record.headersPosition();
    body.write(source, headers, record.endPosition() - headers);
  }

  /** Appends a record of a batch that may begin at another offset than this one. */
  void appendMoved(RecordCursor record) throws IOException {
    long timestamp = record.timestamp();
    note(record.offset(), timestamp);
    long timestampDelta = timestamp - baseTimestamp;
    ByteBuffer source = record.buffer();
    if (!record.isCanonical()) {
      appendReencoded(record, timestampDelta, source);
      return;
    }
    int offsetDelta = Math.toIntExact(record.offset() - baseOffset);
    int from = record.keyLengthPosition();
    int tail = record.endPosition() - from;
    writeVarint(1 + Varint.sizeOf(timestampDelta) + Varint.sizeOf(offsetDelta) + tail);
    body.writeByte(0);
    writeVarlong(timestampDelta);
    writeVarint(offsetDelta);
    body.write(source, from, tail);
  }

  private void appendReencoded(RecordCursor record, long timestampDelta, ByteBuffer source)
      throws IOException {
    int offsetDelta = Math.toIntExact(record.offset() - baseOffset);
    int headerBytes = Varint.canonicalHeaderBytes(source, record.headersPosition());
    int size =
        1
            + Varint.sizeOf(timestampDelta)
            + Varint.sizeOf(offsetDelta)
            + Varint.sizeOf(record.keyLength())
            + Math.max(record.keyLength(), 0)
            + Varint.sizeOf(record.valueLength())
            + Math.max(record.valueLength(), 0)
            + headerBytes;
    writeVarint(size);
    body.writeByte(0);
    writeVarlong(timestampDelta);
    writeVarint(offsetDelta);
    writeBytes(source, record.keyPosition(), record.keyLength());
    writeBytes(source, record.valuePosition(), record.valueLength());
    int p = record.headersPosition();
    int count = Varint.read(source, p);
    p += Varint.length(source, p);
    writeVarint(count);
    for (int i = 0; i < 2 * count; i++) {
      int length = Varint.read(source, p);
      p += Varint.length(source, p);
      writeBytes(source, p, length);
      p += Math.max(length, 0);
    }
  }

  /**
   * Appends a record without headers, as magic 0 and 1 have them.
   *
   * @param source holds key and value
   * @param keyLength -1 for no key
   * @param valueLength -1 for no value
   */
  public void append(
      long offset,
      long timestamp,
      ByteBuffer source,
      int keyPosition,
      int keyLength,
      int valuePosition,
      int valueLength)
      throws IOException {
    if (records == 0 && baseOffsetOfFirstRecord) {
      baseOffset = offset;
    }
    note(offset, timestamp);
    long timestampDelta = timestamp - baseTimestamp;
    int offsetDelta = Math.toIntExact(offset - baseOffset);
    int size =
        1
            + Varint.sizeOf(timestampDelta)
            + Varint.sizeOf(offsetDelta)
            + Varint.sizeOf(keyLength)
            + Math.max(keyLength, 0)
            + Varint.sizeOf(valueLength)
            + Math.max(valueLength, 0)
            + 1;
    writeVarint(size);
    body.writeByte(0);
    writeVarlong(timestampDelta);
    writeVarint(offsetDelta);
    writeBytes(source, keyPosition, keyLength);
    writeBytes(source, valuePosition, valueLength);
    writeVarint(0);
  }

  private void note(long offset, long timestamp) throws CorruptBatchException {
    if (timestamp < BatchHeader.NO_TIMESTAMP) {
      throw new CorruptBatchException(
          "record at offset " + offset + " has the timestamp " + timestamp);
    }
    if (records == 0 && deleteHorizonMs == NO_HORIZON) {
      baseTimestamp = timestamp;
    }
    if (timestamp > maxTimestamp) {
      maxTimestamp = timestamp;
    }
    lastOffset = offset;
    records++;
  }

  private void writeBytes(ByteBuffer source, int position, int length) throws IOException {
    writeVarint(length);
    if (length > 0) {
      body.write(source, position, length);
    }
  }

  private void writeVarint(int value) throws IOException {
    int raw = (value << 1) ^ (value >> 31);
    while ((raw & ~0x7f) != 0) {
      body.writeByte((raw & 0x7f) | 0x80);
      raw >>>= 7;
    }
    body.writeByte(raw);
  }

  private void writeVarlong(long value) throws IOException {
    long raw = (value << 1) ^ (value >> 63);
    while ((raw & ~0x7fL) != 0) {
      body.writeByte((int) (raw & 0x7f) | 0x80);
      raw >>>= 7;
    }
    body.writeByte((int) raw);
  }

  /**
   * Ends the batch.
   *
   * @return the batch, from position 0 to the limit; valid until the next begin
   */
  public ByteBuffer finish() throws IOException {
    body.finish();
    if (!baseOffsetOfFirstRecord) {
      lastOffset = fixedLastOffset;
    }
    boolean appendTime = (flags & BatchHeader.LOG_APPEND_TIME_BIT) != 0;
    int horizon = deleteHorizonMs == NO_HORIZON ? 0 : BatchHeader.DELETE_HORIZON_BIT;
    return header(
        flags | horizon | codec.id(), baseTimestamp, appendTime ? logAppendTime : maxTimestamp);
  }

  /**
   * Builds the header of a magic 2 batch without its records: no codec, no horizon.
   *
   * @return the batch, from position 0 to the limit; valid until the next begin
   */
  public ByteBuffer empty(BatchHeader source) throws IOException {
    carryOn(source);
    baseOffset = source.baseOffset();
    lastOffset = source.lastOffset();
    records = 0;
    out.clear();
    out.skip(BatchHeader.V2_OVERHEAD);
    return header(flags, BatchHeader.NO_TIMESTAMP, source.maxTimestamp());
  }

  private ByteBuffer header(int attributes, long baseTimestampField, long maxTimestampField)
      throws BoundExceededException {
    ByteBuffer batch = out.written();
    int size = batch.limit();
    batch
        .putLong(BatchHeader.BASE_OFFSET, baseOffset)
        .putInt(BatchHeader.LENGTH, size - BatchHeader.LOG_OVERHEAD)
        .putInt(BatchHeader.PARTITION_LEADER_EPOCH, leaderEpoch)
        .put(BatchHeader.MAGIC, (byte) 2)
        .putShort(BatchHeader.ATTRIBUTES, (short) attributes)
        .putInt(BatchHeader.LAST_OFFSET_DELTA, (int) (lastOffset - baseOffset))
        .putLong(BatchHeader.BASE_TIMESTAMP, baseTimestampField)
        .putLong(BatchHeader.MAX_TIMESTAMP, maxTimestampField)
        .putLong(BatchHeader.PRODUCER_ID, producerId)
        .putShort(BatchHeader.PRODUCER_EPOCH, producerEpoch)
        .putInt(BatchHeader.BASE_SEQUENCE, baseSequence)
        .putInt(BatchHeader.RECORD_COUNT, records);
    batch.position(BatchHeader.ATTRIBUTES);
    crc.reset();
    crc.update(batch);
    batch.putInt(BatchHeader.CRC, (int) crc.getValue());
    return batch.position(0);
  }

  /** Records appended to the batch so far. */
  public int recordCount() {
    return records;
  }

  /** Last offset of the batch that was finished. */
  public long lastOffset() {
    return lastOffset;
  }

  /** Highest timestamp in the header of the batch that was finished. */
  public long maxTimestamp(ByteBuffer batch) {
    return batch.getLong(BatchHeader.MAX_TIMESTAMP);
  }

  @Override
  public void close() {
    out.release();
  }
}
