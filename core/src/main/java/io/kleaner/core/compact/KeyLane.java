// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.keymap.KeyBlock;
import io.kleaner.core.keymap.KeyHash;
import io.kleaner.core.keymap.KeyIndex;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.record.KeyRun;
import io.kleaner.core.record.LegacyRecordCursor;
import io.kleaner.core.record.RecordCursor;
import io.kleaner.core.segment.Segment;
import java.io.IOException;

/**
 * What one lane does in the first pass: finds the keys of the batches it takes and hands them to
 * the index, a block at a time. Not thread-safe.
 */
final class KeyLane {

  private final CleanScope scope;
  private final Workbench bench;
  private final KeyIndex index;
  private final RecordFates fates;
  private final KeyHash hash;
  private final KeyBlock block;
  private final KeyRun run = new KeyRun();
  private final ScanCounts counts = new ScanCounts();

  /** Hashes of records below the first dirty offset in the batch that straddles it. */
  private final ProbeList straddling = new ProbeList();

  private boolean probing;

  KeyLane(CleanScope scope, Workbench bench, KeyIndex index, RecordFates fates, KeyHash hash) {
    this.scope = scope;
    this.bench = bench;
    this.index = index;
    this.fates = fates;
    this.hash = hash;
    this.block = new KeyBlock(hash);
  }

  ScanCounts counts() {
    return counts;
  }

  /** Takes a chunk's keys. */
  void take(Chunk chunk) throws IOException {
    for (int i = 0; i < chunk.size(); i++) {
      BatchHeader batch = chunk.checkedBatch(i);
      boolean settled = batch.isControlBatch() || batch.isLegacy() || chunk.isAborted(i);
      // A batch of the other part of the range is looked at for its checksum alone.
      if (settled || chunk.number(i) < 0) {
        continue;
      }
      try {
        take(batch, chunk.firstRecord(i), chunk.number(i));
      } catch (CorruptBatchException e) {
        throw e.at(chunk.segment().logFile(), chunk.filePosition(batch), batch.baseOffset());
      } catch (BoundExceededException e) {
        throw e.at(chunk.segment().logFile(), chunk.filePosition(batch), batch.baseOffset());
      }
    }
  }

  private void take(BatchHeader batch, long firstRecord, long number) throws IOException {
    RecordCursor records = bench.records();
    boolean due = scope.rules().tombstonesDue(batch);
    boolean straddles = batch.baseOffset() < scope.firstDirtyOffset() && !probing;
    boolean plain = !due && !straddles;
    boolean nullSeen = false;
    long ordinal = firstRecord;
    records.open(batch, RecordCursor.Mode.KEYS);
    while (true) {
      if (plain && records.next(run)) {
        makeRoom(run.size());
        block.add(run.buffer(), run.positions(), run.lengths(), run.size(), ordinal);
        nullSeen |= run.isValueMissing();
        ordinal += run.size();
        continue;
      }
      if (!records.next()) {
        break;
      }
      boolean hasValue = records.hasValue();
      nullSeen |= !hasValue;
      if (records.hasKey()) {
        if (straddles && records.offset() < scope.firstDirtyOffset()) {
          hash.hash(records.buffer(), records.keyPosition(), records.keyLength());
          straddling.add(hash.first(), hash.second(), ordinal);
        } else {
          makeRoom(1);
          block.add(records.buffer(), records.keyPosition(), records.keyLength(), ordinal);
        }
        if (due && !hasValue) {
          expire(ordinal);
        }
      } else {
        unkeyed(records.offset(), ordinal);
      }
      ordinal++;
    }
    if (nullSeen && !batch.hasDeleteHorizon()) {
      fates.unstampedTombstones().setShared(number);
    }
  }

  /**
   * Takes a batch of magic 0 or 1, whose records have to be counted before any after it can be
   * numbered.
   *
   * @param numbersLeft how many there are for its records; those beyond are only counted
   * @return how many records it has
   */
  int takeLegacy(BatchHeader batch, Segment segment, long firstRecord, long numbersLeft)
      throws IOException {
    LegacyRecordCursor records = bench.legacyRecords();
    boolean due = scope.rules().legacyTombstonesDue(segment.lastModifiedMs());
    int count = 0;
    records.open(batch);
    while (records.next()) {
      if (count++ >= numbersLeft) {
        continue;
      }
      long ordinal = firstRecord + count - 1;
      if (records.hasKey()) {
        if (!probing && records.offset() < scope.firstDirtyOffset()) {
          hash.hash(records.buffer(), records.keyPosition(), records.keyLength());
          straddling.add(hash.first(), hash.second(), ordinal);
        } else {
          makeRoom(1);
          block.add(records.buffer(), records.keyPosition(), records.keyLength(), ordinal);
        }
        if (due && !records.hasValue()) {
          expire(ordinal);
        }
      } else {
        unkeyed(records.offset(), ordinal);
      }
    }
    return count;
  }

  private void expire(long ordinal) throws IOException {
    counts.dueTombstones++;
    fates.removed().setShared(ordinal);
  }

  private void unkeyed(long offset, long ordinal) throws IOException {
    counts.unkeyed(offset);
    if (!scope.keepUnkeyed()) {
      fates.removed().setShared(ordinal);
    }
  }

  private void makeRoom(int keys) throws IOException {
    if (!block.hasRoomFor(keys)) {
      flush();
    }
  }

  private void flush() throws IOException {
    if (probing) {
      index.probe(block);
    } else {
      index.put(block);
    }
  }

  /** Everything of the dirty range was taken. */
  void endPuts() throws IOException {
    flush();
    index.giveBack(block);
    probing = true;
  }

  /** Every lane has put what it took: records that straddle the first dirty offset can lose now. */
  void probeStraddling() throws IOException {
    straddling.forEach(index::probe);
  }

  /** Everything was taken. */
  void endProbes() throws IOException {
    flush();
  }
}
