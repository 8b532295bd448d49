// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.Codec;

/**
 * Which neighbours may become one batch: those of which nobody reads anything in the header that
 * would be lost. Pure; docs/decisions/023-merged-batches.md has the reasons.
 */
final class MergeRules {

  /** Codec, timestamp type, transactional, control, delete horizon: what Kafka 4.3 knows. */
  private static final int KNOWN_ATTRIBUTES = 0x7f;

  private MergeRules() {}

  /**
   * Whether a batch's records may be moved into another one at all: it is of magic 2, has records,
   * no producer, no transaction, no delete horizon, and is no marker.
   */
  static boolean isMergeable(BatchHeader batch) {
    return isReadable(batch)
        && batch.producerId() == BatchHeader.NO_PRODUCER_ID
        && batch.producerEpoch() == -1
        && batch.baseSequence() == BatchHeader.NO_SEQUENCE
        && !batch.isTransactional()
        && !batch.hasDeleteHorizon();
  }

  /** Whether a batch has data, in a form of which all is known. */
  static boolean isReadable(BatchHeader batch) {
    return !batch.isLegacy()
        && !batch.isControlBatch()
        && batch.recordCount() > 0
        && (batch.attributes() & ~KNOWN_ATTRIBUTES) == 0
        && batch.codecId() <= Codec.ZSTD.id();
  }

  /**
   * Whether a mergeable batch may follow others in one.
   *
   * @param first the first of them
   * @param lastOffset of the last of them
   * @param anyCodec whether the merged batch has a codec of its own
   */
  static boolean joins(BatchHeader first, long lastOffset, BatchHeader next, boolean anyCodec) {
    return next.partitionLeaderEpoch() == first.partitionLeaderEpoch()
        && next.isLogAppendTime() == first.isLogAppendTime()
        // The batch's time is every record's then.
        && (!first.isLogAppendTime() || next.maxTimestamp() == first.maxTimestamp())
        && (anyCodec || next.codecId() == first.codecId())
        && next.baseOffset() > lastOffset
        && next.lastOffset() - first.baseOffset() <= Integer.MAX_VALUE;
  }
}
