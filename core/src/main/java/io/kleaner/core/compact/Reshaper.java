// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.record.BatchBuilder;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BatchMerger;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.Codec;
import io.kleaner.core.record.Compression;
import io.kleaner.core.record.Compressors;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.record.Decompressors;
import io.kleaner.core.record.RecordCursor;
import io.kleaner.core.segment.AbortedTxn;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Stands between what was judged and where it goes, and gives batches another form where that makes
 * them smaller: merged with their neighbours, compressed by another codec. Order and records stay.
 *
 * <p>A batch keeps its form if the other one is not smaller, and so nothing that was planned for
 * its size has to be planned anew; likewise if it is too large for the memory bound, or its records
 * cannot be read although its checksum holds: what is kept is then what would be kept without this.
 *
 * <p>Memory: a decompression window, two batches under construction, and what waits to be merged.
 * Not thread-safe; owned by one lane, or used in turn.
 */
final class Reshaper implements GroupOutput, AutoCloseable {

  private static final long WRITTEN_ANEW = -1;

  /**
   * Merged batches of the tiniest records take some sixteen times their size before. Only bytes
   * that no codec wrote can be more; they are left apart.
   */
  private static final int PENDING_TIMES = 32;

  private final Reshaping what;
  private final boolean hasLevel;
  private final Decompressors decompressors;
  private final Compressors compressors;
  private final RecordCursor records;
  private final BatchBuilder builder;
  private final BatchMerger merger;
  private final PendingBatches pending;
  private final BatchHeader written = new BatchHeader();
  private final BatchHeader mergedHeader = new BatchHeader();

  private GroupOutput next;
  private Segment lastSegment;
  private Segment segment;
  private boolean merging;
  private long batchesMerged;
  private long batchesMade;
  private long rebatchSavedBytes;
  private long batchesRecompressed;
  private long recompressSavedBytes;
  private long batchesNotSmaller;

  /**
   * @param maxRecordBytes the largest batch or record that may be in memory, in bytes
   * @param fullBatchBytes how large a merged batch may be before compression, in bytes
   */
  Reshaper(Reshaping what, int maxRecordBytes, int fullBatchBytes) {
    this.what = what;
    this.hasLevel = what.recompress().isPresent() && what.recompress().get().level().isPresent();
    this.decompressors = new Decompressors(maxRecordBytes);
    this.compressors = what.recompress().map(Compressors::new).orElseGet(Compressors::new);
    this.records = new RecordCursor(decompressors, maxRecordBytes);
    this.builder = new BatchBuilder(compressors, maxRecordBytes);
    this.merger = new BatchMerger(compressors, records, fullBatchBytes);
    this.pending =
        new PendingBatches((int) Math.min((long) PENDING_TIMES * fullBatchBytes, 1 << 30));
  }

  /**
   * Begins a group, or a chunk.
   *
   * @param output what comes after
   * @param last the group's last segment, with which nothing may be held back any more
   */
  Reshaper to(GroupOutput output, Segment last) {
    next = output;
    lastSegment = last;
    pending.clear();
    merging = false;
    return this;
  }

  @Override
  public void beginSegment(Segment of) throws IOException {
    segment = of;
    next.beginSegment(of);
  }

  @Override
  public void endSegment() throws IOException {
    if (segment.equals(lastSegment)) {
      flush();
    }
    next.endSegment();
  }

  @Override
  public void changed() throws IOException {
    next.changed();
  }

  @Override
  public void abortedTxn(AbortedTxn txn) throws IOException {
    flush();
    next.abortedTxn(txn);
  }

  @Override
  public void keep(BatchHeader batch, long filePosition) throws IOException {
    take(batch, filePosition);
  }

  @Override
  public void write(ByteBuffer batch, long lastOffset, long maxTimestamp, int count)
      throws IOException {
    take(written.wrap(batch, batch.position()), WRITTEN_ANEW);
  }

  private void take(BatchHeader batch, long filePosition) throws IOException {
    if (!what.rebatch() || !MergeRules.isMergeable(batch)) {
      flush();
      alone(batch, filePosition);
      return;
    }
    if (!pending.isEmpty() && !follows(batch)) {
      flush();
    }
    if (pending.hasRoomFor(batch)) {
      pending.add(batch, filePosition);
    } else {
      alone(batch, filePosition);
    }
  }

  /** Whether a batch was added to those that wait. */
  private boolean follows(BatchHeader batch) throws IOException {
    boolean anyCodec = what.recompress().isPresent();
    if (!MergeRules.joins(pending.get(0), pending.lastOffset(), batch, anyCodec)
        || !pending.hasRoomFor(batch)) {
      return false;
    }
    try {
      if (!merging) {
        BatchHeader first = pending.get(0);
        merging = merger.begin(first, codecFor(first));
      }
      return merging && merger.add(batch);
    } catch (CorruptBatchException | BoundExceededException e) {
      // What was begun may hold a part of it.
      merging = false;
      return false;
    }
  }

  private Codec codecFor(BatchHeader batch) throws CorruptBatchException {
    return what.recompress().isPresent()
        ? what.recompress().get().codec()
        : Codec.forId(batch.codecId());
  }

  /** Lets go of what waits. */
  private void flush() throws IOException {
    if (pending.size() < 2 || !merging || !merged()) {
      for (int i = 0; i < pending.size(); i++) {
        alone(pending.get(i), pending.filePosition(i));
      }
    }
    pending.clear();
    merging = false;
  }

  private boolean merged() throws IOException {
    ByteBuffer batch = merger.finish();
    int saved = pending.sizeInBytes() - batch.remaining();
    long maxTimestamp = mergedHeader.wrap(batch, 0).maxTimestamp();
    // A header may claim a time that none of its records has; that is nobody's to correct.
    if (saved <= 0 || maxTimestamp != pending.maxTimestamp()) {
      return false;
    }
    next.changed();
    next.write(batch, pending.lastOffset(), maxTimestamp, merger.recordCount());
    batchesMerged += pending.size();
    batchesMade++;
    rebatchSavedBytes += saved;
    return true;
  }

  /** Passes a batch on that is not merged. */
  private void alone(BatchHeader batch, long filePosition) throws IOException {
    if (!isToBeRecompressed(batch, filePosition) || !recompressed(batch)) {
      pass(batch, filePosition);
    }
  }

  /**
   * A batch that has the codec is left alone, for its level cannot be seen; not so if it was
   * written anew just now, at the default level.
   */
  private boolean isToBeRecompressed(BatchHeader batch, long filePosition) {
    if (what.recompress().isEmpty() || !MergeRules.isReadable(batch)) {
      return false;
    }
    boolean other = batch.codecId() != what.recompress().get().codec().id();
    return other || (hasLevel && filePosition == WRITTEN_ANEW);
  }

  private boolean recompressed(BatchHeader batch) throws IOException {
    Compression by = what.recompress().orElseThrow();
    try {
      ByteBuffer form = build(batch, by.codec());
      int saved = batch.sizeInBytes() - form.remaining();
      if (saved > 0 && builder.maxTimestamp(form) == batch.maxTimestamp()) {
        next.changed();
        next.write(form, batch.lastOffset(), batch.maxTimestamp(), batch.recordCount());
        batchesRecompressed++;
        recompressSavedBytes += saved;
        return true;
      }
    } catch (CorruptBatchException | BoundExceededException e) {
      // It stays what it is, as without this; the comment of the class says why.
    }
    if (batch.codecId() != by.codec().id()) {
      batchesNotSmaller++;
    }
    return false;
  }

  private ByteBuffer build(BatchHeader batch, Codec codec) throws IOException {
    builder.begin(
        batch, batch.hasDeleteHorizon() ? batch.deleteHorizonMs() : BatchBuilder.NO_HORIZON, codec);
    records.open(batch, RecordCursor.Mode.WHOLE);
    int count = batch.recordCount();
    for (int done = 0; done < count; done += Long.SIZE) {
      builder.appendSurvivors(records, 0, Math.min(Long.SIZE, count - done));
    }
    if (records.next()) {
      throw new CorruptBatchException("the batch holds more than its " + count + " records");
    }
    return builder.finish();
  }

  private void pass(BatchHeader batch, long filePosition) throws IOException {
    if (filePosition != WRITTEN_ANEW) {
      next.keep(batch, filePosition);
      return;
    }
    ByteBuffer bytes = batch.buffer().duplicate();
    bytes.limit(batch.endPosition()).position(batch.position());
    next.write(bytes, batch.lastOffset(), batch.maxTimestamp(), batch.recordCount());
  }

  /** What was done so far. */
  ReshapeStats stats() {
    return new ReshapeStats(
        batchesMerged,
        batchesMade,
        rebatchSavedBytes,
        batchesRecompressed,
        recompressSavedBytes,
        batchesNotSmaller);
  }

  @Override
  public void close() {
    records.close();
    builder.close();
    merger.close();
    compressors.close();
    decompressors.close();
  }
}
