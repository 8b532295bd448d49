// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Codecs with levels: what is taken, and that Kafka reads what they write. */
class CompressionTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "none", "gzip", "gzip:1", "gzip:9", "snappy", "lz4", "lz4:1", "lz4:17", "zstd", "zstd:-7",
        "zstd:9", "zstd:22"
      })
  void parse_codecAndLevel_readBackByKafka(String text) throws IOException {
    Compression compression = Compression.parse(text);
    assertThat(compression).hasToString(text);
    SplittableRandom random = new SplittableRandom(5);
    try (Compressors compressors = new Compressors(compression)) {
      for (int size : new int[] {1, 100, 70_000, 300_000}) {
        Payloads payload = Payloads.recordLike(random, size);
        byte[] compressed =
            OurStreams.compress(compressors, compression.codec(), payload.bytes(), payload.cuts());
        assertThat(KafkaStreams.decompress(compression.codec(), compressed))
            .isEqualTo(payload.bytes());
        if (compression.codec() != Codec.NONE) {
          assertThat(OurStreams.decompress(compression.codec(), compressed))
              .isEqualTo(payload.bytes());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip:9", "lz4:17", "zstd:19"})
  void compress_highestLevel_smallerThanKafkasDefault(String text) throws IOException {
    Compression hard = Compression.parse(text);
    StringBuilder numbers = new StringBuilder();
    for (int i = 0; i < 30_000; i++) {
      numbers.append(Integer.toHexString(i * i));
    }
    byte[] payload = numbers.toString().getBytes(StandardCharsets.US_ASCII);
    int[] cuts = {payload.length};
    try (Compressors usual = new Compressors();
        Compressors levelled = new Compressors(hard)) {
      int before = OurStreams.compress(usual, hard.codec(), payload, cuts).length;
      int after = OurStreams.compress(levelled, hard.codec(), payload, cuts).length;
      assertThat(after).isLessThan(before);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "brotli",
        "ZSTD",
        "zstd:",
        "zstd:x",
        "zstd:23",
        "gzip:0",
        "gzip:10",
        "lz4:18",
        "lz4:0",
        "none:1",
        "snappy:1",
        "zstd:9:1",
        ":3",
        "zstd: 9",
        "zstd:99999999999"
      })
  void parse_anythingElse_refusedWithWhatThereIs(String text) {
    assertThatThrownBy(() -> Compression.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(?s).*(none, gzip, snappy, lz4, zstd| has ).*");
  }
}
