// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.io.IOException;

/**
 * Settles what was spilled, partition after partition, with the map that had no room for it; what
 * of a partition finds none again goes to a spill of the next level.
 *
 * <p>Not thread-safe; used once.
 */
final class Settling {

  private final KeyMap map;
  private final SpillSpace space;
  private final Losers losers;
  private long keysBefore;

  /** Is told of each record that a newer one supersedes. */
  @FunctionalInterface
  interface Losers {
    void lose(long ordinal) throws IOException;
  }

  /**
   * @param map is cleared for each partition
   * @param space where the next level goes
   */
  Settling(KeyMap map, SpillSpace space, Losers losers) {
    this.map = map;
    this.space = space;
    this.losers = losers;
  }

  /**
   * Settles a spill and all below it.
   *
   * @return how many keys the map held that it holds no more
   */
  long settle(Spill spill) throws IOException {
    settleAll(spill);
    return keysBefore;
  }

  private void settleAll(Spill parent) throws IOException {
    parent.end();
    for (int partition = 0; partition < parent.partitions(); partition++) {
      keysBefore += map.keys();
      map.clear(parent.puts(partition));
      Spill child = null;
      try {
        try (Spill.Reader reader = parent.read(partition)) {
          boolean probes = false;
          while (reader.next()) {
            if (reader.isProbe()) {
              if (!probes && child != null) {
                child.beginProbes();
              }
              probes = true;
              if (map.get(reader.first(), reader.second()) != KeyMap.ABSENT) {
                losers.lose(reader.ordinal());
              } else if (child != null) {
                child.add(reader.first(), reader.second(), reader.ordinal());
              }
            } else {
              long previous = map.put(reader.first(), reader.second(), reader.ordinal());
              if (previous >= 0) {
                losers.lose(previous);
              } else if (previous == KeyMap.FULL) {
                if (child == null) {
                  child = space.open(parent.level() + 1);
                }
                child.add(reader.first(), reader.second(), reader.ordinal());
              }
            }
          }
        }
        // Nothing of this level is in memory while the next one is settled.
        if (child != null) {
          settleAll(child);
        }
      } finally {
        if (child != null) {
          child.close();
        }
      }
    }
    parent.close();
  }
}
