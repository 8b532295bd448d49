// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import io.kleaner.core.oracle.PartitionBatches.Located;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.storage.internals.log.LastRecord;

/**
 * The rules of compaction once more, as plainly as can be: everything in memory, all transactions
 * known from the end of the log, no index asked. It says why each batch goes its way, so that a
 * census knows which rules a test has met. It shares no code with what it looks over.
 */
final class RetentionModel {

  private final Told told;
  private final PartitionBatches before;
  private final Set<MutableRecordBatch> aborted;
  private final Map<ByteBuffer, Long> newest = new HashMap<>();
  private final Set<Long> producersWithData = new HashSet<>();

  /**
   * What a clean was told.
   *
   * @param minLagMs {@code min.compaction.lag.ms}
   * @param expire whether what is due goes
   * @param keepUnkeyed whether records without a key stay
   * @param lastRecords of the active producers, as the broker knew them
   */
  record Told(
      long firstDirtyOffset,
      long upperBoundOffset,
      long nowMs,
      long deleteRetentionMs,
      long minLagMs,
      boolean expire,
      boolean keepUnkeyed,
      Map<Long, LastRecord> lastRecords) {}

  /** In what form a batch is there afterwards. */
  enum Form {
    SAME_BYTES,
    WRITTEN_ANEW,
    EMPTY,
    GONE
  }

  /**
   * What becomes of a batch, and why.
   *
   * @param branches how often each was met, those of its records too
   * @param survivors the offsets of the records that stay
   * @param hasHorizon whether it has a delete horizon afterwards
   */
  record Verdict(
      MutableRecordBatch batch,
      Map<RetainBranch, Integer> branches,
      Form form,
      List<Long> survivors,
      boolean hasHorizon) {}

  RetentionModel(Told told, PartitionBatches before) {
    this.told = told;
    this.before = before;
    this.aborted = abortedBatches(before);
    for (Located each : before.batches()) {
      MutableRecordBatch batch = each.batch();
      if (inRange(batch) && !batch.isControlBatch() && !aborted.contains(batch)) {
        for (Record record : batch) {
          if (record.hasKey() && record.offset() >= told.firstDirtyOffset()) {
            newest.put(record.key(), record.offset());
          }
        }
      }
    }
  }

  /** A verdict on each batch of the cleaned range, in the order of offsets. */
  List<Verdict> verdicts() {
    List<Verdict> verdicts = new ArrayList<>();
    for (Located each : before.batches()) {
      if (inRange(each.batch())) {
        verdicts.add(each.batch().isControlBatch() ? control(each.batch()) : data(each));
      }
    }
    return verdicts;
  }

  private boolean inRange(MutableRecordBatch batch) {
    return batch.lastOffset() < told.upperBoundOffset();
  }

  /** A transaction is aborted if the next marker of its producer says so. */
  private static Set<MutableRecordBatch> abortedBatches(PartitionBatches before) {
    Set<MutableRecordBatch> aborted = new HashSet<>();
    Map<Long, Boolean> endsInAbort = new HashMap<>();
    for (int i = before.batches().size() - 1; i >= 0; i--) {
      MutableRecordBatch batch = before.batches().get(i).batch();
      if (batch.isControlBatch()) {
        controlType(batch)
            .filter(RetentionModel::endsTransaction)
            .ifPresent(
                type -> endsInAbort.put(batch.producerId(), type == ControlRecordType.ABORT));
      } else if (batch.isTransactional()
          && endsInAbort.getOrDefault(batch.producerId(), Boolean.FALSE)) {
        aborted.add(batch);
      }
    }
    return aborted;
  }

  /** Empty if its record was removed before. */
  static Optional<ControlRecordType> controlType(RecordBatch batch) {
    for (Record record : batch) {
      return Optional.of(ControlRecordType.parse(record.key()));
    }
    return Optional.empty();
  }

  static boolean endsTransaction(ControlRecordType type) {
    return type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT;
  }

  private Verdict control(MutableRecordBatch batch) {
    Optional<ControlRecordType> type = controlType(batch);
    if (type.isEmpty()) {
      return emptied(
          batch,
          new EnumMap<>(RetainBranch.class),
          RetainBranch.MARKER_HEADER_FOR_PRODUCER,
          RetainBranch.MARKER_HEADER_FOR_END,
          RetainBranch.MARKER_HEADER_DROPPED);
    }
    boolean commit = type.get() == ControlRecordType.COMMIT;
    if (!endsTransaction(type.get())) {
      boolean known = type.get() == ControlRecordType.LEADER_CHANGE;
      return marker(
          batch,
          known ? RetainBranch.LEADER_CHANGE_KEPT : RetainBranch.UNKNOWN_CONTROL_KEPT,
          Form.SAME_BYTES);
    }
    if (producersWithData.remove(batch.producerId())) {
      return marker(
          batch, commit ? RetainBranch.COMMIT_NEEDED : RetainBranch.ABORT_NEEDED, Form.SAME_BYTES);
    }
    if (batch.deleteHorizonMs().isEmpty()) {
      return marker(
          batch,
          commit ? RetainBranch.COMMIT_STAMPED : RetainBranch.ABORT_STAMPED,
          Form.WRITTEN_ANEW);
    }
    if (told.nowMs() < batch.deleteHorizonMs().getAsLong()) {
      return marker(
          batch, commit ? RetainBranch.COMMIT_HELD : RetainBranch.ABORT_HELD, Form.SAME_BYTES);
    }
    if (!told.expire()) {
      return marker(
          batch,
          commit ? RetainBranch.COMMIT_DUE_KEPT : RetainBranch.ABORT_DUE_KEPT,
          Form.SAME_BYTES);
    }
    return emptied(
        batch,
        new EnumMap<>(RetainBranch.class),
        commit ? RetainBranch.COMMIT_FOR_PRODUCER : RetainBranch.ABORT_FOR_PRODUCER,
        commit ? RetainBranch.COMMIT_FOR_END : RetainBranch.ABORT_FOR_END,
        commit ? RetainBranch.COMMIT_DROPPED : RetainBranch.ABORT_DROPPED);
  }

  private static Verdict marker(MutableRecordBatch batch, RetainBranch branch, Form form) {
    boolean hasHorizon = form == Form.WRITTEN_ANEW || batch.deleteHorizonMs().isPresent();
    List<Long> survivors = List.of(batch.lastOffset());
    return new Verdict(batch, Map.of(branch, 1), form, survivors, hasHorizon);
  }

  private Verdict data(Located at) {
    MutableRecordBatch batch = at.batch();
    if (batch.isTransactional()) {
      producersWithData.add(batch.producerId());
    }
    boolean isAborted = aborted.contains(batch);
    Map<RetainBranch, Integer> branches = new EnumMap<>(RetainBranch.class);
    List<Long> survivors = new ArrayList<>();
    boolean tombstoneStays = false;
    int records = 0;
    for (Record record : batch) {
      RetainBranch branch = isAborted ? RetainBranch.RECORD_ABORTED : record(at, record);
      branches.merge(branch, 1, Integer::sum);
      records++;
      if (branch.keepsRecord()) {
        survivors.add(record.offset());
        tombstoneStays |= !record.hasValue();
      }
    }
    boolean whole = survivors.size() == records;
    if (batch.magic() < RecordBatch.MAGIC_VALUE_V2) {
      return legacy(batch, branches, survivors, whole, tombstoneStays);
    }
    if (records == 0) {
      return emptied(
          batch,
          branches,
          RetainBranch.HEADER_FOR_PRODUCER,
          RetainBranch.HEADER_FOR_END,
          RetainBranch.HEADER_DROPPED);
    }
    if (isAborted) {
      return emptied(
          batch,
          branches,
          RetainBranch.ABORTED_FOR_PRODUCER,
          RetainBranch.ABORTED_FOR_END,
          RetainBranch.ABORTED_DROPPED);
    }
    if (survivors.isEmpty()) {
      return emptied(
          batch,
          branches,
          RetainBranch.EMPTIED_FOR_PRODUCER,
          RetainBranch.EMPTIED_FOR_END,
          RetainBranch.EMPTIED_DROPPED);
    }
    boolean hadHorizon = batch.deleteHorizonMs().isPresent();
    if (tombstoneStays && !hadHorizon) {
      branches.put(whole ? RetainBranch.STAMPED_WHOLE : RetainBranch.STAMPED_IN_PART, 1);
      return new Verdict(batch, branches, Form.WRITTEN_ANEW, survivors, true);
    }
    if (whole) {
      branches.put(hadHorizon ? RetainBranch.COPIED_WITH_HORIZON : RetainBranch.COPIED, 1);
    } else {
      branches.put(hadHorizon ? RetainBranch.REWRITTEN_WITH_HORIZON : RetainBranch.REWRITTEN, 1);
    }
    Form form = whole ? Form.SAME_BYTES : Form.WRITTEN_ANEW;
    return new Verdict(batch, branches, form, survivors, hadHorizon);
  }

  private RetainBranch record(Located at, Record record) {
    if (!record.hasKey()) {
      return unkeyed(record);
    }
    boolean clean = record.offset() < told.firstDirtyOffset();
    if (newest.getOrDefault(record.key(), -1L) > record.offset()) {
      return clean
          ? RetainBranch.RECORD_SUPERSEDED_IN_CLEAN
          : RetainBranch.RECORD_SUPERSEDED_IN_DIRTY;
    }
    if (record.hasValue()) {
      return clean ? RetainBranch.RECORD_UNRIVALLED : RetainBranch.RECORD_NEWEST;
    }
    if (at.batch().magic() < RecordBatch.MAGIC_VALUE_V2) {
      return legacyTombstone(at.segment());
    }
    if (at.batch().deleteHorizonMs().isEmpty()) {
      return RetainBranch.TOMBSTONE_STAMPED;
    }
    if (told.nowMs() < at.batch().deleteHorizonMs().getAsLong()) {
      return RetainBranch.TOMBSTONE_HELD;
    }
    return told.expire() ? RetainBranch.TOMBSTONE_DUE : RetainBranch.TOMBSTONE_DUE_KEPT;
  }

  private RetainBranch unkeyed(Record record) {
    if (!told.keepUnkeyed()) {
      return RetainBranch.RECORD_UNKEYED;
    }
    return record.hasValue()
        ? RetainBranch.RECORD_UNKEYED_KEPT
        : RetainBranch.TOMBSTONE_UNKEYED_KEPT;
  }

  private RetainBranch legacyTombstone(long segment) {
    Map.Entry<Long, Long> lastCleaned = before.segments().lowerEntry(told.firstDirtyOffset());
    if (lastCleaned == null) {
      return RetainBranch.LEGACY_TOMBSTONE_UNLIMITED;
    }
    long horizonMs = lastCleaned.getValue() - told.deleteRetentionMs();
    if (before.segments().get(segment) > horizonMs) {
      return RetainBranch.LEGACY_TOMBSTONE_HELD;
    }
    return told.expire()
        ? RetainBranch.LEGACY_TOMBSTONE_DUE
        : RetainBranch.LEGACY_TOMBSTONE_DUE_KEPT;
  }

  private static Verdict legacy(
      MutableRecordBatch batch,
      Map<RetainBranch, Integer> branches,
      List<Long> survivors,
      boolean whole,
      boolean tombstoneStays) {
    if (survivors.isEmpty()) {
      branches.put(RetainBranch.LEGACY_DROPPED, 1);
      return new Verdict(batch, branches, Form.GONE, survivors, false);
    }
    RetainBranch plain = whole ? RetainBranch.CONVERTED_WHOLE : RetainBranch.CONVERTED_IN_PART;
    RetainBranch stamped =
        whole ? RetainBranch.CONVERTED_STAMPED_WHOLE : RetainBranch.CONVERTED_STAMPED_IN_PART;
    branches.put(tombstoneStays ? stamped : plain, 1);
    return new Verdict(batch, branches, Form.WRITTEN_ANEW, survivors, tombstoneStays);
  }

  private Verdict emptied(
      MutableRecordBatch batch,
      Map<RetainBranch, Integer> branches,
      RetainBranch forProducer,
      RetainBranch forEnd,
      RetainBranch dropped) {
    boolean isEnd = batch.nextOffset() == told.upperBoundOffset();
    RetainBranch branch = isForProducer(batch) ? forProducer : isEnd ? forEnd : dropped;
    branches.put(branch, 1);
    Form form = branch == dropped ? Form.GONE : Form.EMPTY;
    return new Verdict(batch, branches, form, List.of(), false);
  }

  private boolean isForProducer(MutableRecordBatch batch) {
    LastRecord last = told.lastRecords().get(batch.producerId());
    if (last == null) {
      return false;
    }
    return last.lastDataOffset().isPresent()
        ? last.lastDataOffset().getAsLong() == batch.lastOffset()
        : batch.isControlBatch() && last.producerEpoch() == batch.producerEpoch();
  }
}
