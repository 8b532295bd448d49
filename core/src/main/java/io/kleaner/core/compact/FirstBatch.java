// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.util.Optional;

/**
 * What the header of a segment's first batch says of the segment: a broker writes each in one
 * format, and counts its age from there.
 *
 * @param isLegacy whether it is of magic 0 or 1
 * @param maxTimestamp in milliseconds since the epoch; -1 for none
 */
record FirstBatch(boolean isLegacy, long maxTimestamp) {

  private static final int BUFFER_BYTES = 64 * 1024;

  /**
   * Reads it, without checking its checksum.
   *
   * @return empty if the segment is empty, or begins with what is no batch that could be read: the
   *     clean itself finds that and says where
   */
  static Optional<FirstBatch> of(FileSystem fileSystem, Segment segment) throws IOException {
    BatchCursor batches = new BatchCursor(BUFFER_BYTES, BatchCursor.MAX_CONTROL_BATCH_BYTES);
    try (FileHandle file = fileSystem.openRead(segment.logFile())) {
      batches.open(
          segment.logFile(),
          file,
          0,
          segment.logBytes(),
          segment.baseOffset(),
          BatchCursor.Check.SKIM);
      return batches.next()
          ? Optional.of(
              new FirstBatch(batches.header().isLegacy(), batches.header().maxTimestamp()))
          : Optional.empty();
    } catch (CorruptBatchException | BoundExceededException e) {
      return Optional.empty();
    }
  }
}
