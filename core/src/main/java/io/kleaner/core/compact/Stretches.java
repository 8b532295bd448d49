// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Parts of the log that the second pass need not read.
 *
 * <p>Some go whole: each is what one chunk of the first pass held, and of its batches nothing stays
 * if every record is removed. Where few keys are written often, as in {@code __consumer_offsets},
 * that may be nearly all of the log. Others are segments that stay whole, because no newer record
 * has a key of theirs: what such a segment holds matters only if it is joined with others.
 *
 * <p>Memory: some 120 bytes for each chunk that may go, for each segment with such chunks, and for
 * each that may stay: 8 MiB at most, for there is a bound of them all, beyond which all is read.
 * Not thread-safe; filled under the feed's lock, asked by one thread or under that lock.
 */
final class Stretches {

  /** With chunks of 512 KiB some 32 GiB of log. */
  static final int MOST = 1 << 16;

  private final RecordFates fates;

  /** In the order of the log, in which bits are read fastest. */
  private final NavigableMap<Long, NavigableMap<Long, Stretch>> going = new TreeMap<>();

  /** What each segment begins with that stays as long as its records do. */
  private final Map<Long, Stretch> staying = new HashMap<>();

  /** Of all that is remembered, which is of about the same size each. */
  private int size;

  Stretches(RecordFates fates) {
    this.fates = fates;
  }

  /**
   * A part of a segment, all of it data batches of magic 2 and of no transaction.
   *
   * @param from position of the first byte in the segment's file
   * @param to position after the last byte
   * @param lastOffset of the last batch
   * @param firstRecord number of the first record
   * @param records how many records there are
   * @param firstBatch number of the first batch
   * @param batches how many batches there are
   */
  record Stretch(
      long from,
      long to,
      long lastOffset,
      long firstRecord,
      long records,
      long firstBatch,
      int batches) {

    private boolean isFollowedBy(Stretch next) {
      return next.from == to && next.firstRecord == firstRecord + records;
    }

    private Stretch with(Stretch next) {
      return new Stretch(
          from,
          next.to,
          next.lastOffset,
          firstRecord,
          records + next.records,
          firstBatch,
          batches + next.batches);
    }
  }

  /**
   * Remembers a chunk whose batches are dropped with their last record. Its checksums are not known
   * to hold yet: what its headers claim may be anything.
   */
  void mayGo(Segment segment, Stretch chunk) {
    if (size < MOST && chunk.records() <= Integer.MAX_VALUE) {
      going.computeIfAbsent(segment.baseOffset(), base -> newSegment()).put(chunk.from(), chunk);
      size++;
    }
  }

  private NavigableMap<Long, Stretch> newSegment() {
    size++;
    return new TreeMap<>();
  }

  /**
   * Remembers a chunk whose batches all have records, and stay as they are if those do. Chunks of a
   * segment come in order.
   */
  void mayStay(Segment segment, Stretch chunk) {
    if (chunk.from() == 0) {
      if (size < MOST || staying.containsKey(segment.baseOffset())) {
        size += staying.put(segment.baseOffset(), chunk) == null ? 1 : 0;
      }
    } else {
      staying.computeIfPresent(
          segment.baseOffset(),
          (base, before) -> before.isFollowedBy(chunk) ? before.with(chunk) : before);
    }
  }

  /** Every record's fate is known: forgets the chunks of which something survives. */
  void settle() throws IOException {
    for (NavigableMap<Long, Stretch> each : going.values()) {
      Iterator<Stretch> stretches = each.values().iterator();
      while (stretches.hasNext()) {
        if (!isDead(stretches.next())) {
          stretches.remove();
        }
      }
    }
  }

  private boolean isDead(Stretch stretch) throws IOException {
    return fates.removed().count(stretch.firstRecord(), (int) stretch.records())
        == stretch.records();
  }

  /**
   * All of a segment, if every batch stays as it is: no record goes, and no batch has a tombstone
   * that would be given a horizon.
   *
   * @param end of the segment's file
   */
  Optional<Stretch> whole(Segment segment, long end) throws IOException {
    Stretch stretch = staying.get(segment.baseOffset());
    return stretch != null && stretch.to() == end && isWhole(stretch)
        ? Optional.of(stretch)
        : Optional.empty();
  }

  private boolean isWhole(Stretch stretch) throws IOException {
    return stretch.records() <= Integer.MAX_VALUE
        && fates.removed().count(stretch.firstRecord(), (int) stretch.records()) == 0
        && fates.unstampedTombstones().count(stretch.firstBatch(), stretch.batches()) == 0;
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
    return going.getOrDefault(segment.baseOffset(), Collections.emptyNavigableMap());
  }
}
