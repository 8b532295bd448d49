// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.policy;

import io.kleaner.core.segment.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Cuts the segments of a cleaned range into groups, each of which becomes one segment: as many
 * neighbours as fit {@code segment.bytes}, {@code segment.index.bytes} for either index, and 2^31
 * offsets. Sizes are those before the clean, as in the peer, so that small segments do not come
 * about for good.
 *
 * <p>A segment at whose base the newest producer snapshot stands keeps it: a broker deletes a
 * snapshot without a segment, and the state of producers whose last batches are gone with it. In a
 * broker that is always the active segment or a later offset; offline, newer ones may be corrupt.
 */
public final class SegmentGroups {

  private SegmentGroups() {}

  /**
   * The groups, ascending.
   *
   * @param segments of the cleaned range, ascending
   * @param upperBoundOffset end of the range, exclusive: where the last segment ends at most
   * @param newestSnapshotOffset where a group begins if a segment does
   */
  public static List<List<Segment>> of(
      List<Segment> segments,
      long upperBoundOffset,
      long segmentBytes,
      long segmentIndexBytes,
      OptionalLong newestSnapshotOffset) {
    List<List<Segment>> groups = new ArrayList<>();
    List<Segment> group = new ArrayList<>();
    long logBytes = 0;
    long offsetIndexBytes = 0;
    long timeIndexBytes = 0;
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      boolean joins =
          !group.isEmpty()
              && segment.baseOffset() != newestSnapshotOffset.orElse(-1)
              && logBytes + segment.logBytes() <= segmentBytes
              && offsetIndexBytes + segment.offsetIndexBytes() <= segmentIndexBytes
              && timeIndexBytes + segment.timeIndexBytes() <= segmentIndexBytes
              && offsetsFit(segments, i, group.get(0), upperBoundOffset);
      if (!joins && !group.isEmpty()) {
        groups.add(group);
        group = new ArrayList<>();
        logBytes = 0;
        offsetIndexBytes = 0;
        timeIndexBytes = 0;
      }
      group.add(segment);
      logBytes += segment.logBytes();
      offsetIndexBytes += segment.offsetIndexBytes();
      timeIndexBytes += segment.timeIndexBytes();
    }
    if (!group.isEmpty()) {
      groups.add(group);
    }
    return groups;
  }

  /** Whether a segment's offsets fit relative to the group's base; an empty one always does. */
  private static boolean offsetsFit(
      List<Segment> segments, int index, Segment groupFirst, long upperBoundOffset) {
    if (segments.get(index).logBytes() == 0) {
      return true;
    }
    long lastOffset =
        index + 1 < segments.size()
            ? segments.get(index + 1).baseOffset() - 1
            : upperBoundOffset - 1;
    return lastOffset - groupFirst.baseOffset() <= Integer.MAX_VALUE;
  }
}
