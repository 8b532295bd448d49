// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.nio.ByteBuffer;

/**
 * Reads the header of one batch in place: a flyweight over a buffer, moved with {@link #wrap}.
 *
 * <p>Magic 2 (KIP-98):
 *
 * <pre>
 *  0        8       12       16 17       21    23       27       35       43       51    53   57   61
 *  +--------+--------+--------+--+--------+-----+--------+--------+--------+--------+-----+----+----+
 *  |base    |length  |leader  |M |crc32c  |attr |last    |base    |max     |producer|epoch|base|    |
 *  |offset  |(rest)  |epoch   |2 |of 21.. |     |offset  |time-   |time-   |id      |     |seq |num |
 *  |        |        |        |  |        |     |delta   |stamp   |stamp   |        |     |    |    |
 *  +--------+--------+--------+--+--------+-----+--------+--------+--------+--------+-----+----+----+
 *  attributes: 0..2 codec, 3 LogAppendTime, 4 transactional, 5 control, 6 delete horizon (KIP-534:
 *  the base timestamp then is the horizon)
 * </pre>
 *
 * <p>Magic 0 and 1 (one message; compressed, it wraps others):
 *
 * <pre>
 *  0        8       12      16 17 18        26 (magic 0: 18)
 *  +--------+--------+-------+--+--+--------+----------+-----+------------+-------+
 *  |offset  |size    |crc32  |M |at|time-   |key length|key  |value length|value  |
 *  |        |(rest)  |of 16..|  |tr|stamp   |(-1 null) |     |(-1 null)   |       |
 *  +--------+--------+-------+--+--+--------+----------+-----+------------+-------+
 *                                    only magic 1
 *  attributes: 0..2 codec, 3 LogAppendTime; the offset of a wrapper is that of its last message
 * </pre>
 *
 * <p>Not thread-safe; owned by one worker. It checks nothing: {@link BatchCursor} does.
 */
public final class BatchHeader {

  /** Offset and length fields, which every magic has. */
  public static final int LOG_OVERHEAD = 12;

  /** Up to and including the magic byte. */
  public static final int BYTES_UP_TO_MAGIC = 17;

  /** A magic 2 batch without records. */
  public static final int V2_OVERHEAD = 61;

  /** A magic 0 message without key and value: both lengths, no bytes. */
  public static final int V0_OVERHEAD = 26;

  /** A magic 1 message without key and value. */
  public static final int V1_OVERHEAD = 34;

  public static final long NO_PRODUCER_ID = -1L;
  public static final long NO_TIMESTAMP = -1L;
  public static final int NO_SEQUENCE = -1;

  static final int BASE_OFFSET = 0;
  static final int LENGTH = 8;
  static final int PARTITION_LEADER_EPOCH = 12;
  static final int LEGACY_CRC = 12;
  static final int MAGIC = 16;
  static final int CRC = 17;
  static final int LEGACY_ATTRIBUTES = 17;
  static final int LEGACY_TIMESTAMP = 18;
  static final int ATTRIBUTES = 21;
  static final int LAST_OFFSET_DELTA = 23;
  static final int BASE_TIMESTAMP = 27;
  static final int MAX_TIMESTAMP = 35;
  static final int PRODUCER_ID = 43;
  static final int PRODUCER_EPOCH = 51;
  static final int BASE_SEQUENCE = 53;
  static final int RECORD_COUNT = 57;

  static final int CODEC_MASK = 0x07;
  static final int LOG_APPEND_TIME_BIT = 0x08;
  static final int TRANSACTIONAL_BIT = 0x10;
  static final int CONTROL_BIT = 0x20;
  static final int DELETE_HORIZON_BIT = 0x40;

  private ByteBuffer buffer;
  private int start;

  /** A header that must be wrapped before use. */
  public BatchHeader() {
    this.buffer = ByteBuffer.allocate(0);
  }

  /**
   * Moves to a batch.
   *
   * @param batches big-endian buffer that holds the batch
   * @param position absolute index of the batch's first byte
   */
  public BatchHeader wrap(ByteBuffer batches, int position) {
    this.buffer = batches;
    this.start = position;
    return this;
  }

  /** The buffer it reads from. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** Index of the batch's first byte in {@link #buffer()}. */
  public int position() {
    return start;
  }

  public byte magic() {
    return buffer.get(start + MAGIC);
  }

  /** Whether it is magic 0 or 1. */
  public boolean isLegacy() {
    return magic() < 2;
  }

  /** The whole batch on disk, in bytes. */
  public int sizeInBytes() {
    return LOG_OVERHEAD + buffer.getInt(start + LENGTH);
  }

  /** Magic 2: the batch's first offset. Magic 0 and 1: the offset of the (last) message. */
  public long baseOffset() {
    return buffer.getLong(start + BASE_OFFSET);
  }

  /** The batch's last offset, inclusive. */
  public long lastOffset() {
    return isLegacy() ? baseOffset() : baseOffset() + buffer.getInt(start + LAST_OFFSET_DELTA);
  }

  /** The offset after the batch's last one. */
  public long nextOffset() {
    return lastOffset() + 1;
  }

  /** The attribute bits, unused ones included. */
  public int attributes() {
    return isLegacy() ? buffer.get(start + LEGACY_ATTRIBUTES) : buffer.getShort(start + ATTRIBUTES);
  }

  /** The codec's number, 0..7; not every number is a codec. */
  public int codecId() {
    return attributes() & CODEC_MASK;
  }

  public boolean isCompressed() {
    return codecId() != 0;
  }

  /** Magic 1 and 2 only; false for magic 0, which has no timestamps. */
  public boolean isLogAppendTime() {
    return magic() > 0 && (attributes() & LOG_APPEND_TIME_BIT) != 0;
  }

  public boolean isTransactional() {
    return !isLegacy() && (attributes() & TRANSACTIONAL_BIT) != 0;
  }

  public boolean isControlBatch() {
    return !isLegacy() && (attributes() & CONTROL_BIT) != 0;
  }

  /** Whether the base timestamp field carries a delete horizon (KIP-534). */
  public boolean hasDeleteHorizon() {
    return !isLegacy() && (attributes() & DELETE_HORIZON_BIT) != 0;
  }

  /** The delete horizon in milliseconds; only if {@link #hasDeleteHorizon()}. */
  public long deleteHorizonMs() {
    return buffer.getLong(start + BASE_TIMESTAMP);
  }

  /** Magic 2: what record timestamps are relative to, in milliseconds. */
  public long baseTimestamp() {
    return buffer.getLong(start + BASE_TIMESTAMP);
  }

  /** The highest timestamp the header claims, in milliseconds; magic 0: {@link #NO_TIMESTAMP}. */
  public long maxTimestamp() {
    return switch (magic()) {
      case 0 -> NO_TIMESTAMP;
      case 1 -> buffer.getLong(start + LEGACY_TIMESTAMP);
      default -> buffer.getLong(start + MAX_TIMESTAMP);
    };
  }

  /** {@link #NO_PRODUCER_ID} if none. */
  public long producerId() {
    return isLegacy() ? NO_PRODUCER_ID : buffer.getLong(start + PRODUCER_ID);
  }

  public boolean hasProducerId() {
    return producerId() > NO_PRODUCER_ID;
  }

  public short producerEpoch() {
    return isLegacy() ? -1 : buffer.getShort(start + PRODUCER_EPOCH);
  }

  /** Sequence number of the first record; {@link #NO_SEQUENCE} if none. */
  public int baseSequence() {
    return isLegacy() ? NO_SEQUENCE : buffer.getInt(start + BASE_SEQUENCE);
  }

  /** Sequence number of the last offset, wrapping to 0 after 2^31-1. */
  public int lastSequence() {
    int base = baseSequence();
    if (base == NO_SEQUENCE) {
      return NO_SEQUENCE;
    }
    int delta = buffer.getInt(start + LAST_OFFSET_DELTA);
    return base > Integer.MAX_VALUE - delta ? delta - (Integer.MAX_VALUE - base) - 1 : base + delta;
  }

  public int partitionLeaderEpoch() {
    return isLegacy() ? -1 : buffer.getInt(start + PARTITION_LEADER_EPOCH);
  }

  /** Magic 2: the number of records. Magic 0 and 1 do not say; -1. */
  public int recordCount() {
    return isLegacy() ? -1 : buffer.getInt(start + RECORD_COUNT);
  }

  /** The checksum as stored, unsigned in the low 32 bits. */
  public long storedCrc() {
    return buffer.getInt(start + (isLegacy() ? LEGACY_CRC : CRC)) & 0xffffffffL;
  }

  /** Index in {@link #buffer()} of the first byte after the header; magic 2 only. */
  public int recordsPosition() {
    return start + V2_OVERHEAD;
  }

  /** Index in {@link #buffer()} of the first byte after the batch. */
  public int endPosition() {
    return start + sizeInBytes();
  }
}
