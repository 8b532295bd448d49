// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/** Kafka's own compression streams, the judge of ours. */
final class KafkaStreams {

  private static final byte MAGIC_2 = 2;

  private KafkaStreams() {}

  /** Compresses a payload written in the pieces that end at each cut. */
  static byte[] compress(Codec codec, byte[] payload, int[] cuts) throws IOException {
    return compress(codec, payload, cuts, MAGIC_2);
  }

  static byte[] compress(Codec codec, byte[] payload, int[] cuts, byte magic) throws IOException {
    ByteBufferOutputStream sink = new ByteBufferOutputStream(16);
    try (DataOutputStream out =
        new DataOutputStream(compression(codec).wrapForOutput(sink, magic))) {
      int from = 0;
      for (int to : cuts) {
        if (to - from == 1) {
          out.write(payload[from]);
        } else {
          out.write(payload, from, to - from);
        }
        from = to;
      }
    }
    ByteBuffer written = sink.buffer().duplicate().flip();
    byte[] bytes = new byte[written.remaining()];
    written.get(bytes);
    return bytes;
  }

  static byte[] compress(Codec codec, byte[] payload) throws IOException {
    return compress(codec, payload, new int[] {payload.length});
  }

  /** Decompresses a payload to its end. */
  static byte[] decompress(Codec codec, byte[] compressed) throws IOException {
    return decompress(codec, compressed, MAGIC_2);
  }

  static byte[] decompress(Codec codec, byte[] compressed, byte magic) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (InputStream in =
        compression(codec)
            .wrapForInput(ByteBuffer.wrap(compressed), magic, BufferSupplier.NO_CACHING)) {
      byte[] piece = new byte[64 * 1024];
      int read;
      while ((read = in.read(piece, 0, piece.length)) > 0) {
        out.write(piece, 0, read);
      }
    }
    return out.toByteArray();
  }

  private static Compression compression(Codec codec) {
    return Compression.of(CompressionType.forId(codec.id())).build();
  }
}
