// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Batches in a row that may become one, as they are without that. Memory: their bytes, a bounded
 * number. Not thread-safe; reused.
 */
final class PendingBatches {

  private static final int FIRST_BYTES = 64 * 1024;

  private final BatchHeader header = new BatchHeader();
  private final int maxBytes;

  private ByteBuffer bytes = ByteBuffer.allocateDirect(FIRST_BYTES);
  private int[] positions = new int[64];
  private long[] filePositions = new long[64];
  private int size;
  private long lastOffset;
  private long maxTimestamp;

  /**
   * @param maxBytes room for all of them
   */
  PendingBatches(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  void clear() {
    size = 0;
    bytes.clear();
    maxTimestamp = BatchHeader.NO_TIMESTAMP;
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  boolean hasRoomFor(BatchHeader batch) {
    return batch.sizeInBytes() <= maxBytes - bytes.position();
  }

  /**
   * Takes a copy of a batch for which there is room.
   *
   * @param filePosition where it is in its segment, negative if it was written anew
   */
  void add(BatchHeader batch, long filePosition) {
    int length = batch.sizeInBytes();
    if (bytes.remaining() < length) {
      long doubled = Math.max(2L * bytes.capacity(), (long) bytes.position() + length);
      bytes = ByteBuffer.allocateDirect((int) Math.min(doubled, maxBytes)).put(bytes.flip());
    }
    if (size == positions.length) {
      positions = Arrays.copyOf(positions, size * 2);
      filePositions = Arrays.copyOf(filePositions, size * 2);
    }
    positions[size] = bytes.position();
    filePositions[size++] = filePosition;
    bytes.put(bytes.position(), batch.buffer(), batch.position(), length);
    bytes.position(bytes.position() + length);
    lastOffset = batch.lastOffset();
    maxTimestamp = Math.max(maxTimestamp, batch.maxTimestamp());
  }

  /** A batch; valid until the next call. */
  BatchHeader get(int index) {
    return header.wrap(bytes, positions[index]);
  }

  /** Where a batch is in its segment, negative if it was written anew. */
  long filePosition(int index) {
    return filePositions[index];
  }

  long lastOffset() {
    return lastOffset;
  }

  /** Highest timestamp that one of them claims. */
  long maxTimestamp() {
    return maxTimestamp;
  }

  /** Bytes of all of them. */
  int sizeInBytes() {
    return bytes.position();
  }
}
