// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our compressors write the very bytes that Kafka's own streams write. */
class CompressorIdentityTest {

  @ParameterizedTest
  @EnumSource(Codec.class)
  void write_payloadsOfManySizesAndEntropies_sameBytesAsKafka(Codec codec) throws IOException {
    try (Compressors ours = new Compressors()) {
      for (long seed : TestSeeds.of(60).toArray()) {
        SplittableRandom random = new SplittableRandom(seed);
        Payloads payload = Payloads.recordLike(random, Payloads.size(random));
        assertThat(OurStreams.compress(ours, codec, payload.bytes(), payload.cuts()))
            .as("codec %s, seed %d, %s", codec, seed, payload)
            .isEqualTo(KafkaStreams.compress(codec, payload.bytes(), payload.cuts()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void write_sizesAroundEveryBuffer_sameBytesAsKafka(Codec codec) throws IOException {
    SplittableRandom random = new SplittableRandom(11);
    try (Compressors ours = new Compressors()) {
      for (int buffer : new int[] {0, 8192, 16384, 32768, 65536, 131072, 262144}) {
        for (int size = Math.max(0, buffer - 1); size <= buffer + 1; size++) {
          byte[] payload = Payloads.recordLike(random, size).bytes();
          for (int[] cuts : cuttings(size)) {
            assertThat(OurStreams.compress(ours, codec, payload, cuts))
                .as("codec %s, %d bytes in %d pieces", codec, size, cuts.length)
                .isEqualTo(KafkaStreams.compress(codec, payload, cuts));
          }
        }
      }
    }
  }

  private static int[][] cuttings(int size) {
    if (size == 0) {
      return new int[][] {{}};
    }
    return new int[][] {{size}, IntStream.rangeClosed(1, size).toArray()};
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void begin_afterPayloadThatWasAbandoned_sameBytesAsKafka(Codec codec) throws IOException {
    SplittableRandom random = new SplittableRandom(13);
    byte[] noise = new byte[300_000];
    random.nextBytes(noise);
    Payloads payload = Payloads.recordLike(random, 150_000);
    try (Compressors ours = new Compressors()) {
      Compressor compressor = ours.of(codec);
      GrowableBuffer small = new GrowableBuffer("a small sink", 16, 100_000);
      assertThatThrownBy(
              () -> {
                compressor.begin(small);
                OurStreams.feed(compressor, noise, new int[] {noise.length});
                compressor.finish();
              })
          .isInstanceOf(BoundExceededException.class)
          .hasMessageContaining("a small sink")
          .hasMessageContaining("100000");
      assertThat(OurStreams.compress(ours, codec, payload.bytes(), payload.cuts()))
          .isEqualTo(KafkaStreams.compress(codec, payload.bytes(), payload.cuts()));
    }
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void finish_sinkOfJustTheSize_fits(Codec codec) throws IOException {
    Payloads payload = Payloads.recordLike(new SplittableRandom(17), 400_000);
    byte[] expected = KafkaStreams.compress(codec, payload.bytes(), payload.cuts());
    try (Compressors ours = new Compressors()) {
      GrowableBuffer sink = new GrowableBuffer("test", 16, expected.length);
      write(ours.of(codec), sink, payload);
      assertThat(sink.written().remaining()).isEqualTo(expected.length);
      GrowableBuffer small = new GrowableBuffer("test", 16, expected.length - 1);
      assertThatThrownBy(
              () -> {
                write(ours.of(codec), small, payload);
                small.written();
              })
          .isInstanceOf(BoundExceededException.class);
    }
  }

  private static void write(Compressor compressor, GrowableBuffer sink, Payloads payload)
      throws IOException {
    compressor.begin(sink);
    OurStreams.feed(compressor, payload.bytes(), payload.cuts());
    compressor.finish();
  }
}
