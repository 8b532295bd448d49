// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchCursor.Check;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Finds where the offsets of a segment end, by walking the batch headers from the one that its
 * offset index names last, or from the first if that one is not to be trusted.
 *
 * <p>Not thread-safe; owned by one worker.
 */
final class SegmentEnd {

  private static final int BUFFER_BYTES = 64 * 1024;

  private final FileSystem fileSystem;
  private final BatchCursor batches =
      new BatchCursor(BUFFER_BYTES, BatchCursor.MAX_CONTROL_BATCH_BYTES);

  SegmentEnd(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /**
   * @param endOffset the offset after the last whole batch; the base offset if there is none
   * @param torn what follows that batch, if it is no batch
   */
  record End(long endOffset, Optional<PartitionLog.TornTail> torn) {}

  /**
   * @param indexUsable whether the segment's offset index has the shape of one
   */
  End of(Segment segment, boolean indexUsable) throws IOException {
    try (FileHandle file = fileSystem.openRead(segment.logFile())) {
      Anchor anchor = indexUsable ? anchor(segment, file) : Anchor.start(segment);
      batches.open(
          segment.logFile(),
          file,
          anchor.position,
          segment.logBytes(),
          anchor.nextOffset,
          Check.SKIM);
      long end = anchor.nextOffset;
      try {
        while (batches.next()) {
          end = batches.header().nextOffset();
        }
      } catch (CorruptBatchException e) {
        long position = batches.nextFilePosition();
        return new End(
            end,
            Optional.of(
                new PartitionLog.TornTail(
                    segment.baseOffset(),
                    position,
                    segment.logBytes() - position,
                    e.problem(),
                    !batches.isAtTornEnd())));
      }
      return new End(end, Optional.empty());
    }
  }

  /** Where a walk can begin: after a batch that is known to be whole. */
  private record Anchor(long position, long nextOffset) {

    static Anchor start(Segment segment) {
      return new Anchor(0, segment.baseOffset());
    }
  }

  private Anchor anchor(Segment segment, FileHandle log) throws IOException {
    long entryPosition = segment.offsetIndexBytes() - SegmentWriter.OFFSET_ENTRY_BYTES;
    if (entryPosition < 0) {
      return Anchor.start(segment);
    }
    ByteBuffer entry = ByteBuffer.allocate(SegmentWriter.OFFSET_ENTRY_BYTES);
    try (FileHandle index = fileSystem.openRead(segment.file(Kind.OFFSET_INDEX))) {
      if (index.read(entry, entryPosition) < SegmentWriter.OFFSET_ENTRY_BYTES) {
        return Anchor.start(segment);
      }
    }
    long offset = segment.baseOffset() + entry.getInt(0);
    int position = entry.getInt(Integer.BYTES);
    batches.open(
        segment.logFile(),
        log,
        position,
        segment.logBytes(),
        segment.baseOffset(),
        Check.CHECKSUMS);
    try {
      if (batches.next() && batches.header().lastOffset() >= offset) {
        return new Anchor(batches.nextFilePosition(), batches.header().nextOffset());
      }
    } catch (IOException notABatch) {
      return Anchor.start(segment);
    }
    return Anchor.start(segment);
  }
}
