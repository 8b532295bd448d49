// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.workload;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The keys and values of one partition, record after record; the same shape and seed give the same.
 * Not thread-safe.
 */
final class Content {

  private final PartitionShape shape;
  private final SplittableRandom random;
  private final Documents documents;
  private long[] batchStarts = new long[1024];
  private int batches;
  private long keys;
  private long nextOfBatch;
  private boolean repeating;

  Content(PartitionShape shape, SplittableRandom random) {
    this.shape = shape;
    this.random = random;
    this.documents = new Documents(random);
  }

  /**
   * Begins a batch.
   *
   * @return how many records it has
   */
  int beginBatch() {
    int records =
        shape.leastBatch() + random.nextInt(shape.largestBatch() - shape.leastBatch() + 1);
    repeating = batches > 0 && shape.repeatedBatches() > random.nextDouble();
    if (repeating) {
      nextOfBatch = batchStarts[random.nextInt(batches)];
    } else if (shape.repeatedBatches() > 0) {
      if (batches == batchStarts.length) {
        batchStarts = Arrays.copyOf(batchStarts, 2 * batches);
      }
      batchStarts[batches++] = keys;
    }
    return records;
  }

  /** The next record's key. */
  byte[] key() {
    if (repeating) {
      return key(nextOfBatch++);
    }
    boolean fresh = keys == 0 || random.nextDouble() < shape.freshShare();
    return fresh && keys < shape.keyLimit() ? freshKey() : key(random.nextLong(keys));
  }

  /** A key that was not there before. */
  byte[] freshKey() {
    return key(keys++);
  }

  private byte[] key(long number) {
    byte[] key = new byte[shape.keyBytes()];
    long left = number;
    for (int i = key.length - 1; i >= 0; i--) {
      key[i] = (byte) ('0' + left % 10);
      left /= 10;
    }
    return key;
  }

  /** The value of the next record, whose key is given, or null for a tombstone. */
  byte[] value(byte[] key) {
    if (shape.tombstones() > 0 && random.nextDouble() < shape.tombstones()) {
      return null;
    }
    return switch (shape.values()) {
      case DOCUMENTS -> documents.next(key, shape.valueBytes());
      case LETTERS -> letters();
    };
  }

  /** Letters drawn evenly from 16: codecs that code entropy halve them, others find little. */
  private byte[] letters() {
    byte[] value = new byte[shape.valueBytes()];
    for (int i = 0; i < value.length; i += Long.BYTES) {
      long bits = random.nextLong();
      for (int j = i; j < Math.min(value.length, i + Long.BYTES); j++) {
        value[j] = (byte) ('a' + (bits & 15));
        bits >>>= Long.BYTES;
      }
    }
    return value;
  }
}
