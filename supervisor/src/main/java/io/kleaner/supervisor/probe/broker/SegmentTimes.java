// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The timestamps that lags are reckoned by, read once for each segment as long as it stays the
 * same. Not thread-safe; one for each partition.
 */
final class SegmentTimes {

  private static final int BUFFER_BYTES = 4 * 1024;

  private record Times(Segment segment, long largestMs, long firstMs) {}

  private Map<Long, Times> known = new HashMap<>();

  /**
   * Brings it up to date.
   *
   * @param segments of the partition
   */
  void read(FileSystem fileSystem, List<Segment> segments) throws IOException {
    Map<Long, Times> fresh = new HashMap<>();
    for (Segment segment : segments) {
      Times before = known.get(segment.baseOffset());
      fresh.put(
          segment.baseOffset(),
          before != null && before.segment().equals(segment)
              ? before
              : new Times(segment, largest(fileSystem, segment), first(fileSystem, segment)));
    }
    known = fresh;
  }

  /** The largest timestamp of each segment; 0 where it was not read. */
  List<Long> largestMs(List<Segment> segments) {
    return segments.stream()
        .map(segment -> known.get(segment.baseOffset()))
        .map(times -> times == null ? 0L : times.largestMs())
        .toList();
  }

  /** The highest timestamp of each segment's first batch; -1 where there is none. */
  List<Long> firstMs(List<Segment> segments) {
    return segments.stream()
        .map(segment -> known.get(segment.baseOffset()))
        .map(times -> times == null ? -1L : times.firstMs())
        .toList();
  }

  private static long largest(FileSystem fileSystem, Segment segment) throws IOException {
    Optional<ByteBuffer> last =
        LiveIndex.last(fileSystem, segment.file(Kind.TIME_INDEX), SegmentWriter.TIME_ENTRY_BYTES);
    return last.map(entry -> entry.getLong(0))
        .filter(timestamp -> timestamp >= 0)
        .orElse(segment.lastModifiedMs());
  }

  private static long first(FileSystem fileSystem, Segment segment) throws IOException {
    BatchCursor batches = new BatchCursor(BUFFER_BYTES, 1024 * 1024);
    try (FileHandle file = fileSystem.openRead(segment.logFile())) {
      batches.open(
          segment.logFile(),
          file,
          0,
          segment.logBytes(),
          segment.baseOffset(),
          BatchCursor.Check.SKIM);
      return batches.next() ? batches.header().maxTimestamp() : -1;
    } catch (CorruptBatchException e) {
      return -1;
    }
  }
}
