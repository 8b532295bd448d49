// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.keymap.BitSpace;
import io.kleaner.core.keymap.Bits;
import java.io.IOException;

/**
 * What the first pass found out: one bit a record for "does not survive", one a batch for "has a
 * tombstone that would be stamped if it survives".
 *
 * <p>Records of batches that end at or above the first dirty offset are numbered first, in offset
 * order, then those of the batches below it; batches likewise. {@link Walk} numbers them again in
 * the second pass.
 *
 * <p>Several lanes may set bits at the same time, and, once they are sealed, read them; everything
 * else is one thread's alone. {@link #close} removes what was spilled.
 */
final class RecordFates implements AutoCloseable {

  private final Bits removed;
  private final Bits unstampedTombstones;
  private long dirtyRecords;
  private long dirtyBatches;

  /**
   * @param space for all bits of the clean
   */
  RecordFates(BitSpace space) {
    removed = new Bits(space);
    unstampedTombstones = new Bits(space);
  }

  /** Records that do not survive. */
  Bits removed() {
    return removed;
  }

  /** Batches with a tombstone that would be stamped if it survives. */
  Bits unstampedTombstones() {
    return unstampedTombstones;
  }

  /** Every fate is known; from now on they are asked for. */
  void seal() throws IOException {
    removed.seal();
    unstampedTombstones.seal();
  }

  /** Memory of the bits in bytes. */
  long sizeInBytes() {
    return removed.sizeInBytes() + unstampedTombstones.sizeInBytes();
  }

  @Override
  public void close() throws IOException {
    try (removed;
        unstampedTombstones) {
      // Both, whatever becomes of one.
    }
  }

  /** Says how many records and batches the dirty range has; the clean range's are numbered on. */
  void dirtyRangeEnds(long records, long batches) {
    dirtyRecords = records;
    dirtyBatches = batches;
  }

  /** A fresh numbering in the order of offsets, for a pass over the whole range. */
  Walk walk(long firstDirtyOffset) {
    return new Walk(firstDirtyOffset, dirtyRecords, dirtyBatches);
  }

  /** Numbers batches and records as the first pass did. */
  static final class Walk {
    private final long firstDirtyOffset;
    private long dirtyRecord;
    private long dirtyBatch;
    private long cleanRecord;
    private long cleanBatch;
    private boolean clean;

    private Walk(long firstDirtyOffset, long dirtyRecords, long dirtyBatches) {
      this.firstDirtyOffset = firstDirtyOffset;
      this.cleanRecord = dirtyRecords;
      this.cleanBatch = dirtyBatches;
    }

    /** The same numbering, to be walked on its own from here. */
    Walk copy() {
      Walk copy = new Walk(firstDirtyOffset, 0, 0);
      copy.dirtyRecord = dirtyRecord;
      copy.dirtyBatch = dirtyBatch;
      copy.cleanRecord = cleanRecord;
      copy.cleanBatch = cleanBatch;
      return copy;
    }

    /** Moves to a data batch. */
    void enter(long batchLastOffset) {
      clean = batchLastOffset < firstDirtyOffset;
    }

    /** Number of the batch's first record. */
    long firstRecord() {
      return clean ? cleanRecord : dirtyRecord;
    }

    /** Number of the batch. */
    long batch() {
      return clean ? cleanBatch : dirtyBatch;
    }

    /** Records of the dirty range passed so far. */
    long dirtyRecords() {
      return dirtyRecord;
    }

    /** Data batches of the dirty range passed so far. */
    long dirtyBatches() {
      return dirtyBatch;
    }

    /** Leaves the batch, which has so many records. */
    void leave(int records) {
      leave(records, 1);
    }

    /** Leaves the batch and some after it of the same range, which have so many records. */
    void leave(long records, int batches) {
      if (clean) {
        cleanRecord += records;
        cleanBatch += batches;
      } else {
        dirtyRecord += records;
        dirtyBatch += batches;
      }
    }
  }
}
