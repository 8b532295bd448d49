// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A keyed hash of 128 bits. */
class KeyHashTest {

  private final KeyHash hash = KeyHash.random();

  private long[] of(byte[] key) {
    hash.hash(ByteBuffer.wrap(key), 0, key.length);
    return new long[] {hash.first(), hash.second()};
  }

  @Test
  void hash_sameBytesAnywhere_same() {
    byte[] key =
        "some key of more than sixteen bytes, and odd"
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    ByteBuffer direct = ByteBuffer.allocateDirect(200).put(13, key);

    long[] heap = of(key);
    hash.hash(direct, 13, key.length);

    assertThat(new long[] {hash.first(), hash.second()}).isEqualTo(heap);
  }

  @Test
  void hash_sameSecrets_same() {
    long[] one = of(new byte[] {1, 2, 3});
    KeyHash other = hash.sameSecrets();
    other.hash(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0, 3);

    assertThat(new long[] {other.first(), other.second()}).isEqualTo(one);
  }

  @Test
  void hash_otherSecrets_other() {
    long[] one = of(new byte[] {1, 2, 3});
    KeyHash other = KeyHash.random();
    other.hash(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0, 3);

    assertThat(other.first()).isNotEqualTo(one[0]);
    assertThat(other.second()).isNotEqualTo(one[1]);
  }

  @Test
  void hash_zerosOfEveryLength_allDifferent() {
    Set<Long> firsts = new HashSet<>();
    Set<Long> seconds = new HashSet<>();
    for (int length = 0; length <= 200; length++) {
      long[] value = of(new byte[length]);
      firsts.add(value[0]);
      seconds.add(value[1]);
    }
    assertThat(firsts).hasSize(201);
    assertThat(seconds).hasSize(201);
  }

  @Test
  void hash_oneBitFlipped_halfOfTheBitsChange() {
    Random random = new Random(5);
    for (int length : new int[] {1, 7, 8, 9, 15, 16, 17, 31, 33, 100}) {
      long changed = 0;
      int flips = 0;
      byte[] key = new byte[length];
      random.nextBytes(key);
      for (int round = 0; round < 400; round++) {
        int bit = random.nextInt(length * 8);
        long[] before = of(key);
        key[bit / 8] ^= (byte) (1 << bit % 8);
        long[] after = of(key);
        changed += Long.bitCount(before[0] ^ after[0]) + Long.bitCount(before[1] ^ after[1]);
        flips++;
      }
      assertThat(changed / (double) flips).as("length " + length).isBetween(58.0, 70.0);
    }
  }
}
