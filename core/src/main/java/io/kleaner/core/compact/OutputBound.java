// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.policy.CleanPlan;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * How many bytes the files of each group of a clean may take, indexes included, before the old ones
 * are deleted. Immutable.
 *
 * <p>Magic 0 and 1 grow when they are converted: a lone message becomes a batch of its own, whose
 * header is larger. With n bytes of key and value,
 *
 * <pre>
 *  magic 0   26 + n          8 offset, 4 size, 4 CRC, 1 magic, 1 attributes, 4 + 4 lengths
 *  magic 1   34 + n          8 timestamp besides
 *  magic 2   61 + 13 + v + n at most: header; attributes, timestamp delta of up to 10 bytes (from
 *                            the delete horizon), offset delta, number of headers; v for the three
 *                            lengths, 3 bytes together while n is below 60, 15 at most
 * </pre>
 *
 * so that it grows most with n = 0, from 26 bytes to 77: less than {@value #LEGACY_GROWTH} times.
 * Messages that are wrapped compressed share one header, and shrink.
 *
 * <p>Not counted is how much larger a codec may make the same records, and that a delete horizon
 * makes each timestamp in its batch up to 9 bytes longer: a disk that is full to the last byte can
 * still run out then, which is survived.
 */
public final class OutputBound {

  /** No message of magic 0 or 1 gets larger by more when it is converted. */
  static final int LEGACY_GROWTH = 3;

  private static final int INDEX_ENTRY_BYTES =
      SegmentWriter.OFFSET_ENTRY_BYTES + SegmentWriter.TIME_ENTRY_BYTES;

  private final List<Long> groupBytes;

  private OutputBound(List<Long> groupBytes) {
    this.groupBytes = List.copyOf(groupBytes);
  }

  /** Of a plan; reads the first batch of each of its segments. */
  public static OutputBound of(FileSystem fileSystem, CleanPlan plan) throws IOException {
    List<Long> groupBytes = new ArrayList<>();
    for (List<Segment> group : plan.groups()) {
      long log = 0;
      long txnIndexes = 0;
      for (Segment segment : group) {
        boolean legacy =
            FirstBatch.of(fileSystem, segment).filter(FirstBatch::isLegacy).isPresent();
        log += segment.logBytes() * (legacy ? LEGACY_GROWTH : 1);
        txnIndexes +=
            fileSystem.stat(segment.file(Kind.TXN_INDEX)).map(FileEntry::sizeBytes).orElse(0L);
      }
      groupBytes.add(log + indexBytes(plan, log) + txnIndexes);
    }
    return new OutputBound(groupBytes);
  }

  /**
   * Both indexes get an entry when more than the interval was written since the last one, and at
   * most one for each batch; each output's time index gets one more at its end. Of two outputs that
   * follow each other at least one and the next batch exceed a limit, so twice as many as would be
   * full are enough.
   */
  private static long indexBytes(CleanPlan plan, long logBytes) {
    long interval = Math.max(plan.indexIntervalBytes(), BatchHeader.V2_OVERHEAD);
    long entries = logBytes / interval;
    long outputs =
        1
            + 2 * (logBytes / Math.max(1, plan.segmentBytes()))
            + 2 * (entries * INDEX_ENTRY_BYTES / Math.max(1, plan.segmentIndexBytes()));
    return entries * INDEX_ENTRY_BYTES + outputs * SegmentWriter.TIME_ENTRY_BYTES;
  }

  /** Bytes that the largest group may take beside what is there. */
  public long largestBytes() {
    return largestBytesFrom(0);
  }

  /**
   * Bytes that the largest group may take that is still to be done.
   *
   * @param index of the first such group
   */
  long largestBytesFrom(int index) {
    return groupBytes.stream().skip(index).mapToLong(Long::longValue).max().orElse(0);
  }
}
