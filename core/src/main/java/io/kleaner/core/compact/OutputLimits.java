// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.segment.AbortedTxn;
import io.kleaner.core.segment.Segment;
import java.util.List;
import java.util.Map;

/**
 * How large an output segment of one group may grow, and what its source says.
 *
 * @param maxLogBytes {@code segment.bytes}, or the group's own size where that is larger: what the
 *     peer would merge is not split
 * @param maxIndexBytes {@code segment.index.bytes}, or the group's own index size where larger
 * @param indexIntervalBytes {@code index.interval.bytes}
 * @param txnIndexes entries of the source segments' transaction indexes by base offset
 */
record OutputLimits(
    long maxLogBytes,
    long maxIndexBytes,
    long indexIntervalBytes,
    Map<Long, List<AbortedTxn>> txnIndexes) {

  OutputLimits {
    txnIndexes = Map.copyOf(txnIndexes);
  }

  static OutputLimits of(
      List<Segment> group,
      long segmentBytes,
      long segmentIndexBytes,
      long indexIntervalBytes,
      Map<Long, List<AbortedTxn>> txnIndexes) {
    long log = 0;
    long offsetIndex = 0;
    long timeIndex = 0;
    for (Segment segment : group) {
      log += segment.logBytes();
      offsetIndex += segment.offsetIndexBytes();
      timeIndex += segment.timeIndexBytes();
    }
    return new OutputLimits(
        Math.min(Math.max(segmentBytes, log), Integer.MAX_VALUE),
        Math.max(segmentIndexBytes, Math.max(offsetIndex, timeIndex)),
        indexIntervalBytes,
        txnIndexes);
  }

  List<AbortedTxn> txnIndexOf(Segment segment) {
    return txnIndexes.getOrDefault(segment.baseOffset(), List.of());
  }
}
