// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Newest ordinal by hash, in fifteen bytes a key. */
class KeyMapTest {

  private static final long BYTES_PER_KEY = 15;

  @ParameterizedTest
  @ValueSource(longs = {1_000, 60_000, 1_000_000, 16_000_000})
  void forKeys_full_atMostFifteenBytesAKey(long budgetBytes) {
    KeyMap map = KeyMap.forKeys(Long.MAX_VALUE / 64, budgetBytes);
    SplittableRandom random = new SplittableRandom(1);
    int keys = 0;
    while (map.put(random.nextLong(), random.nextLong(), keys) != KeyMap.FULL) {
      keys++;
    }

    assertThat(map.sizeInBytes()).isLessThanOrEqualTo(budgetBytes);
    assertThat(map.sizeInBytes()).isLessThanOrEqualTo((keys + 1) * BYTES_PER_KEY);
    assertThat(map.keys()).isEqualTo(keys).isEqualTo(map.maxKeys());
  }

  @Test
  void put_manyKeys_previousOrdinalOfEach() {
    KeyMap map = KeyMap.forKeys(50_000, 10_000_000);
    Map<Long, Long> model = new HashMap<>();
    SplittableRandom random = new SplittableRandom(2);
    for (long ordinal = 0; ordinal < 200_000; ordinal++) {
      long key = random.nextInt(40_000);
      long first = key * 0x9E3779B97F4A7C15L;
      long second = key * 0xC2B2AE3D27D4EB4FL;

      Long before = model.put(key, ordinal);

      assertThat(map.put(first, second, ordinal))
          .isEqualTo(before == null ? KeyMap.ABSENT : before);
      assertThat(map.get(first, second)).isEqualTo(ordinal);
    }
    assertThat(map.keys()).isEqualTo(model.size());
    assertThat(map.get(-1, -1)).isEqualTo(KeyMap.ABSENT);
  }

  /** In the young table, at the moment it grows, and in the whole one. */
  @Test
  void put_moreKeysThanAYoungTableHolds_allThere() {
    KeyMap map = KeyMap.forKeys(3_000_000, Long.MAX_VALUE);
    SplittableRandom random = new SplittableRandom(4);
    assertThat(map.sizeInBytes()).isEqualTo(2 << 20);
    boolean young = true;
    for (int keys = 1; keys <= 300_000; keys++) {
      assertThat(map.put(random.nextLong(), random.nextLong(), keys)).isEqualTo(KeyMap.ABSENT);
      assertThat(map.keys()).isEqualTo(keys);
      if (map.isYoung() != young) {
        young = false;
        assertThat(keys).as("grows when it is full").isEqualTo((int) ((1 << 17) * 0.8) + 1);
        requireAll(map, keys);
      }
    }
    assertThat(map.isYoung()).isFalse();
    requireAll(map, 300_000);
    assertThat(map.sizeInBytes())
        .as("the whole table")
        .isBetween(3_000_000 * BYTES_PER_KEY, 3_000_010 * BYTES_PER_KEY);
  }

  private static void requireAll(KeyMap map, int keys) {
    SplittableRandom again = new SplittableRandom(4);
    for (int ordinal = 1; ordinal <= keys; ordinal++) {
      assertThat(map.get(again.nextLong(), again.nextLong())).isEqualTo(ordinal);
    }
    assertThat(map.get(again.nextLong(), again.nextLong())).isEqualTo(KeyMap.ABSENT);
  }

  @Test
  void put_fewKeysOfManyRecords_tableStaysSmall() {
    KeyMap map = KeyMap.forKeys(10_000_000, Long.MAX_VALUE);
    for (int ordinal = 0; ordinal < 1_000_000; ordinal++) {
      long key = ordinal % 1_000;
      map.put(key * 0x9E3779B97F4A7C15L, key * 0xC2B2AE3D27D4EB4FL, ordinal);
    }

    assertThat(map.keys()).isEqualTo(1_000);
    assertThat(map.isYoung()).isTrue();
    assertThat(map.sizeInBytes()).isEqualTo(2 << 20);
    assertThat(map.maxKeys()).isGreaterThanOrEqualTo(10_000_000);
  }

  /** While it grows both tables are there. */
  @ParameterizedTest
  @ValueSource(longs = {1 << 20, 3 << 20, 16 << 20, 128 << 20})
  void put_whileItGrows_bothTablesInTheBudget(long budgetBytes) {
    KeyMap map = KeyMap.forKeys(Long.MAX_VALUE / 64, KeyIndex.mapBudgetBytes(budgetBytes));
    SplittableRandom random = new SplittableRandom(5);
    long before = map.sizeInBytes();
    for (int keys = 0; keys < 300_000; keys++) {
      if (map.put(random.nextLong(), random.nextLong(), keys) == KeyMap.FULL) {
        break;
      }
      long now = map.sizeInBytes();
      if (now != before) {
        assertThat(before + now).as("%s keys", keys).isLessThanOrEqualTo(budgetBytes);
        before = now;
      }
    }
    assertThat(map.isYoung()).isFalse();
  }

  @Test
  void clear_beforeItHasGrown_wholeTable() {
    KeyMap map = KeyMap.forKeys(500_000, 10_000_000);
    map.put(1, 2, 3);
    map.clear(400_000);

    assertThat(map.keys()).isZero();
    assertThat(map.get(1, 2)).isEqualTo(KeyMap.ABSENT);
    fill(map, 6, 400_000);
  }

  @Test
  void put_sameSlotOtherBits_twoKeys() {
    KeyMap map = KeyMap.forKeys(100, 100_000);
    map.put(1, 42, 5);
    map.put(2, 42, 6);

    assertThat(map.get(1, 42)).isEqualTo(5);
    assertThat(map.get(2, 42)).isEqualTo(6);
  }

  @Test
  void put_ordinalsBeyondTheSign_keptWhole() {
    KeyMap map = KeyMap.forKeys(10, 100_000);
    map.put(1, 2, 0xFFFF_FFF0L);

    assertThat(map.get(1, 2)).isEqualTo(0xFFFF_FFF0L);
  }

  @Test
  void clear_afterPuts_empty() {
    KeyMap map = KeyMap.forKeys(10, 100_000);
    map.put(1, 2, 3);
    map.clear(10);

    assertThat(map.keys()).isZero();
    assertThat(map.get(1, 2)).isEqualTo(KeyMap.ABSENT);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 10, 1_000, 30_000, 1_000_000})
  void clear_forFewerOrMoreKeys_roomForThemAndNothingOfBefore(long forKeys) {
    KeyMap map = KeyMap.forKeys(50_000, 10_000_000);
    fill(map, 1, map.maxKeys());
    map.clear(100);
    fill(map, 2, 100);
    map.clear(forKeys);

    assertThat(map.keys()).isZero();
    assertThat(map.maxKeys()).isGreaterThanOrEqualTo((int) Math.min(forKeys, 50_000));
    for (int seed = 1; seed <= 2; seed++) {
      SplittableRandom before = new SplittableRandom(seed);
      for (int i = 0; i < 50_000; i++) {
        assertThat(map.get(before.nextLong(), before.nextLong())).isEqualTo(KeyMap.ABSENT);
      }
    }
    fill(map, 3, map.maxKeys());
    assertThat(map.put(1, 2, 3)).isEqualTo(KeyMap.FULL);
  }

  private static void fill(KeyMap map, int seed, int keys) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < keys; i++) {
      assertThat(map.put(random.nextLong(), random.nextLong(), i)).isEqualTo(KeyMap.ABSENT);
    }
  }
}
