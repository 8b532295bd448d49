// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.util.Optional;

/**
 * Tells of most keys that a {@link KeyMap} does not hold them, without a look into it: a Bloom
 * filter of two bits a key, both in one word. It is small enough for the processor's cache, where a
 * look into a large map is a miss of it.
 *
 * <p>Memory: one or two bytes a key, from 8.4 million keys on half of one to one, for it has
 * {@value #MOST_BYTES} bytes at most; of a full map half of one or more, as there is room. Whoever
 * made it may let others use it at the same time; it does not follow what is put into the map
 * later.
 */
final class KeyFilter {

  /** Keys below which the map itself is in the cache. */
  private static final int LEAST_KEYS = 1 << 15;

  /** Keys above which it would say "perhaps" too often, with no more memory. */
  private static final int MOST_KEYS = 1 << 24;

  static final int MOST_BYTES = 8 * 1024 * 1024;
  private static final int MOST_WORDS = MOST_BYTES / Long.BYTES;
  private static final int KEYS_A_WORD = 8;
  private static final int MOST_KEYS_A_WORD = 16;
  private static final int BIT_BITS = 6;
  private static final int BIT_MASK = Long.SIZE - 1;

  private final long[] words;
  private final int shift;

  private KeyFilter(int keys, int mostWords) {
    int count = Math.min(2 * Integer.highestOneBit(keys / KEYS_A_WORD), mostWords);
    words = new long[count];
    shift = Long.SIZE - Integer.numberOfTrailingZeros(count);
  }

  /** Whether a map of so many keys gains by one. */
  static boolean pays(int keys) {
    return keys >= LEAST_KEYS && keys <= MOST_KEYS;
  }

  /**
   * A filter of what a map holds now.
   *
   * @param map for which one {@link #pays}
   */
  static KeyFilter of(KeyMap map) {
    return of(map, map.keys(), MOST_WORDS);
  }

  private static KeyFilter of(KeyMap map, int keys, int mostWords) {
    KeyFilter filter = new KeyFilter(keys, mostWords);
    map.forEachStored(filter::add);
    return filter;
  }

  /**
   * A filter of a map that is full.
   *
   * @param mostBytes that it may take
   * @return empty if it would not pay, or say "perhaps" too often
   */
  static Optional<KeyFilter> ofFull(KeyMap map, long mostBytes) {
    int keys = map.maxKeys();
    long words = Long.highestOneBit(Math.max(0, mostBytes / Long.BYTES));
    return pays(keys) && words * MOST_KEYS_A_WORD >= keys
        ? Optional.of(of(map, keys, (int) Math.min(words, MOST_WORDS)))
        : Optional.empty();
  }

  long sizeInBytes() {
    return (long) words.length * Long.BYTES;
  }

  private void add(long stored) {
    words[(int) (stored >>> shift)] |= bits(stored);
  }

  /** Two bits of a word, which may be one, from other bits of the hash than the word's index. */
  private static long bits(long stored) {
    return (1L << (stored & BIT_MASK)) | (1L << ((stored >>> BIT_BITS) & BIT_MASK));
  }

  /**
   * Finds the keys of a block that the map does not hold.
   *
   * @return how many; the block's {@link KeyBlock#homeless} tells which
   */
  int away(KeyBlock block) {
    int away = 0;
    for (int i = 0; i < block.size; i++) {
      long stored = KeyMap.stored(block.first[i]);
      long bits = bits(stored);
      block.homeless[away] = i;
      // No branch, which could not be foretold.
      away += (words[(int) (stored >>> shift)] & bits) == bits ? 0 : 1;
    }
    return away;
  }

  /** Leaves in a block the keys that the map may hold, in their order. */
  void sift(KeyBlock block) {
    int kept = 0;
    for (int i = 0; i < block.size; i++) {
      long stored = KeyMap.stored(block.first[i]);
      long bits = bits(stored);
      block.first[kept] = block.first[i];
      block.second[kept] = block.second[i];
      block.ordinals[kept] = block.ordinals[i];
      // No branch, which could not be foretold.
      kept += (words[(int) (stored >>> shift)] & bits) == bits ? 1 : 0;
    }
    block.size = kept;
  }
}
