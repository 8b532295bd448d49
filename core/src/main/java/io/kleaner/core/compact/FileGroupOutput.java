// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.segment.AbortedTxn;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName.Stage;
import io.kleaner.core.segment.SegmentWriter;
import io.kleaner.core.segment.WriteBuffers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Writes the survivors of one group into new segments.
 *
 * <p>A segment in a group of its own costs no write as long as nothing in it changes: only at the
 * first change is what was kept so far copied, and if there is none, nothing is written at all.
 *
 * <p>An output that would outgrow the limits rolls to a further one, whose base offset is that of
 * its first batch. Not thread-safe; after an {@link IOException}, {@link #abandon} deletes what was
 * written.
 */
final class FileGroupOutput implements GroupOutput {

  private static final int COPY_BUFFER_BYTES = 256 * 1024;

  private final FileSystem fileSystem;
  private final Path dir;
  private final long groupBaseOffset;
  private final OutputLimits limits;
  private final WriteBuffers buffers;
  private final LongConsumer meter;
  private final List<WrittenSegment> written = new ArrayList<>();
  private final List<SegmentWriter> writers = new ArrayList<>();
  private final List<AbortedTxn> segmentTxns = new ArrayList<>();

  private SegmentWriter writer;
  private long writerRecords;
  private boolean changed;
  private Segment source;
  private long keptUpTo;

  /**
   * @param rewriteAnyway whether all of it is written though nothing of it may change
   * @param buffers for this output alone
   * @param meter told the bytes of every batch that was written
   */
  FileGroupOutput(
      FileSystem fileSystem,
      Path dir,
      long groupBaseOffset,
      OutputLimits limits,
      boolean rewriteAnyway,
      WriteBuffers buffers,
      LongConsumer meter) {
    this.fileSystem = fileSystem;
    this.dir = dir;
    this.groupBaseOffset = groupBaseOffset;
    this.limits = limits;
    this.changed = rewriteAnyway;
    this.buffers = buffers;
    this.meter = meter;
  }

  @Override
  public void beginSegment(Segment segment) throws IOException {
    source = segment;
    keptUpTo = 0;
    segmentTxns.clear();
    if (changed && writer == null) {
      writer = open(groupBaseOffset);
    }
  }

  @Override
  public void keep(BatchHeader batch, long filePosition) throws IOException {
    int size = batch.sizeInBytes();
    if (writer == null) {
      keptUpTo = filePosition + size;
      return;
    }
    append(
        batch.buffer(),
        batch.position(),
        size,
        batch.baseOffset(),
        batch.lastOffset(),
        batch.maxTimestamp(),
        batch.recordCount());
  }

  @Override
  public void write(ByteBuffer batch, long lastOffset, long maxTimestamp, int records)
      throws IOException {
    append(
        batch,
        batch.position(),
        batch.remaining(),
        batch.getLong(batch.position()),
        lastOffset,
        maxTimestamp,
        records);
  }

  private void append(
      ByteBuffer buffer,
      int position,
      int length,
      long baseOffset,
      long lastOffset,
      long maxTimestamp,
      int records)
      throws IOException {
    if (!writer.hasRoomFor(lastOffset, length, limits.maxLogBytes(), limits.maxIndexBytes())) {
      close(writer);
      writer = open(baseOffset);
    }
    writer.append(buffer, position, length, lastOffset, maxTimestamp);
    writerRecords += records;
    meter.accept(length);
  }

  @Override
  public void changed() throws IOException {
    if (writer != null) {
      return;
    }
    changed = true;
    writer = open(groupBaseOffset);
    if (keptUpTo > 0) {
      try (FileHandle file = fileSystem.openRead(source.logFile())) {
        copyPrefix(file);
      }
    }
  }

  private void copyPrefix(FileHandle file) throws IOException {
    BatchCursor prefix = new BatchCursor(COPY_BUFFER_BYTES, Integer.MAX_VALUE);
    prefix.open(
        source.logFile(), file, 0, keptUpTo, source.baseOffset(), BatchCursor.Check.HEADERS);
    int txns = 0;
    while (prefix.next()) {
      keep(prefix.header(), prefix.filePosition());
      while (txns < segmentTxns.size()
          && segmentTxns.get(txns).lastOffset() <= prefix.header().lastOffset()) {
        writer.appendAbortedTxn(segmentTxns.get(txns++));
      }
    }
  }

  @Override
  public void abortedTxn(AbortedTxn txn) {
    segmentTxns.add(txn);
    if (writer != null) {
      writer.appendAbortedTxn(txn);
    }
  }

  @Override
  public void endSegment() throws IOException {
    if (writer == null && !segmentTxns.equals(limits.txnIndexOf(source))) {
      changed();
    }
  }

  @Override
  public void catchUp() throws IOException {
    buffers.write();
  }

  /**
   * Ends the group and makes its files durable.
   *
   * @return the segments written, ascending; none if nothing changed
   */
  List<WrittenSegment> finish() throws IOException {
    if (writer != null) {
      close(writer);
      writer = null;
    }
    return List.copyOf(written);
  }

  private SegmentWriter open(long baseOffset) throws IOException {
    SegmentWriter opened =
        new SegmentWriter(
            fileSystem, dir, baseOffset, Stage.CLEANED, limits.indexIntervalBytes(), buffers);
    writers.add(opened);
    writerRecords = 0;
    return opened;
  }

  private void close(SegmentWriter full) throws IOException {
    full.finish();
    written.add(
        new WrittenSegment(
            full.baseOffset(),
            full.sizeInBytes(),
            full.batches(),
            writerRecords,
            full.lastOffset(),
            full.offsetEntries(),
            full.timeEntries(),
            full.abortedTxns()));
  }

  /** Deletes whatever was written; problems are added to {@code cause}. */
  void abandon(Throwable cause) {
    for (SegmentWriter each : writers) {
      try {
        each.abandon();
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }
  }
}
