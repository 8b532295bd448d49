// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many new keys workers may put into a shared map: each takes some at a time, so that they do
 * not ask for every key. Thread-safe; a block is its worker's.
 */
final class Allowances {

  private static final int AT_A_TIME = 256;

  /** Keys that the map holds, and those that workers may still put. */
  private final AtomicInteger promised = new AtomicInteger();

  /** So many are in the map, and no worker has an allowance. */
  void reset(int keys) {
    promised.set(keys);
  }

  /**
   * Whether a worker may put a new key.
   *
   * @param room how many keys the map has room for
   */
  boolean mayClaim(KeyBlock block, int room) {
    if (block.allowance > 0) {
      return true;
    }
    int before = promised.getAndAdd(AT_A_TIME);
    int granted = Math.min(AT_A_TIME, room - before);
    if (granted <= 0) {
      promised.getAndAdd(-AT_A_TIME);
      return false;
    }
    promised.getAndAdd(granted - AT_A_TIME);
    block.allowance = granted;
    return true;
  }

  /**
   * A worker puts no more.
   *
   * @return how many keys the map holds, and others may still put
   */
  int giveBack(KeyBlock block) {
    int keys = promised.addAndGet(-block.allowance);
    block.allowance = 0;
    return keys;
  }
}
