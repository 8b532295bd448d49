// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.retain.TransactionState.MarkerFate;
import io.kleaner.core.segment.Segment;
import java.util.Arrays;

/**
 * Batches in a row of one segment, in the buffer of the lane that works on them, with what is known
 * of each from the order in which they stand. Not thread-safe; owned by one lane and reused.
 */
final class Chunk {

  private final int lane;
  private final BatchCursor batches;
  private final BatchHeader header = new BatchHeader();

  private int[] positions = new int[256];
  private long[] firstRecords = new long[256];
  private long[] numbers = new long[256];
  private boolean[] aborted = new boolean[256];
  private MarkerFate[] markers = new MarkerFate[256];
  private int size;
  private long sequence;
  private Segment segment;
  private boolean first;
  private boolean last;
  private int passedOver;

  Chunk(int lane, BatchCursor batches) {
    this.lane = lane;
    this.batches = batches;
  }

  void begin(long number, Segment of, boolean begins) {
    sequence = number;
    segment = of;
    first = begins;
    last = false;
    size = 0;
    passedOver = 0;
  }

  /** Says that it holds no batch, and stands for some that are not read, since none survives. */
  void passesOver(int batchCount) {
    passedOver = batchCount;
  }

  void endsSegment() {
    last = true;
  }

  /** Adds a data batch. */
  void add(BatchHeader batch, long firstRecord, long number, boolean isAborted) {
    add(batch, firstRecord, number, isAborted, null);
  }

  /** Adds a control batch. */
  void add(BatchHeader batch, MarkerFate marker) {
    add(batch, 0, 0, false, marker);
  }

  private void add(
      BatchHeader batch, long firstRecord, long number, boolean isAborted, MarkerFate marker) {
    if (size == positions.length) {
      positions = Arrays.copyOf(positions, size * 2);
      firstRecords = Arrays.copyOf(firstRecords, size * 2);
      numbers = Arrays.copyOf(numbers, size * 2);
      aborted = Arrays.copyOf(aborted, size * 2);
      markers = Arrays.copyOf(markers, size * 2);
    }
    positions[size] = batch.position();
    firstRecords[size] = firstRecord;
    numbers[size] = number;
    aborted[size] = isAborted;
    markers[size++] = marker;
  }

  /** The cursor whose buffer holds the batches. */
  BatchCursor batches() {
    return batches;
  }

  int lane() {
    return lane;
  }

  /** Where the chunk stands in the order of all chunks. */
  long sequence() {
    return sequence;
  }

  Segment segment() {
    return segment;
  }

  /** Whether it is the first of its segment. */
  boolean beginsItsSegment() {
    return first;
  }

  /** Whether it is the last of its segment. */
  boolean endsItsSegment() {
    return last;
  }

  /** How many batches were dropped unread; then it holds none. */
  int passedOver() {
    return passedOver;
  }

  int size() {
    return size;
  }

  /** A batch; valid until the next call. */
  BatchHeader batch(int index) {
    return header.wrap(batches.buffer(), positions[index]);
  }

  /** A batch whose checksum holds; valid until the next call. */
  BatchHeader checkedBatch(int index) throws CorruptBatchException {
    BatchHeader batch = batch(index);
    batches.check(batch);
    return batch;
  }

  /** Where a batch begins in the segment's file. */
  long filePosition(BatchHeader batch) {
    return batches.filePosition(batch);
  }

  /** Number of a data batch's first record. */
  long firstRecord(int index) {
    return firstRecords[index];
  }

  /** Number of a data batch. */
  long number(int index) {
    return numbers[index];
  }

  /** Whether a data batch belongs to an aborted transaction. */
  boolean isAborted(int index) {
    return aborted[index];
  }

  /** What follows from a control batch, null for a data batch. */
  MarkerFate marker(int index) {
    return markers[index];
  }
}
