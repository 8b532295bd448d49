// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.segment.Segment;
import java.io.IOException;

/** How much of a segment lies below an offset, also of one that a broker appends to. Stateless. */
public final class BytesBelow {

  private static final int BUFFER_BYTES = 64 * 1024;

  private BytesBelow() {}

  /**
   * Bytes of the batches of a segment that begin below an offset: found by its index, then headers
   * are walked. Ends early at what is no batch, as where one is being written.
   *
   * @throws java.nio.file.NoSuchFileException if the segment went away
   */
  public static long of(FileSystem fileSystem, Segment segment, long offset) throws IOException {
    long position = LiveIndex.positionBelow(fileSystem, segment, offset);
    BatchCursor batches = new BatchCursor(BUFFER_BYTES, BatchCursor.MAX_CONTROL_BATCH_BYTES);
    try (FileHandle file = fileSystem.openRead(segment.logFile())) {
      batches.open(
          segment.logFile(),
          file,
          position,
          Math.max(position, Math.min(segment.logBytes(), file.size())),
          segment.baseOffset(),
          BatchCursor.Check.SKIM);
      while (batches.next() && batches.header().baseOffset() < offset) {
        position = batches.nextFilePosition();
      }
    } catch (CorruptBatchException beingWritten) {
      return position;
    }
    return position;
  }
}
