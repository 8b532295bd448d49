// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.record.BatchBuilder;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.record.LegacyRecordCursor;
import io.kleaner.core.record.RecordCursor;
import io.kleaner.core.retain.BatchFate;
import io.kleaner.core.retain.TransactionState;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The second pass: judges every batch of the range, group by group in ascending order, and hands
 * the survivors to an output. What the first pass found settles most batches without decompressing
 * them.
 *
 * <p>Carries the state of transactions and the numbering of records from group to group, so the
 * groups of a clean must be cleaned by one instance, each once. Not thread-safe.
 */
final class GroupCleaner {

  private final FileSystem fileSystem;
  private final CleanScope scope;
  private final Workbench bench;
  private final RecordFates fates;
  private final Pacer pacer;
  private final RecordFates.Walk walk;
  private final TransactionState transactions;
  private final FateCounts counts;
  private final FateLog fateLog = new FateLog();

  GroupCleaner(
      FileSystem fileSystem,
      CleanScope scope,
      Workbench bench,
      RecordFates fates,
      Pacer pacer,
      FateCounts counts) {
    this.fileSystem = fileSystem;
    this.scope = scope;
    this.bench = bench;
    this.fates = fates;
    this.pacer = pacer;
    this.counts = counts;
    this.walk = fates.walk(scope.firstDirtyOffset());
    this.transactions = new TransactionState(scope.abortedTxns());
  }

  /**
   * Cleans one group into an output.
   *
   * @throws CorruptBatchException if a batch changed for the worse since the first pass
   */
  void clean(List<Segment> group, GroupOutput output) throws IOException {
    fateLog.clear();
    BatchCursor batches = bench.batches();
    for (Segment segment : group) {
      try (FileHandle file = fileSystem.openRead(segment.logFile())) {
        output.beginSegment(segment, file);
        batches.open(
            segment.logFile(),
            file,
            0,
            scope.endPosition(segment),
            segment.baseOffset(),
            BatchCursor.Check.CHECKSUMS);
        while (batches.next()) {
          BatchHeader batch = batches.header();
          pacer.read(batch);
          try {
            clean(batch, output, batches.filePosition());
          } catch (CorruptBatchException e) {
            throw e.at(segment.logFile(), batches.filePosition(), batch.baseOffset());
          } catch (BoundExceededException e) {
            throw e.at(segment.logFile(), batches.filePosition(), batch.baseOffset());
          }
        }
        output.endSegment();
      }
    }
  }

  /** The numbering as it is now: where the next group begins. */
  RecordFates.Walk position() {
    return walk.copy();
  }

  /** Which batches of the group cleaned last have survivors. */
  FateLog fateLog() {
    return fateLog;
  }

  private void clean(BatchHeader batch, GroupOutput output, long filePosition) throws IOException {
    if (batch.isControlBatch()) {
      cleanControl(batch, output, filePosition);
      return;
    }
    boolean aborted =
        transactions.onDataBatch(
            batch.isTransactional(), batch.producerId(), batch.baseOffset(), batch.lastOffset());
    walk.enter(batch.lastOffset());
    if (batch.isLegacy()) {
      walk.leave(cleanLegacy(batch, output));
    } else {
      cleanData(batch, aborted, output, filePosition);
      walk.leave(batch.recordCount());
    }
  }

  private void cleanControl(BatchHeader batch, GroupOutput output, long filePosition)
      throws IOException {
    TransactionState.MarkerFate marker =
        transactions.onControlBatch(
            marker(batch), batch.producerId(), batch.baseOffset(), batch.lastOffset());
    BatchFate fate = scope.rules().control(batch, marker.discardable());
    fateLog.add(survives(fate));
    if (fate instanceof BatchFate.Rewrite) {
      BatchBuilder builder = bench.builder();
      builder.begin(batch, horizon(batch, fate));
      RecordCursor records = bench.records();
      records.open(batch, RecordCursor.Mode.WHOLE);
      while (records.next()) {
        builder.append(records);
      }
      write(builder.finish(), builder, output);
    } else {
      settle(fate, batch, output, filePosition, 0);
      if (!(fate instanceof BatchFate.Keep)) {
        counts.markersRemoved += batch.recordCount();
      }
    }
    // After the marker, which may have begun a further output: the entry belongs beside it.
    if (marker.indexEntry().isPresent()) {
      output.abortedTxn(marker.indexEntry().get());
    }
  }

  private TransactionState.Marker marker(BatchHeader batch) throws IOException {
    if (batch.recordCount() == 0) {
      return TransactionState.Marker.EMPTIED;
    }
    return ControlMarker.read(batch, bench.records());
  }

  private void cleanData(BatchHeader batch, boolean aborted, GroupOutput output, long filePosition)
      throws IOException {
    int count = batch.recordCount();
    long first = walk.firstRecord();
    int survivors = aborted ? 0 : count - fates.removed().count(first, count);
    boolean looked = survivors > 0 && fates.unstampedTombstones().get(walk.batch());
    boolean tombstoneSurvives = looked && hasSurvivingTombstone(batch, first);
    BatchFate fate = scope.rules().data(batch, aborted, survivors, tombstoneSurvives);
    fateLog.add(survives(fate));
    if (aborted) {
      counts.abortedRemoved += count;
    }
    if (fate instanceof BatchFate.Rewrite) {
      rewrite(batch, first, horizon(batch, fate), looked, output);
      counts.recordsKept += survivors;
    } else {
      settle(fate, batch, output, filePosition, survivors);
    }
  }

  private boolean hasSurvivingTombstone(BatchHeader batch, long first) throws IOException {
    RecordCursor records = bench.records();
    records.open(batch, RecordCursor.Mode.KEYS);
    long ordinal = first;
    while (records.next()) {
      if (!records.hasValue() && !fates.removed().get(ordinal)) {
        return true;
      }
      ordinal++;
    }
    return false;
  }

  /**
   * Writes a batch anew.
   *
   * @param looked whether its records are open already: most need not be decompressed again
   */
  private void rewrite(
      BatchHeader batch, long first, long horizonMs, boolean looked, GroupOutput output)
      throws IOException {
    BatchBuilder builder = bench.builder();
    builder.begin(batch, horizonMs);
    RecordCursor records = bench.records();
    if (looked) {
      records.rewind(RecordCursor.Mode.WHOLE);
    } else {
      records.open(batch, RecordCursor.Mode.WHOLE);
    }
    long ordinal = first;
    while (records.next()) {
      if (!fates.removed().get(ordinal)) {
        builder.append(records);
      }
      ordinal++;
    }
    write(builder.finish(), builder, output);
  }

  private int cleanLegacy(BatchHeader batch, GroupOutput output) throws IOException {
    LegacyRecordCursor records = bench.legacyRecords();
    records.open(batch);
    long first = walk.firstRecord();
    int count = 0;
    int survivors = 0;
    boolean tombstoneSurvives = false;
    while (records.next()) {
      if (!fates.removed().get(first + count)) {
        survivors++;
        tombstoneSurvives |= !records.hasValue();
      }
      count++;
    }
    fateLog.add(survivors > 0);
    output.changed();
    if (scope.rules().legacy(survivors, tombstoneSurvives) instanceof BatchFate.Rewrite fate) {
      BatchBuilder builder = bench.builder();
      builder.begin(batch, horizon(batch, fate));
      records.rewind();
      long ordinal = first;
      while (records.next()) {
        if (!fates.removed().get(ordinal)) {
          builder.append(
              records.offset(),
              records.timestamp(),
              records.buffer(),
              records.keyPosition(),
              records.keyLength(),
              records.valuePosition(),
              records.valueLength());
        }
        ordinal++;
      }
      write(builder.finish(), builder, output);
      counts.recordsKept += survivors;
      counts.batchesConverted++;
    } else {
      counts.batchesDropped++;
    }
    return count;
  }

  private static boolean survives(BatchFate fate) {
    return fate instanceof BatchFate.Keep || fate instanceof BatchFate.Rewrite;
  }

  /** The horizon of a batch that is written anew: this clean's, or the one it has. */
  private long horizon(BatchHeader batch, BatchFate fate) {
    if (fate instanceof BatchFate.Rewrite rewrite && rewrite.stampHorizon()) {
      return scope.rules().newDeleteHorizonMs();
    }
    return batch.hasDeleteHorizon() ? batch.deleteHorizonMs() : BatchBuilder.NO_HORIZON;
  }

  private void settle(
      BatchFate fate, BatchHeader batch, GroupOutput output, long filePosition, int records)
      throws IOException {
    if (fate instanceof BatchFate.Keep) {
      output.keep(batch, filePosition);
      counts.batchesKept++;
      counts.recordsKept += records;
    } else if (fate instanceof BatchFate.KeepEmpty) {
      ByteBuffer empty = bench.builder().empty(batch);
      if (isSame(empty, batch)) {
        output.keep(batch, filePosition);
      } else {
        output.changed();
        output.write(empty, batch.lastOffset(), batch.maxTimestamp(), 0);
      }
      counts.batchesEmptied++;
    } else {
      output.changed();
      counts.batchesDropped++;
    }
  }

  private static boolean isSame(ByteBuffer empty, BatchHeader batch) {
    return batch.sizeInBytes() == empty.limit()
        && empty.equals(
            batch.buffer().duplicate().limit(batch.endPosition()).position(batch.position()));
  }

  private void write(ByteBuffer batch, BatchBuilder builder, GroupOutput output)
      throws IOException {
    output.changed();
    output.write(batch, builder.lastOffset(), builder.maxTimestamp(batch), builder.recordCount());
    counts.batchesRewritten++;
  }
}
