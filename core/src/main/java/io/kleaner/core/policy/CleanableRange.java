// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.policy;

import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.settings.TopicSettings;
import java.util.ArrayList;
import java.util.List;

/** Finds the bounds of a clean (KAFKA-8724, KAFKA-6266, KAFKA-13194). Pure. */
final class CleanableRange {

  private CleanableRange() {}

  static Bounds of(
      PartitionFacts facts,
      TopicSettings settings,
      CleanRequest request,
      boolean compactAndDelete) {
    List<String> warnings = new ArrayList<>(facts.warnings());
    PartitionLog log = facts.log();
    long firstDirty = firstDirty(facts, request, compactAndDelete, warnings);
    long uncleanable = log.activeSegment().baseOffset();
    Bounds.Limit limit = Bounds.Limit.ACTIVE_SEGMENT;
    if (facts.lastStableOffset() < uncleanable) {
      uncleanable = facts.lastStableOffset();
      limit =
          facts.lastStableOffset() < facts.highWatermark().offset()
              ? Bounds.Limit.OPEN_TRANSACTION
              : Bounds.Limit.HIGH_WATERMARK;
    }
    if (settings.minCompactionLagMs() > 0) {
      long young = firstYoung(facts, firstDirty, request.nowMs() - settings.minCompactionLagMs());
      if (young < uncleanable) {
        uncleanable = young;
        limit = Bounds.Limit.COMPACTION_LAG;
      }
    }
    uncleanable = Math.max(uncleanable, firstDirty);
    return new Bounds(
        firstDirty,
        Math.max(firstDirty, roundedDown(log.segments(), uncleanable)),
        uncleanable,
        facts.highWatermark().offset(),
        facts.highWatermark().source(),
        facts.lastStableOffset(),
        limit,
        warnings);
  }

  private static long firstDirty(
      PartitionFacts facts, CleanRequest request, boolean compactAndDelete, List<String> warnings) {
    PartitionLog log = facts.log();
    if (request.fromStart() || facts.cleanerCheckpoint().isEmpty()) {
      return log.logStartOffset();
    }
    long checkpoint = facts.cleanerCheckpoint().getAsLong();
    if (checkpoint > log.logEndOffset()) {
      warnings.add(
          "the cleaner checkpoint "
              + checkpoint
              + " is above the log end offset "
              + log.logEndOffset()
              + "; cleaning begins at the log start offset "
              + log.logStartOffset());
      return log.logStartOffset();
    }
    if (checkpoint < log.logStartOffset()) {
      if (!compactAndDelete) {
        warnings.add(
            "the cleaner checkpoint "
                + checkpoint
                + " is below the log start offset "
                + log.logStartOffset()
                + ", where cleaning begins");
      }
      return log.logStartOffset();
    }
    return checkpoint;
  }

  /** Base offset of the first segment, from the one with the offset on, that is too young. */
  private static long firstYoung(PartitionFacts facts, long fromOffset, long youngAboveMs) {
    List<Segment> segments = facts.log().segments();
    for (int i = 0; i < segments.size(); i++) {
      boolean below = i + 1 < segments.size() && segments.get(i + 1).baseOffset() <= fromOffset;
      if (!below && facts.largestTimestampsMs().get(i) > youngAboveMs) {
        return segments.get(i).baseOffset();
      }
    }
    return Long.MAX_VALUE;
  }

  /** The base offset of the segment that contains an offset; only whole segments are cleaned. */
  private static long roundedDown(List<Segment> segments, long offset) {
    long base = segments.get(0).baseOffset();
    for (Segment segment : segments) {
      if (segment.baseOffset() <= offset) {
        base = segment.baseOffset();
      }
    }
    return base;
  }
}
