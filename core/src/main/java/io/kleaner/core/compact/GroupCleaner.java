// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.record.LegacyRecordCursor;
import io.kleaner.core.retain.ControlMarker;
import io.kleaner.core.retain.TransactionState;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The second pass: judges every batch of the range, group by group in ascending order, and hands
 * the survivors to an output in the order of the log.
 *
 * <p>Several lanes judge chunks at the same time; each keeps what it decided until its chunk's turn
 * comes, so the output is the same whatever their number.
 *
 * <p>Carries the state of transactions and the numbering of records from group to group, so the
 * groups of a clean must be cleaned by one instance, each once. Not thread-safe.
 */
final class GroupCleaner {

  private final FileSystem fileSystem;
  private final CleanScope scope;
  private final Lanes lanes;
  private final Stretches stretches;
  private final Pacer pacer;
  private final Reshapers reshapers;
  private final RecordFates.Walk walk;
  private final TransactionState transactions;
  private final FateLog fateLog = new FateLog();
  private final FateCounts keptUnread = new FateCounts();
  private final List<BatchJudge> judges = new ArrayList<>();
  private final List<RecordedOutput> recorded = new ArrayList<>();

  GroupCleaner(
      FileSystem fileSystem,
      CleanScope scope,
      Lanes lanes,
      RecordFates fates,
      Stretches stretches,
      Pacer pacer,
      Reshapers reshapers) {
    this.fileSystem = fileSystem;
    this.scope = scope;
    this.lanes = lanes;
    this.stretches = stretches;
    this.pacer = pacer;
    this.reshapers = reshapers;
    this.walk = fates.walk(scope.firstDirtyOffset());
    this.transactions = new TransactionState(scope.abortedTxns());
    for (int i = 0; i < lanes.count(); i++) {
      judges.add(new BatchJudge(scope, lanes.bench(i), fates));
      recorded.add(new RecordedOutput());
    }
  }

  /**
   * Cleans one group into an output.
   *
   * @throws CorruptBatchException if a batch changed for the worse since the first pass
   */
  void clean(List<Segment> group, GroupOutput output) throws IOException {
    fateLog.clear();
    Segment last = group.get(group.size() - 1);
    GroupOutput inTurn = reshapers.inTurn(output, last);
    BatchFeed feed = new BatchFeed(fileSystem, group, scope, pacer, new Following());
    lanes.run(
        feed,
        chunk -> {
          BatchJudge judge = judges.get(chunk.lane());
          if (lanes.areSeveral()) {
            RecordedOutput own = recorded.get(chunk.lane());
            own.begin(chunk);
            judge.judge(chunk, reshapers.inLane(chunk.lane(), own, last));
            if (feed.awaitTurn(chunk)) {
              put(chunk, judge, inTurn, own::replay);
              feed.endTurn();
              // What was filled in turn is written while the next lane has its own.
              output.catchUp();
            }
          } else {
            put(chunk, judge, inTurn, direct -> judge.judge(chunk, direct));
          }
        });
  }

  /**
   * Passes over a segment in a group of its own, if the first pass found that every batch of it
   * stays as it is and that nothing else follows from it.
   *
   * @return whether it did; if not, nothing happened, and the group is to be cleaned
   */
  boolean passesOver(Segment segment) throws IOException {
    Optional<Stretches.Stretch> whole =
        stretches
            .whole(segment, scope.endPosition(segment))
            .filter(stretch -> transactions.isUnmovedUpTo(stretch.lastOffset()));
    whole.ifPresent(
        stretch -> {
          walkOver(stretch);
          keptUnread.batchesKept += stretch.batches();
          keptUnread.recordsKept += stretch.records();
          pacer.passed(stretch.to(), stretch.batches(), stretch.lastOffset());
        });
    return whole.isPresent();
  }

  /** Makes an output of a chunk. */
  @FunctionalInterface
  private interface Survivors {
    void to(GroupOutput output) throws IOException;
  }

  private void put(Chunk chunk, BatchJudge judge, GroupOutput output, Survivors survivors)
      throws IOException {
    if (chunk.beginsItsSegment()) {
      output.beginSegment(chunk.segment());
    }
    survivors.to(output);
    fateLog.add(judge.fateLog());
    if (chunk.endsItsSegment()) {
      output.endSegment();
    }
  }

  /** What is done with batches in order. */
  private final class Following implements BatchFeed.Step {
    @Override
    public void see(Chunk chunk, BatchHeader batch) throws IOException {
      follow(chunk, batch);
    }

    @Override
    public Optional<Stretches.Stretch> passOver(Segment segment, long from) {
      Optional<Stretches.Stretch> dead =
          stretches
              .at(segment, from)
              .filter(stretch -> transactions.isUnmovedUpTo(stretch.lastOffset()));
      dead.ifPresent(stretch -> walkOver(stretch));
      return dead;
    }

    @Override
    public long readUpTo(Segment segment, long from, long end) {
      return stretches.nextAfter(segment, from).orElse(end);
    }
  }

  private void walkOver(Stretches.Stretch stretch) {
    walk.enter(stretch.lastOffset());
    if (walk.firstRecord() != stretch.firstRecord()) {
      throw new IllegalStateException(
          "record " + stretch.firstRecord() + " has the number " + walk.firstRecord());
    }
    walk.leave(stretch.records(), stretch.batches());
  }

  /** Follows transactions and numbers records. */
  private void follow(Chunk chunk, BatchHeader batch) throws IOException {
    if (batch.isControlBatch()) {
      chunk.batches().check(batch);
      TransactionState.MarkerFate fate =
          transactions.onControlBatch(
              ControlMarker.read(batch, lanes.bench(chunk.lane()).records()),
              batch.producerId(),
              batch.baseOffset(),
              batch.lastOffset());
      if (fate.isUnindexed()) {
        throw UnindexedAborts.at(batch);
      }
      chunk.add(batch, fate);
      return;
    }
    boolean aborted =
        transactions.onDataBatch(
            batch.isTransactional(), batch.producerId(), batch.baseOffset(), batch.lastOffset());
    walk.enter(batch.lastOffset());
    chunk.add(batch, walk.firstRecord(), walk.batch(), aborted);
    walk.leave(batch.isLegacy() ? legacyRecords(chunk, batch) : batch.recordCount());
  }

  /** Counts the records of a batch of magic 0 or 1, whose header does not say. */
  private int legacyRecords(Chunk chunk, BatchHeader batch) throws IOException {
    chunk.batches().check(batch);
    LegacyRecordCursor records = lanes.bench(chunk.lane()).legacyRecords();
    records.open(batch);
    int count = 0;
    while (records.next()) {
      count++;
    }
    return count;
  }

  /** The numbering as it is now: where the next group begins. */
  RecordFates.Walk position() {
    return walk.copy();
  }

  /** Which batches of the group cleaned last have survivors. */
  FateLog fateLog() {
    return fateLog;
  }

  /** What all lanes counted so far, and what was passed over. */
  FateCounts counts() {
    FateCounts all = new FateCounts();
    all.add(keptUnread);
    for (BatchJudge judge : judges) {
      all.add(judge.counts());
    }
    ReshapeStats reshaped = reshapers.stats();
    all.batchesDecided -= reshaped.batchesMerged() - reshaped.batchesMade();
    return all;
  }
}
