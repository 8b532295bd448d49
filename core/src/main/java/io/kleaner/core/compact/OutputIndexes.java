// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.segment.AbortedTxn;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentFileName.Stage;
import io.kleaner.core.segment.SegmentWriter;
import io.kleaner.core.segment.TxnIndexFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The indexes of one output as they were read back, to be compared with its batches: every entry
 * has to be in its place and to say what its batch says, and every aborted transaction has to have
 * its marker.
 *
 * <p>Immutable once read; each {@link Slice} of it belongs to one lane.
 */
final class OutputIndexes {

  private final Path dir;
  private final long baseOffset;
  private final ByteBuffer offsets;
  private final ByteBuffer times;
  private final Map<Long, AbortedTxn> txnsByMarker = new HashMap<>();

  private OutputIndexes(Path dir, long baseOffset, ByteBuffer offsets, ByteBuffer times) {
    this.dir = dir;
    this.baseOffset = baseOffset;
    this.offsets = offsets;
    this.times = times;
  }

  /**
   * Reads them, and compares their sizes and the transactions with what was meant.
   *
   * @throws OutputMismatchException if they differ
   */
  static OutputIndexes read(FileSystem fileSystem, Path dir, WrittenSegment meant)
      throws IOException {
    Path offsetFile = file(dir, meant.baseOffset(), Kind.OFFSET_INDEX);
    Path timeFile = file(dir, meant.baseOffset(), Kind.TIME_INDEX);
    ByteBuffer offsets = SmallFile.bytes(fileSystem, offsetFile);
    ByteBuffer times = SmallFile.bytes(fileSystem, timeFile);
    OutputMismatchException.expect(
        offsetFile,
        "bytes",
        (long) meant.offsetEntries() * SegmentWriter.OFFSET_ENTRY_BYTES,
        offsets.remaining());
    OutputMismatchException.expect(
        timeFile,
        "bytes",
        (long) meant.timeEntries() * SegmentWriter.TIME_ENTRY_BYTES,
        times.remaining());
    OutputIndexes read = new OutputIndexes(dir, meant.baseOffset(), offsets, times);
    read.readTxns(fileSystem, meant.abortedTxns());
    return read;
  }

  private void readTxns(FileSystem fileSystem, List<AbortedTxn> meant) throws IOException {
    Path file = file(dir, baseOffset, Kind.TXN_INDEX);
    if (meant.isEmpty()) {
      OutputMismatchException.expect(file, "files", 0, fileSystem.stat(file).isPresent() ? 1 : 0);
      return;
    }
    ByteBuffer bytes = SmallFile.bytes(fileSystem, file);
    int at = bytes.mismatch(TxnIndexFormat.encode(meant));
    OutputMismatchException.expect(file, "first byte that differs (-1 for none)", -1, at);
    meant.forEach(txn -> txnsByMarker.put(txn.lastOffset(), txn));
  }

  /** Entries of the offset index. */
  int offsetEntries() {
    return offsets.limit() / SegmentWriter.OFFSET_ENTRY_BYTES;
  }

  /** Where in the log the batch of an entry of the offset index begins. */
  int position(int entry) {
    return offsets.getInt(entry * SegmentWriter.OFFSET_ENTRY_BYTES + Integer.BYTES);
  }

  /** What a lane needs that reads the batches of some entries of the offset index, and others. */
  Slice slice(int fromEntry, int toEntry) {
    return new Slice(fromEntry, toEntry);
  }

  /**
   * Compares what all lanes met with what there is.
   *
   * @param slices of which every batch was noted
   */
  void requireAllMet(List<Slice> slices) throws OutputMismatchException {
    long timesMet = 0;
    long markersMet = 0;
    long maxTimestamp = -1;
    for (Slice slice : slices) {
      timesMet += slice.timesMet;
      markersMet += slice.markersMet;
      maxTimestamp = Math.max(maxTimestamp, slice.maxTimestamp);
    }
    Path timeFile = file(dir, baseOffset, Kind.TIME_INDEX);
    int timeEntries = times.limit() / SegmentWriter.TIME_ENTRY_BYTES;
    OutputMismatchException.expect(timeFile, "entries of a batch each", timeEntries, timesMet);
    OutputMismatchException.expect(
        timeFile,
        "highest timestamp",
        maxTimestamp,
        timeEntries == 0 ? -1 : timestamp(timeEntries - 1));
    OutputMismatchException.expect(
        file(dir, baseOffset, Kind.TXN_INDEX),
        "entries with their ABORT marker",
        txnsByMarker.size(),
        markersMet);
  }

  private long timestamp(int entry) {
    return times.getLong(entry * SegmentWriter.TIME_ENTRY_BYTES);
  }

  private long timedOffset(int entry) {
    return baseOffset + times.getInt(entry * SegmentWriter.TIME_ENTRY_BYTES + Long.BYTES);
  }

  private static Path file(Path dir, long baseOffset, Kind kind) {
    return new SegmentFileName(baseOffset, kind, Stage.CLEANED).in(dir);
  }

  /** Meets the batches of a part of the log, in order. Not thread-safe. */
  final class Slice {

    private final int toEntry;
    private int nextEntry;
    private int nextTime;
    private long timesMet;
    private long markersMet;
    private long maxTimestamp = -1;

    private Slice(int fromEntry, int toEntry) {
      this.nextEntry = fromEntry;
      this.toEntry = toEntry;
    }

    /** A batch, and the position of its first byte in the log. */
    void batch(BatchHeader batch, long position) throws OutputMismatchException {
      if (nextEntry < toEntry && position(nextEntry) == position) {
        OutputMismatchException.expect(
            file(dir, baseOffset, Kind.OFFSET_INDEX),
            "offset of the batch at byte " + position,
            batch.lastOffset(),
            baseOffset + offsets.getInt(nextEntry * SegmentWriter.OFFSET_ENTRY_BYTES));
        nextEntry++;
      }
      maxTimestamp = Math.max(maxTimestamp, batch.maxTimestamp());
      meetTime(batch);
      if (batch.isControlBatch() && !txnsByMarker.isEmpty()) {
        AbortedTxn txn = txnsByMarker.get(batch.lastOffset());
        if (txn != null && txn.producerId() == batch.producerId()) {
          markersMet++;
        }
      }
    }

    private void meetTime(BatchHeader batch) throws OutputMismatchException {
      int entries = times.limit() / SegmentWriter.TIME_ENTRY_BYTES;
      // Those of the parts before are not this one's.
      while (nextTime < entries && timedOffset(nextTime) < batch.baseOffset()) {
        nextTime++;
      }
      if (nextTime < entries && timedOffset(nextTime) == batch.lastOffset()) {
        OutputMismatchException.expect(
            file(dir, baseOffset, Kind.TIME_INDEX),
            "timestamp of offset " + batch.lastOffset(),
            batch.maxTimestamp(),
            timestamp(nextTime));
        // Also where it is the highest so far: one that is lower would lead past newer ones.
        OutputMismatchException.expect(
            file(dir, baseOffset, Kind.TIME_INDEX),
            "highest timestamp up to offset " + batch.lastOffset(),
            maxTimestamp,
            timestamp(nextTime));
        timesMet++;
        nextTime++;
      }
    }

    /** The part has no more batches. */
    void end() throws OutputMismatchException {
      OutputMismatchException.expect(
          file(dir, baseOffset, Kind.OFFSET_INDEX),
          "entries without a batch",
          0,
          toEntry - nextEntry);
    }
  }
}
