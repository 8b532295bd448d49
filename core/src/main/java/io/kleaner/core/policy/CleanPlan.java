// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.policy;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.retain.RetentionRules;
import io.kleaner.core.segment.Segment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One clean of one partition, decided in full: what is read, what the rules are, and how the result
 * is cut. Immutable; carrying it out needs no further choice.
 *
 * @param partition which
 * @param dir its directory
 * @param segments every segment of the partition, the active one included, ascending
 * @param groups the segments of the cleaned range, ascending, cut into what becomes one segment
 *     each
 * @param rebuildIndexes base offsets of segments whose indexes are missing or broken
 * @param firstDirtyOffset where the last clean ended
 * @param upperBoundOffset end of the cleaned range, exclusive; the base offset of a segment
 * @param rules what time and producers say
 * @param unkeyed what becomes of records without a key
 * @param segmentBytes {@code segment.bytes}
 * @param segmentIndexBytes {@code segment.index.bytes}
 * @param indexIntervalBytes {@code index.interval.bytes}
 * @param maxMessageBytes {@code max.message.bytes}
 */
public record CleanPlan(
    TopicPartition partition,
    Path dir,
    List<Segment> segments,
    List<List<Segment>> groups,
    Set<Long> rebuildIndexes,
    long firstDirtyOffset,
    long upperBoundOffset,
    RetentionRules rules,
    UnkeyedPolicy unkeyed,
    long segmentBytes,
    long segmentIndexBytes,
    long indexIntervalBytes,
    long maxMessageBytes) {

  /** Keeps its own copies and checks that the range is one. */
  public CleanPlan {
    segments = List.copyOf(segments);
    rebuildIndexes = Set.copyOf(rebuildIndexes);
    groups = groups.stream().map(List::copyOf).toList();
    if (firstDirtyOffset > upperBoundOffset) {
      throw new IllegalArgumentException(
          "first dirty offset "
              + firstDirtyOffset
              + " is above the upper bound "
              + upperBoundOffset);
    }
  }

  /**
   * The same clean of a shorter range.
   *
   * @param endOffset base offset of one of its segments, above the first dirty offset
   */
  public CleanPlan endingAt(long endOffset) {
    List<List<Segment>> kept = new ArrayList<>();
    for (List<Segment> group : groups) {
      List<Segment> below =
          group.stream().filter(segment -> segment.baseOffset() < endOffset).toList();
      if (!below.isEmpty()) {
        kept.add(below);
      }
    }
    return new CleanPlan(
        partition,
        dir,
        segments,
        kept,
        rebuildIndexes,
        firstDirtyOffset,
        endOffset,
        rules.endingAt(endOffset),
        unkeyed,
        segmentBytes,
        segmentIndexBytes,
        indexIntervalBytes,
        maxMessageBytes);
  }

  /** The segments of the cleaned range, ascending. */
  public List<Segment> cleanedSegments() {
    return groups.stream().flatMap(List::stream).toList();
  }
}
