// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentFileName.Stage;
import io.kleaner.core.segment.SegmentWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads an output segment back before it is committed: every checksum, the order of offsets, the
 * numbers of batches and records that were decided, and that every index entry points at a batch.
 *
 * <p>Not thread-safe.
 */
final class OutputVerifier {

  private static final int BUFFER_BYTES = 1024 * 1024;

  private final FileSystem fileSystem;
  private final Pacer pacer;

  OutputVerifier(FileSystem fileSystem, Pacer pacer) {
    this.fileSystem = fileSystem;
    this.pacer = pacer;
  }

  /**
   * Compares what was written of a group with what its fates say has to be: who judges counts, and
   * who writes counts.
   *
   * @param before counts before the group, {@code after} those after it
   * @throws OutputMismatchException if they differ; nothing was committed
   */
  static void requireDecided(
      Path dir, FateCounts before, FateCounts after, List<WrittenSegment> written)
      throws OutputMismatchException {
    long batches = written.stream().mapToLong(WrittenSegment::batches).sum();
    long records = written.stream().mapToLong(WrittenSegment::records).sum();
    expect(dir, "decided batches", after.batchesDecided - before.batchesDecided, batches);
    expect(dir, "decided records", after.recordsDecided - before.recordsDecided, records);
  }

  /**
   * Compares one output with what was meant.
   *
   * @throws OutputMismatchException if it is not that; nothing was committed
   */
  void verify(Path dir, WrittenSegment meant) throws IOException {
    Path log = file(dir, meant, Kind.LOG);
    ByteBuffer index = read(file(dir, meant, Kind.OFFSET_INDEX));
    if (index.remaining() % SegmentWriter.OFFSET_ENTRY_BYTES != 0) {
      throw new OutputMismatchException(log, "offset index bytes", 0, index.remaining());
    }
    long batches = 0;
    long records = 0;
    long lastOffset = -1;
    try (FileHandle file = fileSystem.openRead(log)) {
      expect(log, "bytes", meant.sizeBytes(), file.size());
      BatchCursor cursor = new BatchCursor(BUFFER_BYTES, Integer.MAX_VALUE);
      cursor.open(log, file, 0, file.size(), meant.baseOffset(), BatchCursor.Check.CHECKSUMS);
      while (cursor.next()) {
        batches++;
        records += cursor.header().recordCount();
        lastOffset = cursor.header().lastOffset();
        if (index.hasRemaining()
            && index.getInt(index.position() + Integer.BYTES) == cursor.filePosition()) {
          expect(log, "indexed offset", lastOffset, meant.baseOffset() + index.getInt());
          index.getInt();
        }
        pacer.read(cursor.header().sizeInBytes());
      }
    }
    expect(log, "batches", meant.batches(), batches);
    expect(log, "records", meant.records(), records);
    expect(log, "last offset", meant.lastOffset(), lastOffset);
    expect(log, "index entries without a batch", 0, index.remaining());
  }

  private ByteBuffer read(Path path) throws IOException {
    try (FileHandle file = fileSystem.openRead(path)) {
      ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(file.size()));
      file.read(content, 0);
      return content.flip();
    }
  }

  private static Path file(Path dir, WrittenSegment segment, Kind kind) {
    return new SegmentFileName(segment.baseOffset(), kind, Stage.CLEANED).in(dir);
  }

  private static void expect(Path file, String what, long expected, long actual)
      throws OutputMismatchException {
    if (expected != actual) {
      throw new OutputMismatchException(file, what, expected, actual);
    }
  }
}
