// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.keymap.KeyHash;
import io.kleaner.core.keymap.KeyIndex;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.retain.BatchFate;
import io.kleaner.core.retain.ControlMarker;
import io.kleaner.core.retain.TransactionState;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The first pass: reads every batch of the range once, checks it, and finds out which records do
 * not survive. First the dirty range, which says what is newest, then the clean range below it,
 * whose records lose to newer ones. Records are numbered as batches are handed out; keys are found
 * by as many lanes as there are.
 *
 * <p>Not thread-safe; used once.
 */
final class KeyScan {

  private final FileSystem fileSystem;
  private final CleanScope scope;
  private final Lanes lanes;
  private final KeyIndex index;
  private final RecordFates fates;
  private final Stretches stretches;
  private final Pacer pacer;
  private final long maxRecords;
  private final ScanCounts counts = new ScanCounts();
  private final UnindexedAborts aborts;
  private final List<KeyLane> keyLanes = new ArrayList<>();

  /** Where a smaller range could end. */
  private final List<Ending> endings = new ArrayList<>();

  /** No number is left: batches are still counted, and looked at for their checksums alone. */
  private boolean tooMany;

  /**
   * A border between segments of the dirty range.
   *
   * @param offset base offset of the segment above it
   * @param records of the dirty range below it
   * @param batches of the dirty range below it, data batches
   */
  private record Ending(long offset, long records, long batches) {}

  KeyScan(
      FileSystem fileSystem,
      CleanScope scope,
      Lanes lanes,
      KeyIndex index,
      RecordFates fates,
      Stretches stretches,
      Pacer pacer,
      long maxRecords) {
    this.maxRecords = maxRecords;
    this.stretches = stretches;
    this.fileSystem = fileSystem;
    this.scope = scope;
    this.lanes = lanes;
    this.index = index;
    this.fates = fates;
    this.pacer = pacer;
    this.aborts = new UnindexedAborts(fileSystem, scope, pacer);
    KeyHash hash = KeyHash.random();
    for (int i = 0; i < lanes.count(); i++) {
      keyLanes.add(new KeyLane(scope, lanes.bench(i), index, fates, hash.sameSecrets()));
    }
  }

  /**
   * Runs the pass.
   *
   * @throws CorruptBatchException at the first batch that is not what it should be
   * @throws TooManyRecordsException if the range has more records than can be numbered; with the
   *     greatest range that has not, if there is any, so that a second try is the last
   * @throws BoundExceededException if a batch or key is larger than the bound
   */
  ScanCounts run() throws IOException {
    int firstDirtySegment = firstDirtySegment();
    List<Segment> segments = scope.segments();
    // Ordinals of the clean range begin where those of the dirty range end, known after it is read.
    fates.dirtyRangeEnds(0, 0);
    // Transactions that began in the clean part need its batches only for the second pass: an index
    // entry names its own range, so starting in the middle loses nothing here.
    Numbering dirty = new Numbering(true);
    run(segments.subList(firstDirtySegment, segments.size()), dirty);
    for (KeyLane lane : keyLanes) {
      lane.endPuts();
    }
    fates.dirtyRangeEnds(dirty.walk.dirtyRecords(), dirty.walk.dirtyBatches());
    index.beginProbes();
    for (KeyLane lane : keyLanes) {
      lane.probeStraddling();
    }
    List<Segment> clean = new ArrayList<>();
    for (Segment segment : segments.subList(0, Math.min(firstDirtySegment + 1, segments.size()))) {
      if (segment.baseOffset() < scope.firstDirtyOffset()) {
        clean.add(segment);
      }
    }
    long dirtyRecords = counts.records;
    long dirtyBatches = counts.batches;
    Numbering below = new Numbering(false);
    run(clean, below);
    if (tooMany) {
      throw new TooManyRecordsException(
          maxRecords, smallerRange(counts.records - dirtyRecords, counts.batches - dirtyBatches));
    }
    aborts.require(
        below.transactions.unfinished(), dirty.transactions.unfinished(), lanes.bench(0).records());
    for (KeyLane lane : keyLanes) {
      lane.endProbes();
      counts.add(lane.counts());
    }
    index.finish();
    counts.superseded = index.superseded();
    fates.seal();
    counts.expiredTombstones = counts.dueTombstones == 0 ? 0 : expiredTombstones();
    stretches.settle();
    return counts;
  }

  /** What goes for no other reason: it is superseded, has no key, or is a tombstone that is due. */
  private long expiredTombstones() throws IOException {
    long unkeyed = scope.keepUnkeyed() ? 0 : counts.unkeyed;
    return fates.removed().count() - counts.superseded - unkeyed;
  }

  private void run(List<Segment> segments, Numbering numbering) throws IOException {
    BatchFeed feed = new BatchFeed(fileSystem, segments, scope, pacer, numbering);
    lanes.run(feed, chunk -> keyLanes.get(chunk.lane()).take(chunk));
  }

  /**
   * Where the greatest range ends that can be numbered, if there is one.
   *
   * @param cleanRecords of the clean part, which do not become less with the rest
   * @param cleanBatches of the clean part
   */
  private OptionalLong smallerRange(long cleanRecords, long cleanBatches) {
    return endings.stream()
        .filter(each -> canNumber(cleanRecords + each.records, cleanBatches + each.batches))
        .mapToLong(Ending::offset)
        .max();
  }

  private boolean canNumber(long records, long batches) {
    return Math.max(records, batches) <= maxRecords;
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

  /** Follows transactions and numbers records, batch after batch. */
  private final class Numbering implements BatchFeed.Step {

    private static final int OTHER_PART = -1;

    private final boolean dirtyPart;
    private final RecordFates.Walk walk = fates.walk(scope.firstDirtyOffset());
    private final TransactionState transactions = new TransactionState(scope.abortedTxns());

    /** Of the chunk that is seen. */
    private long firstRecord;

    private boolean goesWithItsRecords;
    private boolean staysWithItsRecords;

    /**
     * @param dirtyPart whether batches of the dirty range are numbered, or those below it
     */
    Numbering(boolean dirtyPart) {
      this.dirtyPart = dirtyPart;
    }

    @Override
    public void see(Chunk chunk, BatchHeader batch) throws IOException {
      number(chunk, batch);
      long base = chunk.segment().baseOffset();
      if (batch.lastOffset() - base > Integer.MAX_VALUE) {
        counts.overflowing.add(base);
      }
      int last = chunk.size() - 1;
      if (last == 0) {
        firstRecord = chunk.firstRecord(0);
        goesWithItsRecords = true;
        staysWithItsRecords = true;
      }
      boolean plain = chunk.number(last) >= 0 && !batch.isLegacy() && !batch.isTransactional();
      goesWithItsRecords &=
          plain && scope.rules().data(batch, false, 0, false) instanceof BatchFate.Drop;
      staysWithItsRecords &=
          plain
              && scope.rules().data(batch, false, batch.recordCount(), false)
                  instanceof BatchFate.Keep;
    }

    @Override
    public void chunkEnds(Chunk chunk, long from, long to) {
      if (!goesWithItsRecords && !staysWithItsRecords) {
        return;
      }
      int last = chunk.size() - 1;
      BatchHeader batch = chunk.batch(last);
      long records = chunk.firstRecord(last) + batch.recordCount() - firstRecord;
      Stretches.Stretch stretch =
          new Stretches.Stretch(
              from, to, batch.lastOffset(), firstRecord, records, chunk.number(0), chunk.size());
      if (goesWithItsRecords) {
        stretches.mayGo(chunk.segment(), stretch);
      }
      if (staysWithItsRecords) {
        stretches.mayStay(chunk.segment(), stretch);
      }
    }

    private void number(Chunk chunk, BatchHeader batch) throws IOException {
      boolean dirty = batch.lastOffset() >= scope.firstDirtyOffset();
      if (dirty != dirtyPart) {
        chunk.add(batch, OTHER_PART, OTHER_PART, false);
        return;
      }
      if (batch.isControlBatch()) {
        counts.controlBatches++;
        chunk.batches().check(batch);
        mark(chunk, batch);
        chunk.add(batch, OTHER_PART, OTHER_PART, false);
        return;
      }
      boolean aborted =
          transactions.onDataBatch(
              batch.isTransactional(), batch.producerId(), batch.baseOffset(), batch.lastOffset());
      walk.enter(batch.lastOffset());
      int records = batch.recordCount();
      if (batch.isLegacy()) {
        chunk.batches().check(batch);
        long left = tooMany ? 0 : maxRecords - counts.records;
        records =
            keyLanes.get(chunk.lane()).takeLegacy(batch, chunk.segment(), walk.firstRecord(), left);
      } else if (aborted) {
        counts.aborted += records;
      }
      counts.records += records;
      counts.batches++;
      tooMany |= !canNumber(counts.records, counts.batches);
      if (tooMany) {
        chunk.add(batch, OTHER_PART, OTHER_PART, false);
      } else {
        chunk.add(batch, walk.firstRecord(), walk.batch(), aborted);
        walk.leave(records);
      }
    }

    private void mark(Chunk chunk, BatchHeader batch) throws IOException {
      TransactionState.Marker marker =
          ControlMarker.read(batch, lanes.bench(chunk.lane()).records());
      boolean unindexed =
          transactions
              .onControlBatch(marker, batch.producerId(), batch.baseOffset(), batch.lastOffset())
              .isUnindexed();
      if (unindexed) {
        throw UnindexedAborts.at(batch);
      }
      if (dirtyPart) {
        aborts.marker(marker, batch, chunk.segment(), chunk.filePosition(batch));
      }
    }

    @Override
    public boolean segmentEnds(int index) {
      if (dirtyPart && !tooMany) {
        int next = firstDirtySegment() + index + 1;
        if (next < scope.segments().size()) {
          long offset = scope.segments().get(next).baseOffset();
          endings.add(new Ending(offset, counts.records, counts.batches));
        }
      }
      // The clean part is counted to its end: what has to be left out depends on all of it.
      return !dirtyPart || !tooMany;
    }
  }
}
