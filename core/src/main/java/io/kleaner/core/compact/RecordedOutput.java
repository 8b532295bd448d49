// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.segment.AbortedTxn;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What becomes of one chunk, kept until its turn comes: batches that stay as they are by their
 * place in the lane's buffer, those written anew in a buffer of its own.
 *
 * <p>Memory: as much as the chunk's batches take that are written anew. Not thread-safe; owned by
 * one lane and reused.
 */
final class RecordedOutput implements GroupOutput {

  private static final int FIRST_BYTES = 256 * 1024;

  /** What is done, in order. */
  private enum Kind {
    KEEP,
    CHANGED,
    WRITE,
    ABORTED_TXN
  }

  private Kind[] kinds = new Kind[256];

  /** Index of a batch in the lane's buffer, or in the buffer here, or of an aborted transaction. */
  private int[] places = new int[256];

  private int[] lengths = new int[256];
  private int[] records = new int[256];
  private long[] lastOffsets = new long[256];
  private long[] maxTimestamps = new long[256];
  private int size;
  private ByteBuffer written = ByteBuffer.allocateDirect(FIRST_BYTES);
  private final List<AbortedTxn> txns = new ArrayList<>();
  private final BatchHeader header = new BatchHeader();
  private Chunk chunk;

  void begin(Chunk of) {
    chunk = of;
    size = 0;
    written.clear();
    txns.clear();
  }

  private int add(Kind kind, int place) {
    if (size == kinds.length) {
      kinds = Arrays.copyOf(kinds, size * 2);
      places = Arrays.copyOf(places, size * 2);
      lengths = Arrays.copyOf(lengths, size * 2);
      records = Arrays.copyOf(records, size * 2);
      lastOffsets = Arrays.copyOf(lastOffsets, size * 2);
      maxTimestamps = Arrays.copyOf(maxTimestamps, size * 2);
    }
    kinds[size] = kind;
    places[size] = place;
    return size++;
  }

  @Override
  public void beginSegment(Segment segment) {
    throw new IllegalStateException("a chunk has one segment");
  }

  @Override
  public void endSegment() {
    throw new IllegalStateException("a chunk has one segment");
  }

  @Override
  public void keep(BatchHeader batch, long filePosition) {
    add(Kind.KEEP, batch.position());
  }

  @Override
  public void changed() {
    if (size == 0 || kinds[size - 1] != Kind.CHANGED) {
      add(Kind.CHANGED, 0);
    }
  }

  @Override
  public void write(ByteBuffer batch, long lastOffset, long maxTimestamp, int count) {
    int length = batch.remaining();
    if (written.remaining() < length) {
      int needed = Math.addExact(written.position(), length);
      int doubled = (int) Math.min(2L * written.capacity(), Integer.MAX_VALUE - 8);
      written = ByteBuffer.allocateDirect(Math.max(needed, doubled)).put(written.flip());
    }
    int i = add(Kind.WRITE, written.position());
    lengths[i] = length;
    records[i] = count;
    lastOffsets[i] = lastOffset;
    maxTimestamps[i] = maxTimestamp;
    written.put(written.position(), batch, batch.position(), length);
    written.position(written.position() + length);
  }

  @Override
  public void abortedTxn(AbortedTxn txn) {
    add(Kind.ABORTED_TXN, txns.size());
    txns.add(txn);
  }

  /** Does to an output what was done to this one. */
  void replay(GroupOutput output) throws IOException {
    for (int i = 0; i < size; i++) {
      switch (kinds[i]) {
        case KEEP -> {
          header.wrap(chunk.batches().buffer(), places[i]);
          output.keep(header, chunk.filePosition(header));
        }
        case CHANGED -> output.changed();
        case WRITE -> {
          written.limit(places[i] + lengths[i]).position(places[i]);
          output.write(written, lastOffsets[i], maxTimestamps[i], records[i]);
        }
        case ABORTED_TXN -> output.abortedTxn(txns.get(places[i]));
      }
    }
  }
}
