// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.retain;

import io.kleaner.core.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/** Headers of magic 2 batches, field by field. */
final class Batches {

  private static final int TRANSACTIONAL = 1 << 4;
  private static final int CONTROL = 1 << 5;
  private static final int HAS_HORIZON = 1 << 6;

  private long baseOffset;
  private int offsets = 1;
  private int records = 1;
  private long producerId = -1;
  private int epoch = -1;
  private int attributes;
  private OptionalLong horizonMs = OptionalLong.empty();

  static Batches data(long baseOffset, int offsets) {
    Batches batch = new Batches();
    batch.baseOffset = baseOffset;
    batch.offsets = offsets;
    batch.records = offsets;
    return batch;
  }

  static Batches control(long offset, long producerId, int epoch) {
    Batches batch = data(offset, 1).by(producerId, epoch);
    batch.attributes = TRANSACTIONAL | CONTROL;
    return batch;
  }

  Batches by(long producer, int producerEpoch) {
    producerId = producer;
    epoch = producerEpoch;
    return this;
  }

  Batches horizon(long atMs) {
    attributes |= HAS_HORIZON;
    horizonMs = OptionalLong.of(atMs);
    return this;
  }

  Batches emptied() {
    records = 0;
    return this;
  }

  BatchHeader header() {
    ByteBuffer bytes = ByteBuffer.allocate(BatchHeader.V2_OVERHEAD);
    bytes.putLong(0, baseOffset).putInt(8, BatchHeader.V2_OVERHEAD - BatchHeader.LOG_OVERHEAD);
    bytes.put(16, (byte) 2).putShort(21, (short) attributes).putInt(23, offsets - 1);
    bytes.putLong(27, horizonMs.orElse(1000)).putLong(35, 1000);
    bytes.putLong(43, producerId).putShort(51, (short) epoch).putInt(53, 0).putInt(57, records);
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().position(21));
    bytes.putInt(17, (int) crc.getValue());
    return new BatchHeader().wrap(bytes, 0);
  }
}
