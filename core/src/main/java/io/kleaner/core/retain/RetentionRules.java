// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.retain;

import io.kleaner.core.record.BatchHeader;
import java.util.Map;

/**
 * The rules by which a batch's fate follows from its header, the transactions, the active producers
 * and the time (KIP-98, KIP-280's base rules, KIP-534).
 *
 * @param nowMs the time of the clean, milliseconds since the epoch
 * @param deleteRetentionMs how long a tombstone or a marker outlives its stamping
 * @param legacyDeleteHorizonMs tombstones of magic 0 and 1 go from segments last modified at or
 *     before this
 * @param expire whether what is due is removed at all; if not, horizons are stamped and nothing is
 *     dropped by them
 * @param upperBoundOffset the end of the cleaned range, exclusive
 * @param activeProducers by producer id
 */
public record RetentionRules(
    long nowMs,
    long deleteRetentionMs,
    long legacyDeleteHorizonMs,
    boolean expire,
    long upperBoundOffset,
    Map<Long, LastRecord> activeProducers) {

  /** Keeps its own copy of the producers. */
  public RetentionRules {
    activeProducers = Map.copyOf(activeProducers);
  }

  /** The same rules for a shorter range. */
  public RetentionRules endingAt(long endOffset) {
    return new RetentionRules(
        nowMs, deleteRetentionMs, legacyDeleteHorizonMs, expire, endOffset, activeProducers);
  }

  /** The horizon that this clean stamps, in milliseconds. */
  public long newDeleteHorizonMs() {
    return nowMs + deleteRetentionMs;
  }

  /** Whether tombstones of a magic 2 batch are due for removal. */
  public boolean tombstonesDue(BatchHeader batch) {
    return expire && batch.hasDeleteHorizon() && nowMs >= batch.deleteHorizonMs();
  }

  /** Whether tombstones of magic 0 and 1 are due in a segment. */
  public boolean legacyTombstonesDue(long segmentLastModifiedMs) {
    return expire && segmentLastModifiedMs <= legacyDeleteHorizonMs;
  }

  /**
   * The fate of a data batch of magic 2.
   *
   * @param aborted whether it belongs to an aborted transaction
   * @param survivors how many of its records survive, if it is not aborted
   * @param tombstoneSurvives whether one of the survivors has no value
   */
  public BatchFate data(
      BatchHeader batch, boolean aborted, int survivors, boolean tombstoneSurvives) {
    if (aborted || survivors == 0) {
      return emptied(batch);
    }
    if (tombstoneSurvives && !batch.hasDeleteHorizon()) {
      return BatchFate.Rewrite.STAMPED;
    }
    return survivors == batch.recordCount() ? BatchFate.Keep.INSTANCE : BatchFate.Rewrite.PLAIN;
  }

  /**
   * The fate of a control batch.
   *
   * @param discardable whether nothing that it marks was read in this clean
   */
  public BatchFate control(BatchHeader batch, boolean discardable) {
    if (batch.recordCount() == 0) {
      return emptied(batch);
    }
    if (!discardable) {
      return BatchFate.Keep.INSTANCE;
    }
    if (!batch.hasDeleteHorizon()) {
      return BatchFate.Rewrite.STAMPED;
    }
    boolean due = expire && batch.deleteHorizonMs() <= nowMs;
    return due ? emptied(batch) : BatchFate.Keep.INSTANCE;
  }

  /**
   * The fate of a batch of magic 0 or 1, which is always converted. None is kept empty: the old
   * formats have no such thing, and the peer fails on it.
   */
  public BatchFate legacy(int survivors, boolean tombstoneSurvives) {
    if (survivors == 0) {
      return BatchFate.Drop.INSTANCE;
    }
    return tombstoneSurvives ? BatchFate.Rewrite.STAMPED : BatchFate.Rewrite.PLAIN;
  }

  private BatchFate emptied(BatchHeader batch) {
    boolean needed = carriesProducerState(batch) || batch.nextOffset() == upperBoundOffset;
    return needed ? BatchFate.KeepEmpty.INSTANCE : BatchFate.Drop.INSTANCE;
  }

  private boolean carriesProducerState(BatchHeader batch) {
    if (activeProducers.isEmpty() || !batch.hasProducerId()) {
      return false;
    }
    LastRecord last = activeProducers.get(batch.producerId());
    if (last == null) {
      return false;
    }
    return last.lastDataOffset().isPresent()
        ? batch.lastOffset() == last.lastDataOffset().getAsLong()
        : batch.isControlBatch() && batch.producerEpoch() == last.epoch();
  }
}
