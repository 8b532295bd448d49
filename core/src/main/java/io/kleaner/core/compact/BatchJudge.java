// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.record.BatchBuilder;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.record.LegacyRecordCursor;
import io.kleaner.core.record.RecordCursor;
import io.kleaner.core.retain.BatchFate;
import io.kleaner.core.retain.TransactionState.MarkerFate;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What one lane does in the second pass: judges the batches it takes and hands the survivors to an
 * output. What the first pass found settles most batches without decompressing them. Not
 * thread-safe.
 */
final class BatchJudge {

  private final CleanScope scope;
  private final Workbench bench;
  private final RecordFates fates;
  private final FateCounts counts = new FateCounts();
  private final FateLog fateLog = new FateLog();

  BatchJudge(CleanScope scope, Workbench bench, RecordFates fates) {
    this.scope = scope;
    this.bench = bench;
    this.fates = fates;
  }

  FateCounts counts() {
    return counts;
  }

  /** Which batches of the chunk judged last have survivors. */
  FateLog fateLog() {
    return fateLog;
  }

  /** Judges a chunk's batches. */
  void judge(Chunk chunk, GroupOutput output) throws IOException {
    fateLog.clear();
    if (chunk.passedOver() > 0) {
      output.changed();
      counts.batchesDropped += chunk.passedOver();
      fateLog.addDropped(chunk.passedOver());
    }
    for (int i = 0; i < chunk.size(); i++) {
      BatchHeader batch = chunk.checkedBatch(i);
      long filePosition = chunk.filePosition(batch);
      try {
        if (batch.isControlBatch()) {
          cleanControl(batch, chunk.marker(i), output, filePosition);
        } else if (batch.isLegacy()) {
          cleanLegacy(batch, chunk.firstRecord(i), output);
        } else {
          cleanData(chunk, i, batch, output, filePosition);
        }
      } catch (CorruptBatchException e) {
        throw e.at(chunk.segment().logFile(), filePosition, batch.baseOffset());
      } catch (BoundExceededException e) {
        throw e.at(chunk.segment().logFile(), filePosition, batch.baseOffset());
      }
    }
  }

  private void cleanControl(
      BatchHeader batch, MarkerFate marker, GroupOutput output, long filePosition)
      throws IOException {
    BatchFate fate = scope.rules().control(batch, marker.discardable());
    fateLog.add(survives(fate));
    decided(fate, batch.recordCount());
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

  private void cleanData(
      Chunk chunk, int index, BatchHeader batch, GroupOutput output, long filePosition)
      throws IOException {
    int count = batch.recordCount();
    long first = chunk.firstRecord(index);
    boolean aborted = chunk.isAborted(index);
    int survivors = aborted ? 0 : count - fates.removed().count(first, count);
    boolean looked = survivors > 0 && fates.unstampedTombstones().get(chunk.number(index));
    boolean tombstoneSurvives = looked && hasSurvivingTombstone(batch, first);
    BatchFate fate = scope.rules().data(batch, aborted, survivors, tombstoneSurvives);
    fateLog.add(survives(fate));
    decided(fate, survivors);
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
    int count = batch.recordCount();
    for (int done = 0; done < count; done += Long.SIZE) {
      int some = Math.min(Long.SIZE, count - done);
      builder.appendSurvivors(records, fates.removed().word(first + done, some), some);
    }
    if (records.next()) {
      throw new CorruptBatchException("the batch holds more than its " + count + " records");
    }
    write(builder.finish(), builder, output);
  }

  private void cleanLegacy(BatchHeader batch, long first, GroupOutput output) throws IOException {
    LegacyRecordCursor records = bench.legacyRecords();
    records.open(batch);
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
      decided(fate, survivors);
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
  }

  private void decided(BatchFate fate, int survivors) {
    if (survives(fate)) {
      counts.batchesDecided++;
      counts.recordsDecided += survivors;
    } else if (fate instanceof BatchFate.KeepEmpty) {
      counts.batchesDecided++;
    }
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
