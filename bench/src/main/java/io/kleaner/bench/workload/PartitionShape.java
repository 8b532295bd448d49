// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.workload;

import java.util.function.Consumer;

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
    Draft draft = new Draft();
    draft.codec = codec;
    draft.values = fitting(Values.DOCUMENTS, draft.keyBytes, valueBytes);
    draft.valueBytes = valueBytes;
    draft.leastBatch = batch;
    draft.largestBatch = batch;
    draft.freshShare = freshShare;
    return draft.shape();
  }

  /** Keys of another length. */
  public PartitionShape keysOf(int bytes) {
    return with(draft -> draft.keyBytes = bytes);
  }

  /** Batches of between two numbers of records, evenly. */
  public PartitionShape batchesOf(int least, int largest) {
    return with(
        draft -> {
          draft.leastBatch = least;
          draft.largestBatch = largest;
        });
  }

  /** Some records have no value. */
  public PartitionShape tombstones(double share) {
    return with(draft -> draft.tombstones = share);
  }

  /** Records come in transactions of several producers, some aborted. */
  public PartitionShape inTransactions() {
    return with(draft -> draft.transactional = true);
  }

  /** Some batches repeat an earlier one's keys, all others have fresh ones. */
  public PartitionShape repeatingBatches(double share) {
    return with(
        draft -> {
          draft.freshShare = 1;
          draft.repeatedBatches = share;
        });
  }

  /** A part at the beginning was cleaned before. */
  public PartitionShape cleanedBefore(double share) {
    return with(draft -> draft.cleanShare = share);
  }

  /** No more distinct keys than a number; chosen evenly among all once they are all there. */
  public PartitionShape keysUpTo(long limit) {
    return with(draft -> draft.keyLimit = limit);
  }

  /** Other values of the same length; those too short for a document stay letters. */
  public PartitionShape of(Values other) {
    return with(draft -> draft.values = fitting(other, keyBytes, valueBytes));
  }

  private PartitionShape with(Consumer<Draft> change) {
    Draft draft = new Draft();
    draft.codec = codec;
    draft.keyBytes = keyBytes;
    draft.values = values;
    draft.valueBytes = valueBytes;
    draft.leastBatch = leastBatch;
    draft.largestBatch = largestBatch;
    draft.freshShare = freshShare;
    draft.keyLimit = keyLimit;
    draft.repeatedBatches = repeatedBatches;
    draft.tombstones = tombstones;
    draft.transactional = transactional;
    draft.cleanShare = cleanShare;
    change.accept(draft);
    return draft.shape();
  }

  /** A shape while it is put together, so that what is special about one is said by name. */
  private static final class Draft {
    private String codec = "none";
    private int keyBytes = KEY_BYTES;
    private Values values = Values.LETTERS;
    private int valueBytes;
    private int leastBatch = 1;
    private int largestBatch = 1;
    private double freshShare;
    private long keyLimit = Long.MAX_VALUE;
    private double repeatedBatches;
    private double tombstones;
    private boolean transactional;
    private double cleanShare;

    PartitionShape shape() {
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
          cleanShare);
    }
  }

  private static Values fitting(Values wanted, int keyBytes, int valueBytes) {
    return valueBytes < Documents.leastBytes(keyBytes) ? Values.LETTERS : wanted;
  }

  /** Bytes of a record as workloads count them: key and value. */
  int recordBytes() {
    return keyBytes + valueBytes;
  }
}
