// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Reads segments and hands out their batches in order, a buffer full at a time. What depends on the
 * order, such as the state of transactions, is followed as they are handed out; checksums are left
 * to who takes a chunk.
 *
 * <p>Thread-safe. After a failure it hands out nothing more.
 */
final class BatchFeed {

  /** For {@link #fail}: what failed is no chunk's, and no chunk's turn comes any more. */
  static final long BEFORE_ALL = -1;

  private final FileSystem fileSystem;
  private final List<Segment> segments;
  private final CleanScope scope;
  private final Pacer pacer;
  private final Step step;

  private int segment;
  private FileHandle file;
  private long position;
  private long nextOffset;
  private long chunks;
  private long failedSequence = Long.MAX_VALUE;
  private Throwable failure;

  /** Whose turn it is, where the results of chunks are put together in order. */
  private volatile long turn;

  /** A thread that waits looks so many times before it sleeps, since to wake it takes long. */
  private static final int SPINS = 2_000;

  /** What is done with batches in order, one at a time. */
  interface Step {
    /** Looks at a batch whose checksum was not computed yet, and adds it to the chunk. */
    void see(Chunk chunk, BatchHeader batch) throws IOException;

    /** All batches of a chunk were seen; it has some, and begins and ends at two file positions. */
    default void chunkEnds(Chunk chunk, long from, long to) throws IOException {}

    /** What begins at a position of a segment's file, if it need not be read. */
    default Optional<Stretches.Stretch> passOver(Segment segment, long from) {
      return Optional.empty();
    }

    /** Where reading from a position of a segment's file has to end at the latest. */
    default long readUpTo(Segment segment, long from, long end) {
      return end;
    }

    /**
     * The last batch of a segment was seen.
     *
     * @return whether the segments after it are wanted
     */
    default boolean segmentEnds(int index) throws IOException {
      return true;
    }
  }

  BatchFeed(
      FileSystem fileSystem, List<Segment> segments, CleanScope scope, Pacer pacer, Step step) {
    this.fileSystem = fileSystem;
    this.segments = segments;
    this.scope = scope;
    this.pacer = pacer;
    this.step = step;
  }

  /**
   * Fills a chunk.
   *
   * @return false if there is nothing more, or something failed
   */
  synchronized boolean next(Chunk chunk) throws IOException {
    if (failure != null || segment == segments.size()) {
      return false;
    }
    Segment current = segments.get(segment);
    chunk.begin(chunks++, current, file == null);
    if (file == null) {
      file = fileSystem.openRead(current.logFile());
      position = 0;
      nextOffset = current.baseOffset();
    }
    long end = scope.endPosition(current);
    if (!passOver(chunk)) {
      read(chunk, step.readUpTo(current, position, end));
    }
    if (position >= end) {
      closeFile();
      chunk.endsSegment();
      segment = step.segmentEnds(segment) ? segment + 1 : segments.size();
    }
    return true;
  }

  /** Makes what need not be read here a chunk without batches, if there is any. */
  private boolean passOver(Chunk chunk) {
    Optional<Stretches.Stretch> stretch = step.passOver(chunk.segment(), position);
    stretch.ifPresent(
        passed -> {
          chunk.passesOver(passed.batches());
          pacer.passed(passed.to() - passed.from(), passed.batches(), passed.lastOffset());
          nextOffset = passed.lastOffset() + 1;
          position = passed.to();
        });
    return stretch.isPresent();
  }

  private void read(Chunk chunk, long end) throws IOException {
    BatchCursor batches = chunk.batches();
    batches.open(
        chunk.segment().logFile(), file, position, end, nextOffset, BatchCursor.Check.HEADERS);
    if (batches.next()) {
      int count = 0;
      do {
        see(chunk, batches.header());
        nextOffset = batches.header().nextOffset();
        count++;
      } while (hasNextInMemory(batches));
      long from = position;
      position = batches.nextFilePosition();
      pacer.read(position - from, count, nextOffset - 1);
      step.chunkEnds(chunk, from, position);
    }
  }

  /**
   * What is wrong with a batch is said when a chunk begins with it: it may come of a batch before
   * it whose checksum does not hold.
   */
  private static boolean hasNextInMemory(BatchCursor batches) throws IOException {
    try {
      return batches.nextInMemory();
    } catch (CorruptBatchException | BoundExceededException e) {
      return false;
    }
  }

  private void see(Chunk chunk, BatchHeader batch) throws IOException {
    try {
      step.see(chunk, batch);
    } catch (CorruptBatchException e) {
      throw e.at(chunk.segment().logFile(), chunk.filePosition(batch), batch.baseOffset());
    } catch (BoundExceededException e) {
      throw e.at(chunk.segment().logFile(), chunk.filePosition(batch), batch.baseOffset());
    }
  }

  private void closeFile() throws IOException {
    FileHandle open = file;
    file = null;
    if (open != null) {
      open.close();
    }
  }

  /**
   * Waits until everything before a chunk has had its turn.
   *
   * @return false if something before it failed, and its turn never comes
   */
  boolean awaitTurn(Chunk chunk) {
    for (int i = 0; i < SPINS && turn != chunk.sequence(); i++) {
      Thread.onSpinWait();
    }
    return turn == chunk.sequence() || sleepUntilTurn(chunk);
  }

  private synchronized boolean sleepUntilTurn(Chunk chunk) {
    boolean interrupted = false;
    while (turn != chunk.sequence() && failedSequence >= chunk.sequence()) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Who holds the turn meets the interrupt or the cancellation itself.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return turn == chunk.sequence();
  }

  /** A chunk's turn is over. */
  synchronized void endTurn() {
    turn++;
    notifyAll();
  }

  /** A chunk failed, or what is {@link #BEFORE_ALL}. */
  synchronized void fail(long sequence, Throwable cause) {
    Throwable other = failure;
    if (other == null || sequence < failedSequence) {
      failure = cause;
      failedSequence = sequence;
    }
    // Before anything for which memory may be short: who waits has to know.
    notifyAll();
    if (other != null && other != cause) {
      failure.addSuppressed(failure == cause ? other : cause);
    }
  }

  /**
   * Ends, once nobody is at work.
   *
   * @throws IOException what the earliest chunk that failed failed with
   */
  synchronized void end() throws IOException {
    try {
      closeFile();
    } catch (IOException e) {
      fail(chunks, e);
    }
    Lanes.rethrow(failure);
  }
}
