// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static io.kleaner.core.compact.OutputMismatchException.expect;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentFileName.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads an output segment back before it is committed: every checksum, the order of offsets, the
 * numbers of batches and records that were decided, and that every entry of its indexes says what
 * its batch says. Long ones are divided among the lanes where index entries say that a batch
 * begins.
 *
 * <p>Not thread-safe.
 */
final class OutputVerifier {

  private static final int BUFFER_BYTES = 256 * 1024;

  /** What a lane reads at least, in bytes. */
  private static final long PART_BYTES = 8L * 1024 * 1024;

  private final FileSystem fileSystem;
  private final Lanes lanes;
  private final Pacer pacer;
  private final long partBytes;

  OutputVerifier(FileSystem fileSystem, Lanes lanes, Pacer pacer) {
    this(fileSystem, lanes, pacer, PART_BYTES);
  }

  /**
   * @param partBytes what a lane reads at least
   */
  OutputVerifier(FileSystem fileSystem, Lanes lanes, Pacer pacer, long partBytes) {
    this.fileSystem = fileSystem;
    this.lanes = lanes;
    this.pacer = pacer;
    this.partBytes = partBytes;
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
    Path log = new SegmentFileName(meant.baseOffset(), Kind.LOG, Stage.CLEANED).in(dir);
    OutputIndexes indexes = OutputIndexes.read(fileSystem, dir, meant);
    try (FileHandle file = fileSystem.openRead(log)) {
      expect(log, "bytes", meant.sizeBytes(), file.size());
    }
    List<Part> parts = divide(meant, log, indexes);
    lanes.run(parts);
    long batches = 0;
    long records = 0;
    long lastOffset = -1;
    for (Part part : parts) {
      if (part.batches > 0 && part.firstOffset <= lastOffset) {
        throw new OutputMismatchException(
            log, "first offset after byte " + part.start, lastOffset + 1, part.firstOffset);
      }
      batches += part.batches;
      records += part.records;
      lastOffset = Math.max(lastOffset, part.lastOffset);
    }
    expect(log, "batches", meant.batches(), batches);
    expect(log, "records", meant.records(), records);
    expect(log, "last offset", meant.lastOffset(), lastOffset);
    indexes.requireAllMet(parts.stream().map(part -> part.indexes).toList());
  }

  /**
   * Parts in order, of which all but the first begin at index entries. However long a segment is,
   * there are no more than its entries allow: huge batches leave few, or none.
   */
  private List<Part> divide(WrittenSegment meant, Path log, OutputIndexes indexes)
      throws OutputMismatchException {
    int entries = indexes.offsetEntries();
    long wanted = Math.min(lanes.count() * 2L, meant.sizeBytes() / partBytes);
    int count = (int) Math.max(1, Math.min(wanted, entries + 1L));
    List<Part> parts = new ArrayList<>();
    long start = 0;
    int from = 0;
    for (int i = 1; i <= count; i++) {
      int to = i == count ? entries : (int) ((long) entries * i / count);
      long end = i == count ? meant.sizeBytes() : indexes.position(to);
      if (end < start || end > meant.sizeBytes()) {
        throw new OutputMismatchException(log, "indexed position at least", start, end);
      }
      parts.add(new Part(meant.baseOffset(), log, indexes.slice(from, to), start, end));
      start = end;
      from = to;
    }
    return parts;
  }

  /**
   * A part of a segment, read by one lane through its own file: an interrupt of one closes what it
   * reads through.
   */
  private final class Part implements Lanes.Part {

    private final long baseOffset;
    private final Path log;
    private final OutputIndexes.Slice indexes;
    private final long start;
    private final long end;
    private long batches;
    private long records;
    private long firstOffset = -1;
    private long lastOffset = -1;

    Part(long baseOffset, Path log, OutputIndexes.Slice indexes, long start, long end) {
      this.baseOffset = baseOffset;
      this.log = log;
      this.indexes = indexes;
      this.start = start;
      this.end = end;
    }

    @Override
    public void run() throws IOException {
      try (FileHandle file = fileSystem.openRead(log)) {
        BatchCursor cursor = new BatchCursor(BUFFER_BYTES, Integer.MAX_VALUE);
        cursor.open(log, file, start, end, baseOffset, BatchCursor.Check.CHECKSUMS);
        while (cursor.next()) {
          note(cursor.header(), cursor.filePosition());
          pacer.read(cursor.header().sizeInBytes());
        }
      }
      indexes.end();
    }

    private void note(BatchHeader batch, long position) throws OutputMismatchException {
      if (batches == 0) {
        firstOffset = batch.baseOffset();
      }
      batches++;
      records += batch.recordCount();
      lastOffset = batch.lastOffset();
      indexes.batch(batch, position);
    }
  }
}
