// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.util.Arrays;

/**
 * Maps a key's hash to the ordinal of the newest record that has the key: open addressing with
 * linear probing over one array of primitives, fixed in size.
 *
 * <p>A slot is twelve bytes: the ordinal plus one (0 is an empty slot) and 64 bits of the hash. The
 * slot's position comes from the hash's other 64 bits, so that a false match needs equal stored
 * bits and the same run of slots; {@code docs/decisions} has the odds. At the highest load, 0.8, a
 * key takes 15 bytes.
 *
 * <pre>
 *  int 3s        int 3s+1          int 3s+2
 *  +-------------+-----------------+------------------+
 *  |ordinal + 1  |hash bits 0..31  |hash bits 32..63  |
 *  +-------------+-----------------+------------------+
 * </pre>
 *
 * <p>Not thread-safe; owned by one worker.
 */
public final class KeyMap {

  /** Bytes of one slot. */
  public static final int SLOT_BYTES = 12;

  /** The share of slots that may be taken. */
  public static final double MAX_LOAD = 0.8;

  /** No record has the key. */
  public static final long ABSENT = -1;

  /** The key is new and there is no room for it; the map is as it was. */
  public static final long FULL = -2;

  private static final int INTS = 3;
  private static final int MAX_SLOTS = (Integer.MAX_VALUE - 8) / INTS;
  private static final int MIN_SLOTS = 16;
  private static final long UNSIGNED = 0xffffffffL;

  private final int[] table;
  private final int slots;
  private final int maxKeys;
  private int keys;

  private KeyMap(int slots) {
    this.slots = slots;
    this.maxKeys = (int) (slots * MAX_LOAD);
    this.table = new int[slots * INTS];
  }

  /**
   * A map for a number of keys, or for as many as a budget has room for.
   *
   * @param keys the most keys it may have to hold
   * @param budgetBytes the most memory it may take
   */
  public static KeyMap forKeys(long keys, long budgetBytes) {
    long wanted = (long) (Math.min(keys, 1L << 40) / MAX_LOAD) + 2;
    long affordable = budgetBytes / SLOT_BYTES;
    long slots = Math.max(MIN_SLOTS, Math.min(Math.min(wanted, affordable), MAX_SLOTS));
    return new KeyMap((int) slots);
  }

  /**
   * Records that an ordinal is the newest of a key.
   *
   * @param ordinal 0 to 2^32-2, above every ordinal put for the key before
   * @return the ordinal that was the newest until now, {@link #ABSENT}, or {@link #FULL}
   */
  public long put(long first, long second, long ordinal) {
    int low = (int) first;
    int high = (int) (first >>> 32);
    int i = home(second);
    while (true) {
      int stored = table[i];
      if (stored == 0) {
        if (keys == maxKeys) {
          return FULL;
        }
        keys++;
        table[i] = (int) (ordinal + 1);
        table[i + 1] = low;
        table[i + 2] = high;
        return ABSENT;
      }
      if (table[i + 1] == low && table[i + 2] == high) {
        table[i] = (int) (ordinal + 1);
        return (stored & UNSIGNED) - 1;
      }
      i += INTS;
      if (i == table.length) {
        i = 0;
      }
    }
  }

  /** The newest ordinal of a key, or {@link #ABSENT}. */
  public long get(long first, long second) {
    int low = (int) first;
    int high = (int) (first >>> 32);
    int i = home(second);
    while (true) {
      int stored = table[i];
      if (stored == 0) {
        return ABSENT;
      }
      if (table[i + 1] == low && table[i + 2] == high) {
        return (stored & UNSIGNED) - 1;
      }
      i += INTS;
      if (i == table.length) {
        i = 0;
      }
    }
  }

  /**
   * Reads the slot where a key belongs, to have it in the cache when it is asked for.
   *
   * @return something of the slot, to be used in a way that keeps the read alive
   */
  public int touch(long second) {
    return table[home(second)];
  }

  private int home(long second) {
    return (int) (((second >>> 32) * slots) >>> 32) * INTS;
  }

  /** Forgets every key. */
  public void clear() {
    Arrays.fill(table, 0);
    keys = 0;
  }

  /** How many keys it holds. */
  public int keys() {
    return keys;
  }

  /** How many keys it has room for. */
  public int maxKeys() {
    return maxKeys;
  }

  /** Memory of the table in bytes. */
  public long sizeInBytes() {
    return (long) table.length * Integer.BYTES;
  }
}
