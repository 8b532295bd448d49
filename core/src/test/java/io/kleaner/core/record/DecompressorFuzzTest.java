// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xerial.snappy.SnappyError;

/**
 * Damaged payloads end in a message, never in a crash, a hang or memory beyond the bound; and what
 * Kafka's own streams still take, ours take alike.
 */
class DecompressorFuzzTest {

  private static final int INPUTS = 10_000;
  private static final int BOUND_BYTES = 256 * 1024;
  private static final int MOST_OUTPUT_BYTES = 8 * 1024 * 1024;

  @ParameterizedTest
  @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void read_damagedPayload_refusedOrSameAsKafka(Codec codec) throws IOException {
    int refused = 0;
    try (Decompressors ours = new Decompressors(BOUND_BYTES)) {
      ByteBuffer target = ByteBuffer.allocateDirect(MOST_OUTPUT_BYTES);
      for (long seed : TestSeeds.of(INPUTS).toArray()) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] damaged = damaged(codec, random);
        boolean magic0 = random.nextInt(4) == 0;
        String ourProblem = "";
        target.clear().limit(1 + random.nextInt(4096));
        try {
          drain(ours.of(codec), OurStreams.direct(damaged), magic0, target);
        } catch (CorruptBatchException e) {
          ourProblem = e.getMessage();
          refused++;
        } catch (BoundExceededException e) {
          assertThat(e.askedBytes()).isGreaterThan(BOUND_BYTES);
          refused++;
          continue;
        }
        if (ourProblem.contains("claims")) {
          continue; // Kafka would allocate whatever the block claims
        }
        compare(codec, seed, damaged, magic0, ourProblem, target.flip());
      }
    }
    assertThat(refused).as("refused of %d", INPUTS).isGreaterThan(INPUTS / 4);
  }

  /** Reads to the end, through ever larger room in one target. */
  private static void drain(
      Decompressor decompressor, ByteBuffer source, boolean magic0, ByteBuffer target)
      throws IOException {
    decompressor.begin(source, magic0);
    while (decompressor.read(target) >= 0) {
      if (!target.hasRemaining()) {
        assertThat(target.limit()).as("output").isLessThan(target.capacity());
        target.limit(Math.min(target.capacity(), 2 * target.limit()));
      }
    }
  }

  private static void compare(
      Codec codec,
      long seed,
      byte[] damaged,
      boolean magic0,
      String ourProblem,
      ByteBuffer ourBytes) {
    byte[] kafkas;
    try {
      kafkas = KafkaStreams.decompress(codec, damaged, (byte) (magic0 ? 0 : 2));
    } catch (IOException | RuntimeException | SnappyError e) {
      assertThat(ourProblem).as("codec %s, seed %d: Kafka: %s", codec, seed, e).isNotEmpty();
      return;
    }
    assertThat(ourProblem).as("codec %s, seed %d: Kafka takes it", codec, seed).isEmpty();
    byte[] ours = new byte[ourBytes.remaining()];
    ourBytes.get(ours);
    assertThat(ours).as("codec %s, seed %d", codec, seed).isEqualTo(kafkas);
  }

  private static byte[] damaged(Codec codec, SplittableRandom random) throws IOException {
    Payloads payload = Payloads.recordLike(random, random.nextInt(3000));
    byte[] bytes = KafkaStreams.compress(codec, payload.bytes(), payload.cuts());
    int length = bytes.length;
    switch (random.nextInt(6)) {
      case 0 -> length = random.nextInt(length + 1);
      case 1 -> length += random.nextInt(40);
      default -> {
        // flips only
      }
    }
    byte[] damaged = Arrays.copyOf(bytes, length);
    if (length == 0) {
      return damaged;
    }
    int flips = random.nextInt(4);
    int within = random.nextBoolean() ? length : Math.min(length, 24);
    for (int i = 0; i < flips; i++) {
      damaged[random.nextInt(within)] ^= (byte) (1 << random.nextInt(8));
    }
    if (random.nextInt(10) == 0) {
      int from = random.nextInt(length);
      for (int i = from; i < Math.min(length, from + 8); i++) {
        damaged[i] = (byte) random.nextInt(256);
      }
    }
    return damaged;
  }
}
