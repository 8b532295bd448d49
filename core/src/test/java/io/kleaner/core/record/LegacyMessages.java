// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32;

/** Bytes of magic 0 and 1 messages and of the wrappers that old producers and brokers wrote. */
final class LegacyMessages {

  static final int LOG_APPEND_TIME = 8;

  private LegacyMessages() {}

  static byte[] message(
      int magic,
      long offset,
      int attributes,
      long timestamp,
      Optional<byte[]> key,
      Optional<byte[]> value) {
    int keyBytes = key.map(k -> k.length).orElse(0);
    int valueBytes = value.map(v -> v.length).orElse(0);
    int overhead = magic == 0 ? BatchHeader.V0_OVERHEAD : BatchHeader.V1_OVERHEAD;
    ByteBuffer out = ByteBuffer.allocate(overhead + keyBytes + valueBytes);
    out.putLong(offset).putInt(out.capacity() - BatchHeader.LOG_OVERHEAD).putInt(0);
    out.put((byte) magic).put((byte) attributes);
    if (magic == 1) {
      out.putLong(timestamp);
    }
    putSized(out, key);
    putSized(out, value);
    return withCrc(out.array());
  }

  private static void putSized(ByteBuffer out, Optional<byte[]> bytes) {
    out.putInt(bytes.map(b -> b.length).orElse(-1));
    bytes.ifPresent(out::put);
  }

  /** Writes the checksum of what the message holds now. */
  static byte[] withCrc(byte[] message) {
    CRC32 crc = new CRC32();
    crc.update(message, BatchHeader.MAGIC, message.length - BatchHeader.MAGIC);
    ByteBuffer.wrap(message).putInt(BatchHeader.LEGACY_CRC, (int) crc.getValue());
    return message;
  }

  /** A wrapper of messages, by Kafka's own stream: magic 0 gets its wrong LZ4 header checksum. */
  static byte[] wrapper(
      int magic, long offset, Codec codec, int flags, long timestamp, byte[]... messages)
      throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] message : messages) {
      all.write(message);
    }
    byte[] plain = all.toByteArray();
    byte[] compressed = KafkaStreams.compress(codec, plain, new int[] {plain.length}, (byte) magic);
    return message(
        magic, offset, flags | codec.id(), timestamp, Optional.empty(), Optional.of(compressed));
  }
}
