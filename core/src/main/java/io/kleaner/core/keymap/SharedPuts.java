// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.StampedLock;

/**
 * Lets several workers put into one map at the same time.
 *
 * <p>As long as the map is young each puts into a young table of its own: of few keys that come
 * again and again, workers would else pass the same lines of the cache to and fro. Once one of
 * these is full the map grows, takes over what all of them hold, and is shared from then on. The
 * order of puts is nothing to a map, so what comes of it is the same.
 *
 * <p>Thread-safe, but blocks are given back in turn once all is put; a block is its worker's. An
 * {@link IOException} leaves it useless.
 */
final class SharedPuts {

  private final KeyMap map;

  /**
   * Who puts holds it for reading. It is held for writing to let the map grow, and to close it to
   * new keys: from then on nobody puts a key into the map that someone else has spilled.
   */
  private final StampedLock lock = new StampedLock();

  /** Blocks whose workers have a table of their own; guarded by itself. */
  private final List<KeyBlock> owners = new ArrayList<>();

  private final Bits removed;
  private final int workers;
  private boolean closed;

  /**
   * @param map empty
   * @param removed gets what workers found to be superseded once they give their blocks back
   * @param workers how many there will be, at most
   */
  SharedPuts(KeyMap map, Bits removed, int workers) {
    this.map = map;
    this.removed = removed;
    this.workers = workers;
    map.shareAmong(workers);
  }

  /**
   * Puts a worker's keys.
   *
   * @param block its {@link KeyBlock#homeless} tells which of them found no room
   * @return how many records were found to be superseded, and how many keys found no room
   */
  Outcome put(KeyBlock block) throws IOException {
    if (block.lost == null) {
      block.lost = removed.ofWorker();
    }
    Outcome outcome = new Outcome();
    int next = 0;
    while (next < block.size) {
      boolean young;
      long stamp = lock.readLock();
      try {
        young = map.isYoung();
        next = young ? putOwn(block, next, outcome) : putShared(block, next, outcome);
      } finally {
        lock.unlockRead(stamp);
      }
      if (next < block.size) {
        outcome.lost += growOrClose(young);
      }
    }
    return outcome;
  }

  /** What became of a block. */
  static final class Outcome {
    int lost;
    int homeless;
  }

  /**
   * @return the first key that finds no room, or the block's size
   */
  private int putOwn(KeyBlock block, int from, Outcome outcome) throws IOException {
    if (block.own == null) {
      block.own = map.ofWorker(workers);
      synchronized (owners) {
        owners.add(block);
      }
    }
    block.own.readAhead(block);
    for (int i = from; i < block.size; i++) {
      long loser =
          block.own.putAt(block.homes[i], block.first[i], block.second[i], block.ordinals[i]);
      if (loser == KeyMap.FULL) {
        return i;
      }
      if (loser >= 0) {
        block.lost.set(loser);
        outcome.lost++;
      }
    }
    return block.size;
  }

  /**
   * @return the first key that finds no room in a map that is not closed yet, or the block's size
   */
  private int putShared(KeyBlock block, int from, Outcome outcome) throws IOException {
    map.readAhead(block);
    for (int i = from; i < block.size; i++) {
      long loser = map.putShared(block, i, closed);
      if (loser >= 0) {
        block.lost.set(loser);
        outcome.lost++;
      } else if (loser == KeyMap.FULL) {
        if (!closed) {
          return i;
        }
        block.homeless[outcome.homeless++] = i;
      }
    }
    return block.size;
  }

  /**
   * Nobody puts meanwhile.
   *
   * @param young whether the map was when a table was found to be full; another worker may have met
   *     the same, and let it grow already
   * @return how many records were found to be superseded
   */
  private int growOrClose(boolean young) throws IOException {
    long stamp = lock.writeLock();
    try {
      if (!young) {
        closed = true;
        return 0;
      }
      if (map.isYoung()) {
        map.grow();
      }
      return takeOverAll();
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /**
   * A worker has put its last block.
   *
   * @return how many records were found to be superseded
   */
  int giveBack(KeyBlock block) throws IOException {
    int lost = 0;
    long stamp = lock.writeLock();
    try {
      if (block.own != null) {
        lost = takeOver(block);
        synchronized (owners) {
          owners.remove(block);
        }
        if (!map.isYoung()) {
          // It had no room for what both of them hold.
          lost += takeOverAll();
        }
      }
      map.giveBack(block);
    } finally {
      lock.unlockWrite(stamp);
    }
    if (block.lost != null) {
      removed.unite(block.lost);
    }
    return lost;
  }

  private int takeOverAll() throws IOException {
    int lost = 0;
    synchronized (owners) {
      for (KeyBlock each : owners) {
        lost += takeOver(each);
      }
      owners.clear();
    }
    return lost;
  }

  private int takeOver(KeyBlock block) throws IOException {
    int lost = map.takeOver(block.own, block.lost);
    block.own = null;
    return lost;
  }
}
