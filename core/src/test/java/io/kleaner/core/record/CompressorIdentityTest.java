// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our compressors write the very bytes that Kafka's own streams write. */
class CompressorIdentityTest {

  private static final int MAX_BYTES = 64 * 1024 * 1024;

  @ParameterizedTest
  @EnumSource(Codec.class)
  void write_payloadsOfManySizesAndEntropies_sameBytesAsKafka(Codec codec) throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    try (Compressors ours = new Compressors()) {
      for (int round = 0; round < 60; round++) {
        int size = round < 20 ? 1 + random.nextInt(2000) : 1 + random.nextInt(round * 8000);
        int alphabet = 1 + random.nextInt(256);
        byte[] payload = new byte[size];
        for (int i = 0; i < size; i++) {
          payload[i] = (byte) random.nextInt(alphabet);
        }
        int[] cuts = cuts(random, size);
        assertThat(ours(ours, codec, payload, cuts))
            .as("codec %s, round %d, %d bytes", codec, round, size)
            .isEqualTo(kafkas(codec, payload, cuts));
      }
    }
  }

  private static int[] cuts(SplittableRandom random, int size) {
    int[] cuts = new int[size];
    int count = 0;
    int position = 0;
    while (position < size) {
      int piece = random.nextInt(4) == 0 ? 1 + random.nextInt(40_000) : 1 + random.nextInt(150);
      position = Math.min(size, position + piece);
      cuts[count++] = position;
    }
    return Arrays.copyOf(cuts, count);
  }

  private static byte[] ours(Compressors compressors, Codec codec, byte[] payload, int[] cuts)
      throws IOException {
    GrowableBuffer sink = new GrowableBuffer("test", 16, MAX_BYTES);
    ByteBuffer source = ByteBuffer.allocateDirect(payload.length).put(payload).flip();
    Compressor compressor = compressors.of(codec);
    compressor.begin(sink);
    int from = 0;
    for (int to : cuts) {
      if (to - from == 1) {
        compressor.writeByte(payload[from]);
      } else {
        compressor.write(source, from, to - from);
      }
      from = to;
    }
    compressor.finish();
    ByteBuffer written = sink.written();
    byte[] bytes = new byte[written.remaining()];
    written.get(bytes);
    return bytes;
  }

  private static byte[] kafkas(Codec codec, byte[] payload, int[] cuts) throws IOException {
    ByteBufferOutputStream sink = new ByteBufferOutputStream(16);
    Compression compression = Compression.of(CompressionType.forId(codec.id())).build();
    try (DataOutputStream out =
        new DataOutputStream(compression.wrapForOutput(sink, RecordBatch.MAGIC_VALUE_V2))) {
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
}
