// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.keymap.Bits;
import io.kleaner.core.segment.Segment;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Parts of the log that the second pass need not read: each is what one chunk of the first pass
 * held, and of its batches nothing stays if every record is removed. Where few keys are written
 * often, as in {@code __consumer_offsets}, that may be nearly all of the log.
 *
 * <p>Memory: some hundred bytes for each chunk remembered, of which there is a bound. Not
 * thread-safe; filled and asked under the feed's lock.
 */
final class Stretches {

  /** With chunks of 512 KiB, 32 GiB of log; what there is beyond is read. */
  private static final int MOST = 1 << 16;

  private final Bits removed;
  private final Map<Long, NavigableMap<Long, Stretch>> byBaseOffset = new HashMap<>();
  private int size;

  /**
   * @param removed a bit for each record that does not survive
   */
  Stretches(Bits removed) {
    this.removed = removed;
  }

  /**
   * A part of a segment, all of it data batches that are dropped with their last record.
   *
   * @param from position of the first byte in the segment's file
   * @param to position after the last byte
   * @param lastOffset of the last batch
   * @param firstRecord number of the first record
   * @param records how many records there are
   * @param batches how many batches there are
   */
  record Stretch(
      long from, long to, long lastOffset, long firstRecord, long records, int batches) {}

  /**
   * Remembers a part of a segment. Its checksums are not known to hold yet: what its headers claim
   * may be anything.
   */
  void add(Segment segment, Stretch stretch) {
    if (size < MOST && stretch.records() <= Integer.MAX_VALUE) {
      byBaseOffset
          .computeIfAbsent(segment.baseOffset(), base -> new TreeMap<>())
          .put(stretch.from(), stretch);
      size++;
    }
  }

  /** Every record's fate is known: forgets those of which something survives. */
  void settle() {
    byBaseOffset.values().forEach(each -> each.values().removeIf(stretch -> !isDead(stretch)));
  }

  private boolean isDead(Stretch stretch) {
    return removed.count(stretch.firstRecord(), (int) stretch.records()) == stretch.records();
  }

  /** What begins at a position of a segment and is dropped, if any is known. */
  Optional<Stretch> at(Segment segment, long position) {
    return Optional.ofNullable(of(segment).get(position));
  }

  /**
   * Where the first one after a position of a segment begins: what is read up to there leaves it
   * whole, however large a buffer has become since the first pass.
   */
  OptionalLong nextAfter(Segment segment, long position) {
    Long next = of(segment).higherKey(position);
    return next == null ? OptionalLong.empty() : OptionalLong.of(next);
  }

  private NavigableMap<Long, Stretch> of(Segment segment) {
    return byBaseOffset.getOrDefault(segment.baseOffset(), Collections.emptyNavigableMap());
  }
}
