// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Takes keys out of blocks that a map does not hold, with a {@link KeyFilter}, as long as that
 * pays: where the map holds most of what is looked for, a filter is asked for nothing. It is not
 * even made before some were looked for without it, and whether it is asked is decided anew after
 * every so many.
 *
 * <p>Memory: that of the filter, once it is made. Several workers may use it at the same time, if
 * nothing is put into the map meanwhile.
 */
final class Sieve {

  /** How many are looked for between two decisions. */
  static final int SAMPLE = 1 << 16;

  /** For so many keys of the map one is looked for before a filter is made of them. */
  private static final int KEYS_A_LOOK = 8;

  /** At least one of so many is to be turned away. */
  private static final int PAYS_ONE_OF = 5;

  private static final long LOW_HALF = 0xffffffffL;

  private final KeyMap map;

  /** How many were looked for since the last decision, and, in the low half, were not found. */
  private final AtomicLong sample = new AtomicLong();

  private volatile KeyFilter filter;
  private volatile boolean asks;

  /**
   * @param map that keys are put into until the first are looked for
   */
  Sieve(KeyMap map) {
    this.map = map;
  }

  /** Takes keys out of a block that the map does not hold: most of them, or none. */
  void sift(KeyBlock block) {
    if (asks) {
      filter.sift(block);
    }
  }

  /**
   * Says what came of a block's keys.
   *
   * @param lookedFor how many there were before they were sifted
   * @param found how many of them the map holds
   */
  void found(int lookedFor, int found) {
    if (!KeyFilter.pays(map.keys())) {
      return;
    }
    long now = sample.addAndGet(((long) lookedFor << Integer.SIZE) + lookedFor - found);
    long seen = now >>> Integer.SIZE;
    long enough = filter == null ? map.keys() / KEYS_A_LOOK : SAMPLE;
    if (seen >= enough && sample.compareAndSet(now, 0)) {
      decide((now & LOW_HALF) * PAYS_ONE_OF >= seen);
    }
  }

  private synchronized void decide(boolean pays) {
    if (pays && filter == null) {
      filter = KeyFilter.of(map);
    }
    asks = pays;
  }

  /** Memory of the filter in bytes; 0 if none was made. */
  long sizeInBytes() {
    KeyFilter made = filter;
    return made == null ? 0 : made.sizeInBytes();
  }
}
