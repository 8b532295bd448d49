// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What the first pass counted. Mutable while it runs, owned by its worker. */
final class ScanCounts {

  private static final int FIRST_UNKEYED = 10;

  long batches;
  long controlBatches;
  long records;
  long aborted;
  long superseded;

  /** Tombstones that are due, of which some may be superseded besides. */
  long dueTombstones;

  long expiredTombstones;
  long unkeyed;

  /** Base offsets of segments with an offset too far above it for an index (KAFKA-6264). */
  final Set<Long> overflowing = new TreeSet<>();

  private final TreeSet<Long> firstUnkeyedOffsets = new TreeSet<>();

  void unkeyed(long offset) {
    unkeyed++;
    if (firstUnkeyedOffsets.size() < FIRST_UNKEYED) {
      firstUnkeyedOffsets.add(offset);
    } else if (offset < firstUnkeyedOffsets.last()) {
      firstUnkeyedOffsets.pollLast();
      firstUnkeyedOffsets.add(offset);
    }
  }

  /** Adds what another lane found. */
  void add(ScanCounts other) {
    batches += other.batches;
    controlBatches += other.controlBatches;
    records += other.records;
    aborted += other.aborted;
    superseded += other.superseded;
    dueTombstones += other.dueTombstones;
    expiredTombstones += other.expiredTombstones;
    long all = unkeyed + other.unkeyed;
    other.firstUnkeyedOffsets.forEach(this::unkeyed);
    unkeyed = all;
    overflowing.addAll(other.overflowing);
  }

  /** Lowest offsets of records without a key, ten at most. */
  List<Long> firstUnkeyedOffsets() {
    return List.copyOf(firstUnkeyedOffsets);
  }
}
