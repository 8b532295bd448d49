// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Maps a key's hash to the ordinal of the newest record that has the key: open addressing with
 * linear probing over one array of primitives.
 *
 * <p>A slot is twelve bytes: 64 bits of the hash, of which neither half is 0, and the ordinal plus
 * one. A slot whose first half is 0 is empty. The slot's position comes from the hash's other 64
 * bits, so that a false match needs equal stored bits and the same run of slots; {@code
 * docs/decisions} has the odds. At the highest load, 0.8, a key takes 15 bytes.
 *
 * <pre>
 *  int 3s            int 3s+1           int 3s+2
 *  +-----------------+------------------+-------------+
 *  |hash bits 0..31  |hash bits 32..63  |ordinal + 1  |
 *  +-----------------+------------------+-------------+
 * </pre>
 *
 * <p>How many keys there will be is not known beforehand, and where few come again and again, a
 * small table stays in the processor's cache. So it begins with a young one, of slots of sixteen
 * bytes that end with what a slot's position comes from. When that is full, it {@link #grow}s to
 * the whole table, once.
 *
 * <p>Several workers may {@link #putShared} at the same time, but for growing. Once all of them are
 * done they may {@link #get}, and one of them {@link #forEachStored} meanwhile; everything else is
 * one worker's alone.
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

  private static final VarHandle INT = MethodHandles.arrayElementVarHandle(int[].class);
  private static final int INTS = 3;
  private static final int YOUNG_INTS = 4;

  /** Of a slot that can be moved to a larger table: the half of the hash that says where to. */
  private static final int POSITION = 3;

  private static final int MAX_SLOTS = (Integer.MAX_VALUE - 8) / INTS;
  private static final int MIN_SLOTS = 16;

  /** Slots a key in a part of the table. */
  private static final int SPARE = 2;

  private static final long UNSIGNED = 0xffffffffL;

  /** Slots of the whole table. */
  private final int wholeSlots;

  private int[] table;

  /** Of each slot. */
  private int ints;

  /** Slots in use, from the first on, and the index where they end. */
  private int slots;

  private int end;

  /** Keys that the slots in use have room for. */
  private int room;

  private int keys;
  private final Allowances allowances = new Allowances();

  private KeyMap(int wholeSlots, int tables) {
    this.wholeSlots = wholeSlots;
    begin(tables);
  }

  /**
   * @param tables how many young ones there are at the same time
   */
  private void begin(int tables) {
    int youngBytes = YoungSize.bytes((long) wholeSlots * SLOT_BYTES, tables);
    if (youngBytes == 0) {
      make(wholeSlots, INTS);
    } else {
      make(youngBytes / (YOUNG_INTS * Integer.BYTES), YOUNG_INTS);
    }
  }

  private void make(int count, int intsOfSlot) {
    // First: if there is no memory for it, all is as it was.
    table = new int[count * intsOfSlot];
    ints = intsOfSlot;
    use(count);
  }

  private void use(int count) {
    slots = count;
    end = count * ints;
    room = (int) (count * MAX_LOAD);
  }

  /** Whether it can {@link #grow}. */
  boolean isYoung() {
    return ints == YOUNG_INTS;
  }

  /** Takes less while it is empty and young, since so many workers get one of the same size. */
  void shareAmong(int workers) {
    if (isYoung()) {
      begin(workers + 1);
    }
  }

  /** Such a worker's, which never grows. */
  KeyMap ofWorker(int workers) {
    return new KeyMap(wholeSlots, workers + 1);
  }

  /**
   * Puts what a young map holds; nobody else is at either, and no allowance is out. There is room
   * for it, since this one grows.
   *
   * @param losers gets a bit for each record that is superseded
   * @return how many
   */
  int takeOver(KeyMap young, Bits losers) throws IOException {
    int lost = 0;
    for (int i = 0; i < young.end; i += young.ints) {
      if (young.table[i] != 0) {
        long first = (young.table[i] & UNSIGNED) | ((long) young.table[i + 1] << Integer.SIZE);
        long second = (long) young.table[i + POSITION] << Integer.SIZE;
        long loser = put(first, second, (young.table[i + 2] & UNSIGNED) - 1);
        if (loser >= 0) {
          losers.set(loser);
          lost++;
        }
      }
    }
    allowances.reset(keys);
    return lost;
  }

  /** Makes room for all keys of a young map. What {@link #readAhead} found holds no longer. */
  void grow() {
    int[] young = table;
    make(wholeSlots, INTS);
    // In the order of their slots, and so into slots that ascend.
    for (int i = 0; i < young.length; i += YOUNG_INTS) {
      if (young[i] != 0) {
        move(young, i);
      }
    }
  }

  private void move(int[] from, int index) {
    int i = home(from[index + POSITION] & UNSIGNED);
    while (table[i] != 0) {
      i = next(i);
    }
    System.arraycopy(from, index, table, i, ints);
  }

  private int next(int index) {
    int next = index + ints;
    return next == end ? 0 : next;
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
    return new KeyMap((int) slots, 1);
  }

  /**
   * Notes that a record has a key.
   *
   * @param ordinal 0 to 2^32-2, of the record
   * @return the ordinal of the older record that is superseded, be it this one or the one that was
   *     the newest until now; {@link #ABSENT} if there is none, or {@link #FULL}
   */
  public long put(long first, long second, long ordinal) {
    long loser = putAt(home(second >>> Integer.SIZE), first, second, ordinal);
    if (loser == FULL && isYoung()) {
      grow();
      loser = putAt(home(second >>> Integer.SIZE), first, second, ordinal);
    }
    return loser;
  }

  /** The same, for a slot that {@link #readAhead} found, and without growing. */
  long putAt(int home, long first, long second, long ordinal) {
    int low = notZero((int) first);
    int high = notZero((int) (first >>> 32));
    int value = (int) (ordinal + 1);
    int i = home;
    while (true) {
      int stored = table[i];
      if (stored == low && table[i + 1] == high) {
        int old = table[i + 2];
        if (Integer.compareUnsigned(old, value) > 0) {
          return ordinal;
        }
        table[i + 2] = value;
        return (old & UNSIGNED) - 1;
      }
      if (stored == 0) {
        if (keys == room) {
          return FULL;
        }
        keys++;
        table[i] = low;
        table[i + 1] = high;
        table[i + 2] = value;
        if (isYoung()) {
          table[i + POSITION] = (int) (second >>> Integer.SIZE);
        }
        return ABSENT;
      }
      i = next(i);
    }
  }

  /**
   * The same while other workers put too. Who claims an empty slot does so by its first half, and
   * then writes the second, for which others wait.
   *
   * <p>The map is not young.
   *
   * @param block of this worker, which holds what it may still claim
   * @param which of its keys
   * @param closed whether no key may be new any more
   */
  long putShared(KeyBlock block, int which, boolean closed) {
    long first = block.first[which];
    long ordinal = block.ordinals[which];
    int low = notZero((int) first);
    int high = notZero((int) (first >>> 32));
    int i = block.homes[which];
    while (true) {
      int stored = (int) INT.getOpaque(table, i);
      if (stored == 0) {
        if (closed || !allowances.mayClaim(block, room)) {
          return FULL;
        }
        stored = (int) INT.compareAndExchange(table, i, 0, low);
        if (stored == 0) {
          block.allowance--;
          INT.setRelease(table, i + 1, high);
          return raise(i + 2, ordinal);
        }
      }
      if (stored == low && secondHalf(i + 1) == high) {
        return raise(i + 2, ordinal);
      }
      i = next(i);
    }
  }

  private int secondHalf(int index) {
    int half = (int) INT.getAcquire(table, index);
    while (half == 0) {
      Thread.onSpinWait();
      half = (int) INT.getAcquire(table, index);
    }
    return half;
  }

  private long raise(int index, long ordinal) {
    int value = (int) (ordinal + 1);
    int old = (int) INT.getOpaque(table, index);
    while (Integer.compareUnsigned(old, value) < 0) {
      int met = (int) INT.compareAndExchange(table, index, old, value);
      if (met == old) {
        return (old & UNSIGNED) - 1;
      }
      old = met;
    }
    return ordinal;
  }

  /** Counts what a worker put: it is done with {@link #putShared}. */
  void giveBack(KeyBlock block) {
    keys = allowances.giveBack(block);
  }

  /** The newest ordinal of a key, or {@link #ABSENT}. */
  public long get(long first, long second) {
    return getAt(home(second >>> Integer.SIZE), first);
  }

  /** The same, for a slot that {@link #readAhead} found. */
  long getAt(int home, long first) {
    int low = notZero((int) first);
    int high = notZero((int) (first >>> 32));
    int i = home;
    while (true) {
      int stored = table[i];
      if (stored == low && table[i + 1] == high) {
        return (table[i + 2] & UNSIGNED) - 1;
      }
      if (stored == 0) {
        return ABSENT;
      }
      i = next(i);
    }
  }

  /**
   * Finds the slots where keys belong, and reads them, to have them in the cache when asked for.
   */
  void readAhead(KeyBlock block) {
    int seen = 0;
    for (int i = 0; i < block.size; i++) {
      int home = home(block.second[i] >>> Integer.SIZE);
      block.homes[i] = home;
      // A slot may lie in two lines of the cache.
      seen += table[home] + table[home + 2];
    }
    block.seen = seen;
  }

  /**
   * @param position half of the hash, as an unsigned number
   */
  private int home(long position) {
    return (int) ((position * slots) >>> Integer.SIZE) * ints;
  }

  /** Tells the 64 bits of every key's hash that the map holds, in no order. */
  void forEachStored(LongConsumer told) {
    for (int i = 0; i < end; i += ints) {
      if (table[i] != 0) {
        told.accept((table[i] & UNSIGNED) | ((long) table[i + 1] << 32));
      }
    }
  }

  /** What the map holds of a key's hash. */
  static long stored(long first) {
    return (notZero((int) first) & UNSIGNED) | ((long) notZero((int) (first >>> 32)) << 32);
  }

  private static int notZero(int half) {
    return half == 0 ? 1 : half;
  }

  /**
   * Forgets every key, and has room for so many, or for as many as the table has room for. Of a
   * table that is far larger only as much is used, and cleared, as makes few keys meet: a small
   * part stays in the processor's cache.
   */
  public void clear(long forKeys) {
    if (isYoung()) {
      make(wholeSlots, INTS);
    }
    long wanted = Math.min(forKeys, 1L << 40) * SPARE;
    use((int) Math.max(MIN_SLOTS, Math.min(wanted, wholeSlots)));
    Arrays.fill(table, 0, end, 0);
    keys = 0;
    allowances.reset(0);
  }

  /** How many keys it holds. */
  public int keys() {
    return keys;
  }

  /** How many keys it has room for, or will have when it has grown. */
  public int maxKeys() {
    return isYoung() ? (int) (wholeSlots * MAX_LOAD) : room;
  }

  /** Memory of the table in bytes, as it is now. */
  public long sizeInBytes() {
    return (long) table.length * Integer.BYTES;
  }
}
