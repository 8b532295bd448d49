// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import java.util.ArrayList;
import java.util.List;

/** What the first pass counted. Mutable while it runs, owned by its worker. */
final class ScanCounts {

  private static final int FIRST_UNKEYED = 10;

  long batches;
  long controlBatches;
  long records;
  long aborted;
  long superseded;
  long expiredTombstones;
  long unkeyed;

  /** Keeps the reads that warm the cache from being optimised away; means nothing. */
  int touched;

  private final List<Long> firstUnkeyedOffsets = new ArrayList<>();

  void unkeyed(long offset) {
    unkeyed++;
    if (firstUnkeyedOffsets.size() < FIRST_UNKEYED) {
      firstUnkeyedOffsets.add(offset);
    }
  }

  /** Offsets of the first records without a key, ten at most. */
  List<Long> firstUnkeyedOffsets() {
    return List.copyOf(firstUnkeyedOffsets);
  }
}
