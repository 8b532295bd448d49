// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.io.IOException;

/**
 * Finds which records are superseded, whatever the number of keys and the memory at hand.
 *
 * <p>First every record of the dirty range is {@link #put}, in offset order; then every record of
 * the clean range is {@link #probe}d; then {@link #finish} settles what was spilled. A record that
 * a newer one supersedes gets its bit set in {@link #removed()}. A probed record loses only to a
 * put one, never to another probed one.
 *
 * <p>The map keeps the keys it met first. Once it is full, a record whose key is not in it goes to
 * a {@link Spill} on disk, partitioned by hash; each partition is settled with the same map later,
 * so the log itself is read once and rewritten once under any budget.
 *
 * <p>Not thread-safe; owned by one worker. An {@link IOException} leaves it useless; {@link #close}
 * removes its files.
 */
public final class KeyIndex implements AutoCloseable {

  private final KeyMap map;
  private final Bits removed;
  private final SpillSpace space;
  private Spill spill;
  private long superseded;
  private long alreadyRemoved;
  private boolean probing;

  /**
   * @param map empty; this index uses and clears it
   * @param removed gets a bit for every superseded ordinal
   * @param space where keys go that the map has no room for
   */
  public KeyIndex(KeyMap map, Bits removed, SpillSpace space) {
    this.map = map;
    this.removed = removed;
    this.space = space;
  }

  /** A record of the dirty range; ordinals ascend. */
  public void put(long first, long second, long ordinal) throws IOException {
    long previous = map.put(first, second, ordinal);
    if (previous >= 0) {
      lose(previous);
    } else if (previous == KeyMap.FULL) {
      spill().add(first, second, ordinal);
    }
  }

  /** A record of the clean range, after the last put. */
  public void probe(long first, long second, long ordinal) throws IOException {
    if (!probing) {
      probing = true;
      if (spill != null) {
        spill.beginProbes();
      }
    }
    if (map.get(first, second) != KeyMap.ABSENT) {
      lose(ordinal);
    } else if (spill != null) {
      spill.add(first, second, ordinal);
    }
  }

  /** Reads the slot of a key ahead of its {@link #put} or {@link #probe}. */
  public int touch(long second) {
    return map.touch(second);
  }

  /** Settles what was spilled; nothing may be put or probed afterwards. */
  public void finish() throws IOException {
    if (spill != null) {
      settle(spill);
      spill = null;
    }
  }

  private void settle(Spill parent) throws IOException {
    for (int partition = 0; partition < parent.partitions(); partition++) {
      map.clear();
      Spill child = null;
      try (Spill.Reader reader = parent.read(partition)) {
        boolean probes = false;
        while (reader.next()) {
          if (reader.isProbe()) {
            if (!probes && child != null) {
              child.beginProbes();
            }
            probes = true;
            if (map.get(reader.first(), reader.second()) != KeyMap.ABSENT) {
              lose(reader.ordinal());
            } else if (child != null) {
              child.add(reader.first(), reader.second(), reader.ordinal());
            }
          } else {
            long previous = map.put(reader.first(), reader.second(), reader.ordinal());
            if (previous >= 0) {
              lose(previous);
            } else if (previous == KeyMap.FULL) {
              if (child == null) {
                child = space.open(parent.level() + 1);
              }
              child.add(reader.first(), reader.second(), reader.ordinal());
            }
          }
        }
        if (child != null) {
          settle(child);
        }
      } finally {
        if (child != null) {
          child.close();
        }
      }
    }
    parent.close();
  }

  private Spill spill() throws IOException {
    if (spill == null) {
      spill = space.open(0);
    }
    return spill;
  }

  private void lose(long ordinal) {
    superseded++;
    if (!removed.set(ordinal)) {
      alreadyRemoved++;
    }
  }

  /** Records that do not survive. */
  public Bits removed() {
    return removed;
  }

  /** How many records were superseded. */
  public long superseded() {
    return superseded;
  }

  /** How many of the superseded had their bit set before, for another reason. */
  public long alreadyRemoved() {
    return alreadyRemoved;
  }

  /** Whether the map ran out of room. */
  public boolean hasSpilled() {
    return space.spilledBytes() > 0;
  }

  /** Keys in the map; all of them as long as nothing was spilled. */
  public int keysInMemory() {
    return map.keys();
  }

  @Override
  public void close() throws IOException {
    if (spill != null) {
      spill.close();
      spill = null;
    }
  }
}
