// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import io.kleaner.core.oracle.ScriptedLog;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.ByteUtils;

/** A small batch with records that decompress to far more than any heap of these tests. */
public final class Bomb {

  private static final int HEADER_BYTES = 61;
  private static final int CHUNK_BYTES = 1024 * 1024;

  private Bomb() {}

  /**
   * A batch of two records: a small one, and one whose value is zeros.
   *
   * @param smallKey key of the first record
   * @param largeKey key of the second
   * @param valueBytes length of its value
   */
  public static ByteBuffer batch(
      String codec, long baseOffset, String smallKey, String largeKey, int valueBytes)
      throws IOException {
    CompressionType type = CompressionType.forName(codec);
    ByteBufferOutputStream bytes = new ByteBufferOutputStream(64 * 1024);
    bytes.position(HEADER_BYTES);
    try (DataOutputStream out =
        new DataOutputStream(Compression.of(type).build().wrapForOutput(bytes, (byte) 2))) {
      record(out, 0, smallKey, 1);
      record(out, 1, largeKey, valueBytes);
    }
    ByteBuffer batch = bytes.buffer();
    batch.flip();
    int size = batch.limit();
    batch.putLong(0, baseOffset).putInt(8, size - 12).putInt(12, 0).put(16, (byte) 2);
    batch.putShort(21, (short) type.id).putInt(23, 1);
    batch.putLong(27, ScriptedLog.TIME_MS).putLong(35, ScriptedLog.TIME_MS);
    batch.putLong(43, -1).putShort(51, (short) -1).putInt(53, -1).putInt(57, 2);
    CRC32C crc = new CRC32C();
    crc.update(batch.duplicate().position(21));
    return batch.putInt(17, (int) crc.getValue());
  }

  private static void record(DataOutputStream out, int delta, String key, int valueBytes)
      throws IOException {
    byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
    int body =
        1
            + 1
            + ByteUtils.sizeOfVarint(delta)
            + ByteUtils.sizeOfVarint(keyBytes.length)
            + keyBytes.length
            + ByteUtils.sizeOfVarint(valueBytes)
            + valueBytes
            + 1;
    ByteUtils.writeVarint(body, out);
    out.writeByte(0);
    ByteUtils.writeVarlong(0, out);
    ByteUtils.writeVarint(delta, out);
    ByteUtils.writeVarint(keyBytes.length, out);
    out.write(keyBytes);
    ByteUtils.writeVarint(valueBytes, out);
    byte[] zeros = new byte[CHUNK_BYTES];
    for (int left = valueBytes; left > 0; left -= CHUNK_BYTES) {
      out.write(zeros, 0, Math.min(left, CHUNK_BYTES));
    }
    ByteUtils.writeVarint(0, out);
  }
}
