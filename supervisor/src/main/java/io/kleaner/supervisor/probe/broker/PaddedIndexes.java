// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds sealed segments whose time index was never cut to its entries, as after an unclean stop
 * (KAFKA-10207): zeros stand where its last entry should. Reads the last entry of each once, as
 * long as the file keeps its length. Not thread-safe; one for each partition.
 */
final class PaddedIndexes {

  /** A segment is sealed a moment before its index is cut. */
  private static final long SEALED_FOR_MS = 60_000;

  private record Checked(long indexBytes, boolean padded) {}

  private Map<Long, Checked> known = new HashMap<>();

  /**
   * How many there are.
   *
   * @param sealed all segments but the active one
   */
  int count(FileSystem fileSystem, List<Segment> sealed, long nowMs) throws IOException {
    Map<Long, Checked> fresh = new HashMap<>();
    int padded = 0;
    for (Segment segment : sealed) {
      if (nowMs - segment.lastModifiedMs() < SEALED_FOR_MS) {
        continue;
      }
      Checked before = known.get(segment.baseOffset());
      Checked now =
          before != null && before.indexBytes == segment.timeIndexBytes()
              ? before
              : new Checked(segment.timeIndexBytes(), isPadded(fileSystem, segment));
      fresh.put(segment.baseOffset(), now);
      padded += now.padded ? 1 : 0;
    }
    known = fresh;
    return padded;
  }

  private static boolean isPadded(FileSystem fileSystem, Segment segment) throws IOException {
    long entries = segment.timeIndexBytes() / SegmentWriter.TIME_ENTRY_BYTES;
    if (entries == 0) {
      return false;
    }
    try (FileHandle file = fileSystem.openRead(segment.file(Kind.TIME_INDEX))) {
      ByteBuffer last = LiveIndex.entry(file, entries - 1, SegmentWriter.TIME_ENTRY_BYTES);
      // Its time; the relative offset after it may well be 0.
      return last.getLong(0) == 0;
    } catch (NoSuchFileException e) {
      return false;
    }
  }
}
