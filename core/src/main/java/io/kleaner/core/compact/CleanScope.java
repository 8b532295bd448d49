// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.retain.RetentionRules;
import io.kleaner.core.segment.AbortedTxn;
import io.kleaner.core.segment.Segment;
import java.util.List;

/**
 * What both passes of a clean need to know of the log.
 *
 * @param segments every segment of the cleaned range, ascending; the last one ends at the upper
 *     bound
 * @param later every segment from the upper bound on, ascending
 * @param firstDirtyOffset where the last clean ended
 * @param upperBoundOffset end of the cleaned range, exclusive; a segment's base offset
 * @param abortedTxns every entry of the partition's transaction indexes
 * @param rules what the time and the producers say
 * @param keepUnkeyed whether records without a key survive
 */
record CleanScope(
    List<Segment> segments,
    List<Segment> later,
    long firstDirtyOffset,
    long upperBoundOffset,
    List<AbortedTxn> abortedTxns,
    RetentionRules rules,
    boolean keepUnkeyed) {

  CleanScope {
    segments = List.copyOf(segments);
    later = List.copyOf(later);
    abortedTxns = List.copyOf(abortedTxns);
  }

  /** Where the bytes of a segment's file end that belong to this clean. */
  long endPosition(Segment segment) {
    return segment.logBytes();
  }
}
