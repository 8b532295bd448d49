// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

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
 * <p>Several workers may put blocks at the same time if the index is made for them, and then, after
 * {@link #beginProbes}, probe them; everything else is one worker's alone. An {@link IOException}
 * leaves it useless; {@link #close} removes its files.
 */
public final class KeyIndex implements AutoCloseable {

  /** Of a budget one part of so many has room for two bytes a key: the map takes fifteen. */
  private static final int BESIDE_MAP = 8;

  private final KeyMap map;
  private final Bits removed;
  private final SpillSpace space;
  private final Optional<SharedPuts> shared;
  private final LongAdder superseded = new LongAdder();
  private long keysBefore;
  private boolean probing;
  private final Sieve sieve;

  /** Of a map that takes no new key any more, if it pays; until what was spilled is settled. */
  private volatile Optional<KeyFilter> ofFull = Optional.empty();

  private volatile boolean full;
  private long ofFullBytes;

  private Spill spill;
  private boolean spilled;

  /**
   * An index that one worker uses.
   *
   * @param map empty; this index uses and clears it
   * @param removed gets a bit for every superseded ordinal
   * @param space where keys go that the map has no room for
   */
  public KeyIndex(KeyMap map, Bits removed, SpillSpace space) {
    this(map, removed, space, 1);
  }

  /**
   * @param workers how many put and probe blocks at the same time
   */
  public KeyIndex(KeyMap map, Bits removed, SpillSpace space, int workers) {
    this.map = map;
    this.removed = removed;
    this.space = space;
    this.shared =
        workers > 1 ? Optional.of(new SharedPuts(map, removed, workers)) : Optional.empty();
    this.sieve = new Sieve(map);
  }

  /** A record of the dirty range. */
  public void put(long first, long second, long ordinal) throws IOException {
    long loser = map.put(first, second, ordinal);
    if (loser >= 0) {
      removed.set(loser);
      superseded.increment();
    } else if (loser == KeyMap.FULL) {
      spill().add(first, second, ordinal);
    }
  }

  /** A record of the clean range, after the last put. */
  public void probe(long first, long second, long ordinal) throws IOException {
    if (!probing) {
      beginProbes();
    }
    if (map.get(first, second) != KeyMap.ABSENT) {
      removed.set(ordinal);
      superseded.increment();
    } else if (spill != null) {
      spill.add(first, second, ordinal);
    }
  }

  /** Records of the dirty range; the block is empty afterwards. */
  public void put(KeyBlock block) throws IOException {
    spillAway(block);
    if (shared.isPresent()) {
      putShared(shared.get(), block);
    } else {
      putAlone(block);
    }
    block.size = 0;
  }

  private void putAlone(KeyBlock block) throws IOException {
    map.readAhead(block);
    int lost = 0;
    int homeless = 0;
    int i = 0;
    while (i < block.size) {
      long loser = map.putAt(block.homes[i], block.first[i], block.second[i], block.ordinals[i]);
      if (loser == KeyMap.FULL && map.isYoung()) {
        map.grow();
        map.readAhead(block);
        continue;
      }
      if (loser >= 0) {
        removed.set(loser);
        lost++;
      } else if (loser == KeyMap.FULL) {
        block.homeless[homeless++] = i;
      }
      i++;
    }
    superseded.add(lost);
    spill(block, homeless);
    if (homeless > 0) {
      takesNoMore();
    }
  }

  private void putShared(SharedPuts others, KeyBlock block) throws IOException {
    SharedPuts.Outcome outcome = others.put(block);
    superseded.add(outcome.lost);
    if (outcome.homeless > 0) {
      synchronized (this) {
        spill(block, outcome.homeless);
      }
      takesNoMore();
    }
  }

  /** The map is full: what it does not hold by now, it never will. */
  private void takesNoMore() {
    if (!full) {
      synchronized (this) {
        if (!full) {
          ofFull = KeyFilter.ofFull(map, space.besideBuffersBytes(KeyFilter.MOST_BYTES));
          ofFullBytes = ofFull.map(KeyFilter::sizeInBytes).orElse(0L);
          full = true;
        }
      }
    }
  }

  /** Spills the keys that a full map does not hold without looking for them in it. */
  private void spillAway(KeyBlock block) throws IOException {
    Optional<KeyFilter> filter = ofFull;
    if (filter.isPresent()) {
      int away = filter.get().away(block);
      synchronized (this) {
        spill(block, away);
      }
      filter.get().sift(block);
    }
  }

  private void spill(KeyBlock block, int homeless) throws IOException {
    for (int j = 0; j < homeless; j++) {
      int i = block.homeless[j];
      spill().add(block.first[i], block.second[i], block.ordinals[i]);
    }
  }

  /** Every record of the dirty range was put, and every worker gave its block back. */
  public void beginProbes() throws IOException {
    probing = true;
    if (spill != null) {
      spill.beginProbes();
    }
  }

  /** Records of the clean range, after {@link #beginProbes}; the block is empty afterwards. */
  public void probe(KeyBlock block) throws IOException {
    // What is not in the map has to be met again where something was spilled.
    boolean sifts = spill == null;
    int asked = block.size;
    if (sifts) {
      sieve.sift(block);
    } else {
      spillAway(block);
    }
    map.readAhead(block);
    int lost = 0;
    int homeless = 0;
    for (int i = 0; i < block.size; i++) {
      if (map.getAt(block.homes[i], block.first[i]) == KeyMap.ABSENT) {
        block.homeless[homeless++] = i;
      } else if (shared.isPresent()) {
        removed.setShared(block.ordinals[i]);
        lost++;
      } else {
        removed.set(block.ordinals[i]);
        lost++;
      }
    }
    superseded.add(lost);
    if (sifts) {
      sieve.found(asked, lost);
    } else {
      synchronized (this) {
        spill(block, homeless);
      }
    }
    block.size = 0;
  }

  /** A worker has put its last block. */
  public void giveBack(KeyBlock block) throws IOException {
    if (shared.isPresent()) {
      superseded.add(shared.get().giveBack(block));
    }
  }

  /** Settles what was spilled; nothing may be put or probed afterwards. */
  public void finish() throws IOException {
    ofFull = Optional.empty();
    if (spill != null) {
      keysBefore = new Settling(map, space, this::lose).settle(spill);
      spill = null;
    }
  }

  private Spill spill() {
    if (spill == null) {
      spill = space.open(0);
      spilled = true;
    }
    return spill;
  }

  private void lose(long ordinal) throws IOException {
    removed.set(ordinal);
    superseded.increment();
  }

  /**
   * What of a budget is left for the map. The rest is for the buffers of what is spilled, with a
   * filter of a full map's keys where they leave room for one, or for the filter of the keys of one
   * that is not full.
   *
   * @param budgetBytes in all, a mebibyte or more
   */
  public static long mapBudgetBytes(long budgetBytes) {
    long beside = besideMapBytes(budgetBytes);
    long filterBytes = Math.min(beside, KeyFilter.MOST_BYTES);
    return budgetBytes - Math.max(SpillSpace.bufferBytesOf(beside), filterBytes);
  }

  /** What of a budget the buffers of what is spilled may take, in bytes. */
  public static long besideMapBytes(long budgetBytes) {
    return budgetBytes / BESIDE_MAP;
  }

  /** Records that do not survive. */
  public Bits removed() {
    return removed;
  }

  /** How many records were superseded. */
  public long superseded() {
    return superseded.sum();
  }

  /** Whether the map ran out of room. */
  public boolean hasSpilled() {
    return spilled;
  }

  /** Memory of the filter of the map's keys, in bytes; 0 if none was made. */
  public long filterBytes() {
    return sieve.sizeInBytes() + ofFullBytes;
  }

  /** Keys that were put, wherever they found room. */
  public long keys() {
    return keysBefore + map.keys();
  }

  @Override
  public void close() throws IOException {
    if (spill != null) {
      spill.close();
      spill = null;
    }
  }
}
