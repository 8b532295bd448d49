// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What one side compresses the other decompresses, through targets of any size. */
class CodecRoundTripTest {

  @ParameterizedTest
  @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void read_whatKafkaCompressed_sameBytes(Codec codec) throws IOException {
    try (Decompressors ours = new Decompressors(OurStreams.BOUND_BYTES)) {
      for (long seed : TestSeeds.of(40).toArray()) {
        SplittableRandom random = new SplittableRandom(seed);
        Payloads payload = Payloads.recordLike(random, Payloads.size(random));
        byte[] compressed = KafkaStreams.compress(codec, payload.bytes(), payload.cuts());
        int targetBytes = 1 + random.nextInt(1 << (4 + random.nextInt(18)));
        assertThat(OurStreams.decompress(ours.of(codec), compressed, false, targetBytes))
            .as("codec %s, seed %d, %s, target %d", codec, seed, payload, targetBytes)
            .isEqualTo(payload.bytes());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void read_whatWeCompressed_sameBytesHereAndInKafka(Codec codec) throws IOException {
    try (Compressors compressors = new Compressors();
        Decompressors ours = new Decompressors(OurStreams.BOUND_BYTES)) {
      for (long seed : TestSeeds.of(20).toArray()) {
        SplittableRandom random = new SplittableRandom(-seed);
        Payloads payload = Payloads.recordLike(random, Payloads.size(random));
        byte[] compressed =
            OurStreams.compress(compressors, codec, payload.bytes(), payload.cuts());
        assertThat(KafkaStreams.decompress(codec, compressed))
            .as("by Kafka: codec %s, seed %d, %s", codec, -seed, payload)
            .isEqualTo(payload.bytes());
        assertThat(OurStreams.decompress(ours.of(codec), compressed, false, 100_000))
            .as("by us: codec %s, seed %d, %s", codec, -seed, payload)
            .isEqualTo(payload.bytes());
      }
    }
  }
}
