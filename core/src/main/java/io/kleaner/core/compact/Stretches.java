// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.keymap.Bits;
import io.kleaner.core.segment.Segment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Parts of the log that the second pass need not read: each is what one chunk of the first pass
 * held, and of its batches nothing stays if every record is removed. Where few keys are written
 * often, as in {@code __consumer_offsets}, that is nearly all of the log.
 *
 * <p>Memory: some hundred bytes for each chunk remembered, of which there is a bound. Not
 * thread-safe; filled and asked under the feed's lock.
 */
final class Stretches {

  /** With chunks of 512 KiB, 32 GiB of log; what there is beyond is read. */
  private static final int MOST = 1 << 16;

  private final Bits removed;
  private final Map<Long, Map<Long, Stretch>> byBaseOffset = new HashMap<>();
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
  record Stretch(long from, long to, long lastOffset, long firstRecord, int records, int batches) {}

  /** Remembers a part of a segment. */
  void add(Segment segment, Stretch stretch) {
    if (size < MOST) {
      byBaseOffset
          .computeIfAbsent(segment.baseOffset(), base -> new HashMap<>())
          .put(stretch.from(), stretch);
      size++;
    }
  }

  /** What begins at a position of a segment, if it was remembered and none of it survives. */
  Optional<Stretch> deadAt(Segment segment, long position) {
    Stretch stretch = byBaseOffset.getOrDefault(segment.baseOffset(), Map.of()).get(position);
    return Optional.ofNullable(stretch)
        .filter(it -> removed.count(it.firstRecord(), it.records()) == it.records());
  }
}
