// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A filter lets through whatever the map holds, in order, and little else. */
class KeyFilterTest {

  private final Random random = new Random(5);
  private final KeyBlock block = new KeyBlock(KeyHash.random());

  @BeforeEach
  void emptyBlock() {
    block.size = 0;
  }

  private void add(long first, long second, long ordinal) {
    block.first[block.size] = first;
    block.second[block.size] = second;
    block.ordinals[block.size++] = ordinal;
  }

  /** The least that pays, and those where a word more or less would be chosen. */
  @ParameterizedTest
  @ValueSource(ints = {32_768, 65_535, 65_536, 200_000})
  void sift_keysOfTheMapAndOthers_theOnesAllStayAndMostOthersGo(int keys) {
    KeyMap map = KeyMap.forKeys(keys, Long.MAX_VALUE);
    long[] first = random.longs(keys).toArray();
    for (int i = 0; i < keys; i++) {
      map.put(first[i], random.nextLong(), i);
    }
    assertThat(KeyFilter.pays(map.keys())).isTrue();
    KeyFilter filter = KeyFilter.of(map);

    int others = 0;
    for (int i = 0; i < keys; i++) {
      add(first[i], i, i);
      add(random.nextLong(), -1, -1);
      if (!block.hasRoomFor(2) || i == keys - 1) {
        int expected = i - block.size / 2 + 1;
        filter.sift(block);
        for (int j = 0; j < block.size; j++) {
          if (block.second[j] < 0) {
            others++;
          } else {
            assertThat(block.ordinals[j]).isEqualTo(expected);
            assertThat(block.second[j]).isEqualTo(expected);
            assertThat(block.first[j]).isEqualTo(first[expected]);
            expected++;
          }
        }
        assertThat(expected).isEqualTo(i + 1);
        block.size = 0;
      }
    }
    assertThat(others).as("of " + keys).isLessThan(keys / 10);
  }

  /** Of a half that is 0 the map stores another number. */
  @Test
  void sift_halfOfTheHashIsZero_stays() {
    KeyMap map = KeyMap.forKeys(40_000, Long.MAX_VALUE);
    long[] odd = {0, 1, 1L << 32, 7, 7L << 32, 0xffffffffL, 0xffffffffL << 32};
    for (int i = 0; i < odd.length; i++) {
      map.put(odd[i], i, i);
      add(odd[i], i, i);
    }
    while (!KeyFilter.pays(map.keys())) {
      map.put(random.nextLong(), random.nextLong(), 100);
    }

    KeyFilter.of(map).sift(block);

    assertThat(block.size).isEqualTo(odd.length);
  }

  @Test
  void pays_mapThatTheCacheHoldsOrThatIsTooLarge_not() {
    assertThat(KeyFilter.pays(0)).isFalse();
    assertThat(KeyFilter.pays(10_000)).isFalse();
    assertThat(KeyFilter.pays(100_000_000)).isFalse();
  }
}
