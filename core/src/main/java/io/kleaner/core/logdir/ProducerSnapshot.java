// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * Reads a producer snapshot file: what a broker knew of each idempotent producer at an offset.
 *
 * <pre>
 *  0        2         6        10                                               46 bytes each
 *  +--------+---------+--------+--------------------------------------------------------+
 *  |version |crc32c   |entries |producer id 8, epoch 2, last sequence 4, last offset 8,  |
 *  |1       |of 6..   |        |offset delta 4, timestamp 8, coordinator epoch 4,        |
 *  |        |         |        |first offset of the current transaction 8 (-1 none)      |
 *  +--------+---------+--------+--------------------------------------------------------+
 * </pre>
 */
public final class ProducerSnapshot {

  private static final int HEADER_BYTES = 10;
  private static final int ENTRY_BYTES = 46;
  private static final short VERSION = 1;
  private static final int CRC_POSITION = 2;
  private static final int CRC_END = 6;

  private ProducerSnapshot() {}

  /** The entries, or empty if the bytes are not a whole, valid snapshot. */
  public static Optional<List<ProducerEntry>> parse(ByteBuffer bytes) {
    if (bytes.remaining() < HEADER_BYTES || bytes.getShort(0) != VERSION) {
      return Optional.empty();
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().position(CRC_END));
    int count = bytes.getInt(CRC_END);
    boolean whole =
        (int) crc.getValue() == bytes.getInt(CRC_POSITION)
            && count >= 0
            && bytes.limit() == HEADER_BYTES + (long) count * ENTRY_BYTES;
    if (!whole) {
      return Optional.empty();
    }
    List<ProducerEntry> entries = new ArrayList<>(count);
    ByteBuffer at = bytes.duplicate().position(HEADER_BYTES);
    for (int i = 0; i < count; i++) {
      long producerId = at.getLong();
      short epoch = at.getShort();
      int lastSequence = at.getInt();
      long lastOffset = at.getLong();
      at.getInt();
      long timestamp = at.getLong();
      at.getInt();
      long transaction = at.getLong();
      entries.add(
          new ProducerEntry(
              producerId,
              epoch,
              lastOffset < 0 ? -1 : lastSequence,
              known(lastOffset),
              timestamp,
              known(transaction)));
    }
    return Optional.of(entries);
  }

  private static OptionalLong known(long offset) {
    return offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset);
  }
}
