// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A filter is made, and asked, only while it turns enough away. */
class SieveTest {

  private static final int KEYS = 80_000;

  private final Random random = new Random(9);
  private final KeyMap map = KeyMap.forKeys(KEYS, Long.MAX_VALUE);
  private final long[] first = random.longs(KEYS).toArray();
  private final KeyBlock block = new KeyBlock(KeyHash.random());
  private final Sieve sieve = new Sieve(map);

  @BeforeEach
  void put() {
    for (int i = 0; i < KEYS; i++) {
      map.put(first[i], i * 0x9E3779B97F4A7C15L, i);
    }
  }

  /**
   * Looks for keys, a block at a time.
   *
   * @param present in percent, how many of them the map holds
   * @return how many of the last block were left after it was sifted
   */
  private int look(int times, int present) {
    int left = 0;
    for (int done = 0; done < times; done += KeyBlock.CAPACITY) {
      block.size = KeyBlock.CAPACITY;
      int found = 0;
      for (int i = 0; i < block.size; i++) {
        boolean held = i * 100 < present * block.size;
        block.first[i] = held ? first[random.nextInt(KEYS)] : random.nextLong();
        found += held ? 1 : 0;
      }
      sieve.sift(block);
      left = block.size;
      assertThat(left).isGreaterThanOrEqualTo(found);
      sieve.found(KeyBlock.CAPACITY, found);
    }
    return left;
  }

  @Test
  void sift_mostAreInTheMap_noFilterIsMade() {
    assertThat(look(10 * Sieve.SAMPLE, 90)).isEqualTo(KeyBlock.CAPACITY);
    assertThat(sieve.sizeInBytes()).isZero();
  }

  @Test
  void sift_mostAreNotInTheMap_filterIsMadeOnceAnEighthWasLookedFor() {
    assertThat(look(KEYS / 8 - KeyBlock.CAPACITY, 10)).isEqualTo(KeyBlock.CAPACITY);
    assertThat(sieve.sizeInBytes()).isZero();

    assertThat(look(3 * KeyBlock.CAPACITY, 10)).isLessThan(KeyBlock.CAPACITY / 4);
    assertThat(sieve.sizeInBytes()).isPositive();
  }

  @Test
  void sift_mostAreInTheMapFromSomewhereOn_filterIsNoLongerAskedAndThenAgain() {
    look(2 * Sieve.SAMPLE, 10);
    look(2 * Sieve.SAMPLE, 95);
    assertThat(look(1, 0)).as("not asked").isEqualTo(KeyBlock.CAPACITY);

    look(2 * Sieve.SAMPLE, 10);
    assertThat(look(1, 0)).as("asked").isLessThan(KeyBlock.CAPACITY / 4);
  }
}
