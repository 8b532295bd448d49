// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

/**
 * What {@link Reshaping} did in one clean, on top of what Kafka's cleaner would have written.
 *
 * @param batchesMerged batches whose records went into merged ones
 * @param batchesMade merged batches that they became
 * @param rebatchSavedBytes how much smaller these are, recompression included
 * @param batchesRecompressed other batches that were compressed anew
 * @param recompressSavedBytes how much smaller these are
 * @param batchesNotSmaller batches that would not be smaller by it, or do not fit the memory bound,
 *     and kept their form
 */
public record ReshapeStats(
    long batchesMerged,
    long batchesMade,
    long rebatchSavedBytes,
    long batchesRecompressed,
    long recompressSavedBytes,
    long batchesNotSmaller) {

  /** Nothing was done. */
  public static final ReshapeStats NONE = new ReshapeStats(0, 0, 0, 0, 0, 0);

  /** Both together. */
  ReshapeStats plus(ReshapeStats other) {
    return new ReshapeStats(
        batchesMerged + other.batchesMerged,
        batchesMade + other.batchesMade,
        rebatchSavedBytes + other.rebatchSavedBytes,
        batchesRecompressed + other.batchesRecompressed,
        recompressSavedBytes + other.recompressSavedBytes,
        batchesNotSmaller + other.batchesNotSmaller);
  }
}
