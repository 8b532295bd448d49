// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import java.util.OptionalLong;

/**
 * What is known of one idempotent producer.
 *
 * @param producerId who
 * @param epoch its current epoch
 * @param lastSequence sequence number of its last record; -1 if no batch is known at this epoch
 * @param lastDataOffset last offset of its newest data batch at this epoch
 * @param lastTimestamp of its newest batch or marker, milliseconds since the epoch
 * @param currentTxnFirstOffset first offset of its open transaction
 */
public record ProducerEntry(
    long producerId,
    short epoch,
    int lastSequence,
    OptionalLong lastDataOffset,
    long lastTimestamp,
    OptionalLong currentTxnFirstOffset) {

  /**
   * Whether a broker forgets it (KIP-854): idle for that long, and without an open transaction.
   *
   * @param nowMs milliseconds since the epoch
   */
  public boolean isExpired(long nowMs, long expirationMs) {
    return currentTxnFirstOffset.isEmpty() && nowMs - lastTimestamp >= expirationMs;
  }

  /** After a data batch. */
  ProducerEntry onData(
      short batchEpoch,
      int batchLastSequence,
      long baseOffset,
      long lastOffset,
      long timestamp,
      boolean transactional) {
    OptionalLong transaction =
        currentTxnFirstOffset.isEmpty() && transactional
            ? OptionalLong.of(baseOffset)
            : currentTxnFirstOffset;
    return new ProducerEntry(
        producerId,
        batchEpoch,
        batchLastSequence,
        OptionalLong.of(lastOffset),
        timestamp,
        transaction);
  }

  /** After a marker, which ends the transaction and, at a new epoch, clears what was known. */
  ProducerEntry onMarker(short markerEpoch, long timestamp) {
    boolean sameEpoch = markerEpoch == epoch;
    return new ProducerEntry(
        producerId,
        markerEpoch,
        sameEpoch ? lastSequence : -1,
        sameEpoch ? lastDataOffset : OptionalLong.empty(),
        timestamp,
        OptionalLong.empty());
  }

  static ProducerEntry unknown(long producerId, short epoch) {
    return new ProducerEntry(producerId, epoch, -1, OptionalLong.empty(), -1, OptionalLong.empty());
  }
}
