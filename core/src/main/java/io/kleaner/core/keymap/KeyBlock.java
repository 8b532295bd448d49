// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.nio.ByteBuffer;

/**
 * Hashed keys of some records, gathered so that the cache misses of their slots overlap: all slots
 * are read ahead before the first one is used.
 *
 * <p>Memory: 18 KiB. Where several workers share a map, so that they do not fight for the same
 * lines of the cache, also one bit a record, as far as the {@link BitSpace} has room, and a {@link
 * SharedPuts young table}. Not thread-safe; owned by one worker and reused.
 */
public final class KeyBlock {

  /** How many keys it holds. */
  public static final int CAPACITY = 512;

  final long[] first = new long[CAPACITY];
  final long[] second = new long[CAPACITY];
  final long[] ordinals = new long[CAPACITY];
  final int[] homes = new int[CAPACITY];

  /** Which keys found no room. */
  final int[] homeless = new int[CAPACITY];

  int size;

  /**
   * Ordinals that its worker found to be superseded in a shared map, until it gives it back; null
   * before the first.
   */
  Bits lost;

  /** Its worker's own table, while a shared map is young; null if it has none. */
  KeyMap own;

  /** How many new keys its worker may still put into a shared map without asking. */
  int allowance;

  /** Whatever the slots held when they were read ahead: it keeps the reads alive. */
  int seen;

  private final KeyHash hash;

  /**
   * @param hash owned by the same worker
   */
  public KeyBlock(KeyHash hash) {
    this.hash = hash;
  }

  /** Whether so many more keys fit. */
  public boolean hasRoomFor(int keys) {
    return size + keys <= CAPACITY;
  }

  /** Adds the key of one record. */
  public void add(ByteBuffer buffer, int position, int length, long ordinal) {
    hash.hash(buffer, position, length);
    first[size] = hash.first();
    second[size] = hash.second();
    ordinals[size++] = ordinal;
  }

  /**
   * Adds the keys of records in a row.
   *
   * @param positions index of each key's first byte
   * @param lengths of each key in bytes, 0 or more
   * @param firstOrdinal of the first record; the others follow
   */
  public void add(ByteBuffer buffer, int[] positions, int[] lengths, int count, long firstOrdinal) {
    int at = size;
    for (int i = 0; i < count; i++) {
      hash.hash(buffer, positions[i], lengths[i]);
      first[at + i] = hash.first();
      second[at + i] = hash.second();
      ordinals[at + i] = firstOrdinal + i;
    }
    size = at + count;
  }
}
