// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.workload;

/**
 * What a generated partition looks like. Keys are decimal numbers of a fixed width.
 *
 * @param codec by Kafka's name
 * @param keyBytes of each key
 * @param values what values look like
 * @param valueBytes of each value that is not a tombstone
 * @param leastBatch fewest records of a batch
 * @param largestBatch most records of a batch
 * @param freshShare of records whose key was not there before, 0 to 1
 * @param keyLimit no more distinct keys than this
 * @param repeatedBatches share of batches that have the keys of an earlier batch, 0 to 1
 * @param tombstones share of records without a value, 0 to 1
 * @param transactional whether records come in transactions of several producers, some aborted
 * @param cleanShare share of the bytes, at the beginning, that an earlier clean has left, 0 to 1
 */
public record PartitionShape(
    String codec,
    int keyBytes,
    Values values,
    int valueBytes,
    int leastBatch,
    int largestBatch,
    double freshShare,
    long keyLimit,
    double repeatedBatches,
    double tombstones,
    boolean transactional,
    double cleanShare) {

  private static final int KEY_BYTES = 16;

  /** Checks that shares are shares and sizes are sizes. */
  public PartitionShape {
    if (keyBytes < 1 || valueBytes < 0 || leastBatch < 1 || largestBatch < leastBatch) {
      throw new IllegalArgumentException("sizes of keys, values or batches make no sense");
    }
    if (values != fitting(values, keyBytes, valueBytes)) {
      throw new IllegalArgumentException("no document has " + valueBytes + " bytes");
    }
    for (double share : new double[] {freshShare, repeatedBatches, tombstones, cleanShare}) {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("a share is not between 0 and 1: " + share);
      }
    }
  }

  /** Keys of 16 bytes, documents if they fit, and nothing special. */
  public static PartitionShape plain(String codec, int valueBytes, int batch, double freshShare) {
    return new PartitionShape(
        codec,
        KEY_BYTES,
        fitting(Values.DOCUMENTS, KEY_BYTES, valueBytes),
        valueBytes,
        batch,
        batch,
        freshShare,
        Long.MAX_VALUE,
        0,
        0,
        false,
        0);
  }

  /** Some batches repeat an earlier one's keys, all others have fresh ones. */
  public PartitionShape repeatingBatches(double share) {
    return new PartitionShape(
        codec,
        keyBytes,
        values,
        valueBytes,
        leastBatch,
        largestBatch,
        1,
        keyLimit,
        share,
        0,
        false,
        0);
  }

  /** A part at the beginning was cleaned before. */
  public PartitionShape cleanedBefore(double share) {
    return new PartitionShape(
        codec,
        keyBytes,
        values,
        valueBytes,
        leastBatch,
        largestBatch,
        freshShare,
        keyLimit,
        repeatedBatches,
        tombstones,
        transactional,
        share);
  }

  /** No more distinct keys than a number; chosen evenly among all once they are all there. */
  public PartitionShape keysUpTo(long limit) {
    return new PartitionShape(
        codec,
        keyBytes,
        values,
        valueBytes,
        leastBatch,
        largestBatch,
        freshShare,
        limit,
        repeatedBatches,
        tombstones,
        transactional,
        cleanShare);
  }

  /** Other values of the same length; those too short for a document stay letters. */
  public PartitionShape of(Values other) {
    return new PartitionShape(
        codec,
        keyBytes,
        fitting(other, keyBytes, valueBytes),
        valueBytes,
        leastBatch,
        largestBatch,
        freshShare,
        keyLimit,
        repeatedBatches,
        tombstones,
        transactional,
        cleanShare);
  }

  private static Values fitting(Values wanted, int keyBytes, int valueBytes) {
    return valueBytes < Documents.leastBytes(keyBytes) ? Values.LETTERS : wanted;
  }

  /** Bytes of a record as workloads count them: key and value. */
  int recordBytes() {
    return keyBytes + valueBytes;
  }
}
