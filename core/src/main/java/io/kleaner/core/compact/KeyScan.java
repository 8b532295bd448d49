// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.keymap.KeyHash;
import io.kleaner.core.keymap.KeyIndex;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.record.LegacyRecordCursor;
import io.kleaner.core.record.RecordCursor;
import io.kleaner.core.retain.TransactionState;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/**
 * The first pass: reads every batch of the range once, checks it, and finds out which records do
 * not survive. First the dirty range, which says what is newest, then the clean range below it,
 * whose records lose to newer ones.
 *
 * <p>Keys are hashed in chunks, and a chunk's slots are touched before they are used, so that their
 * cache misses overlap. Not thread-safe; used once.
 */
final class KeyScan {

  private static final int CHUNK = 512;

  private final FileSystem fileSystem;
  private final CleanScope scope;
  private final Workbench bench;
  private final KeyIndex index;
  private final RecordFates fates;
  private final Pacer pacer;
  private final long maxRecords;
  private final KeyHash hash = KeyHash.random();
  private final ScanCounts counts = new ScanCounts();

  private final long[] first = new long[CHUNK];
  private final long[] second = new long[CHUNK];
  private final long[] ordinals = new long[CHUNK];
  private int chunk;
  private boolean probing;
  private int touched;

  /** Hashes of records below the first dirty offset in the batch that straddles it. */
  private final ProbeList straddling = new ProbeList();

  private RecordFates.Walk walk;
  private TransactionState transactions;

  KeyScan(
      FileSystem fileSystem,
      CleanScope scope,
      Workbench bench,
      KeyIndex index,
      RecordFates fates,
      Pacer pacer,
      long maxRecords) {
    this.maxRecords = maxRecords;
    this.fileSystem = fileSystem;
    this.scope = scope;
    this.bench = bench;
    this.index = index;
    this.fates = fates;
    this.pacer = pacer;
  }

  /**
   * Runs the pass.
   *
   * @throws CorruptBatchException at the first batch that is not what it should be
   * @throws TooManyRecordsException if the range has more records than can be numbered
   * @throws BoundExceededException if a batch or key is larger than the bound
   */
  ScanCounts run() throws IOException {
    int firstDirtySegment = firstDirtySegment();
    List<Segment> segments = scope.segments();
    // Ordinals of the clean range begin where those of the dirty range end, known after it is read.
    fates.dirtyRangeEnds(0, 0);
    walk = fates.walk(scope.firstDirtyOffset());
    // Transactions that began in the clean part need its batches only for the second pass: an index
    // entry names its own range, so starting in the middle loses nothing here.
    transactions = new TransactionState(scope.abortedTxns());
    for (int i = firstDirtySegment; i < segments.size(); i++) {
      scan(segments.get(i), true);
      if (walk.dirtyRecords() > maxRecords) {
        throw new TooManyRecordsException(maxRecords, boundary(i));
      }
    }
    flush();
    fates.dirtyRangeEnds(walk.dirtyRecords(), walk.dirtyBatches());
    probing = true;
    straddling.forEach(index::probe);
    walk = fates.walk(scope.firstDirtyOffset());
    transactions = new TransactionState(scope.abortedTxns());
    int cleanSegments = Math.min(firstDirtySegment + 1, segments.size());
    for (Segment segment : segments.subList(0, cleanSegments)) {
      if (segment.baseOffset() < scope.firstDirtyOffset()) {
        scan(segment, false);
        if (counts.records > maxRecords) {
          throw new TooManyRecordsException(
              maxRecords, boundary((firstDirtySegment + segments.size()) / 2));
        }
      }
    }
    flush();
    index.finish();
    counts.superseded = index.superseded();
    counts.expiredTombstones -= index.alreadyRemoved();
    counts.touched = touched;
    return counts;
  }

  /** The base offset of a segment, if a range may end there. */
  private OptionalLong boundary(int segment) {
    long base = scope.segments().get(segment).baseOffset();
    return base > scope.firstDirtyOffset() ? OptionalLong.of(base) : OptionalLong.empty();
  }

  private int firstDirtySegment() {
    List<Segment> segments = scope.segments();
    int found = 0;
    for (int i = 0; i < segments.size(); i++) {
      if (segments.get(i).baseOffset() <= scope.firstDirtyOffset()) {
        found = i;
      }
    }
    return found;
  }

  private void scan(Segment segment, boolean dirtyPart) throws IOException {
    BatchCursor batches = bench.batches();
    try (FileHandle file = fileSystem.openRead(segment.logFile())) {
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
        boolean dirty = batch.lastOffset() >= scope.firstDirtyOffset();
        if (dirty != dirtyPart) {
          continue;
        }
        try {
          scan(batch, segment);
        } catch (CorruptBatchException e) {
          throw e.at(segment.logFile(), batches.filePosition(), batch.baseOffset());
        } catch (BoundExceededException e) {
          throw e.at(segment.logFile(), batches.filePosition(), batch.baseOffset());
        }
      }
    }
  }

  private void scan(BatchHeader batch, Segment segment) throws IOException {
    if (batch.isControlBatch()) {
      counts.controlBatches++;
      return;
    }
    boolean aborted =
        transactions.onDataBatch(
            batch.isTransactional(), batch.producerId(), batch.baseOffset(), batch.lastOffset());
    walk.enter(batch.lastOffset());
    int records;
    if (batch.isLegacy()) {
      records = scanLegacy(batch, segment);
    } else {
      records = batch.recordCount();
      if (aborted) {
        counts.aborted += records;
      } else {
        scanRecords(batch);
      }
    }
    counts.records += records;
    counts.batches++;
    walk.leave(records);
  }

  private void scanRecords(BatchHeader batch) throws IOException {
    RecordCursor records = bench.records();
    boolean due = scope.rules().tombstonesDue(batch);
    boolean stampable = !batch.hasDeleteHorizon();
    boolean nullSeen = false;
    boolean straddles = batch.baseOffset() < scope.firstDirtyOffset() && !probing;
    long ordinal = walk.firstRecord();
    records.open(batch, RecordCursor.Mode.KEYS);
    while (records.next()) {
      boolean hasValue = records.hasValue();
      nullSeen |= !hasValue;
      if (records.hasKey()) {
        hash.hash(records.buffer(), records.keyPosition(), records.keyLength());
        note(ordinal, straddles && records.offset() < scope.firstDirtyOffset());
        if (due && !hasValue) {
          expire(ordinal);
        }
      } else {
        unkeyed(records.offset(), ordinal);
      }
      ordinal++;
    }
    if (nullSeen && stampable) {
      fates.unstampedTombstones().set(walk.batch());
    }
  }

  private int scanLegacy(BatchHeader batch, Segment segment) throws IOException {
    LegacyRecordCursor records = bench.legacyRecords();
    boolean due = scope.rules().legacyTombstonesDue(segment.lastModifiedMs());
    boolean straddles = !probing;
    long firstOrdinal = walk.firstRecord();
    int count = 0;
    records.open(batch);
    while (records.next()) {
      long ordinal = firstOrdinal + count;
      if (records.hasKey()) {
        hash.hash(records.buffer(), records.keyPosition(), records.keyLength());
        note(ordinal, straddles && records.offset() < scope.firstDirtyOffset());
        if (due && !records.hasValue()) {
          expire(ordinal);
        }
      } else {
        unkeyed(records.offset(), ordinal);
      }
      count++;
    }
    return count;
  }

  private void expire(long ordinal) throws IOException {
    // The bit may be set only after everything before it was put: a later record of the same key
    // takes the tombstone from "expired" to "superseded", and the counts follow the order.
    flush();
    if (fates.removed().set(ordinal)) {
      counts.expiredTombstones++;
    }
  }

  private void unkeyed(long offset, long ordinal) {
    counts.unkeyed(offset);
    if (!scope.keepUnkeyed()) {
      fates.removed().set(ordinal);
    }
  }

  private void note(long ordinal, boolean belowFirstDirty) throws IOException {
    if (belowFirstDirty) {
      straddling.add(hash.first(), hash.second(), ordinal);
      return;
    }
    first[chunk] = hash.first();
    second[chunk] = hash.second();
    ordinals[chunk] = ordinal;
    if (++chunk == CHUNK) {
      flush();
    }
  }

  private void flush() throws IOException {
    int n = chunk;
    chunk = 0;
    int seen = 0;
    for (int i = 0; i < n; i++) {
      seen += index.touch(second[i]);
    }
    touched += seen;
    if (probing) {
      for (int i = 0; i < n; i++) {
        index.probe(first[i], second[i], ordinals[i]);
      }
    } else {
      for (int i = 0; i < n; i++) {
        index.put(first[i], second[i], ordinals[i]);
      }
    }
  }
}
