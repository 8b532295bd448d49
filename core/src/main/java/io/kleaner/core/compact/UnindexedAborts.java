// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.record.RecordCursor;
import io.kleaner.core.retain.ControlMarker;
import io.kleaner.core.retain.TransactionState.Marker;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds aborted transactions that no transaction index has, although their records are there: with
 * the index file lost, or cut short, those records look committed and would supersede what is. The
 * log itself tells: records of a producer, then its ABORT marker, and no entry that names it.
 *
 * <p>The two parts of a range are walked one after the other, the dirty one first, and a marker may
 * lie in another part than its records, or above the range; this looks across those borders. Within
 * a part, whoever follows its transactions sees it.
 *
 * <p>Not thread-safe, except that calls may come from several threads one after the other.
 */
final class UnindexedAborts {

  private static final int BUFFER_BYTES = 256 * 1024;

  private final FileSystem fileSystem;
  private final CleanScope scope;
  private final Pacer pacer;

  /** The first end of a transaction that the dirty part has of each producer. */
  private final Map<Long, End> firstEnds = new HashMap<>();

  private record End(Marker marker, long producerId, long offset, Path file, long position) {}

  UnindexedAborts(FileSystem fileSystem, CleanScope scope, Pacer pacer) {
    this.fileSystem = fileSystem;
    this.scope = scope;
    this.pacer = pacer;
  }

  /** What is wrong with an ABORT marker whose records were taken for committed ones. */
  static CorruptBatchException at(BatchHeader marker) {
    return problem(marker.producerId());
  }

  private static CorruptBatchException problem(long producerId) {
    return new CorruptBatchException(
        "aborted transaction without an entry: this marker aborts records of producer "
            + producerId
            + " that are in the log, and no transaction index has it, so they look committed;"
            + " a .txnindex file is missing or cut short");
  }

  /** A marker of the dirty part was met. */
  void marker(Marker marker, BatchHeader batch, Segment segment, long position) {
    if (marker == Marker.COMMIT || marker == Marker.ABORT) {
      firstEnds.putIfAbsent(
          batch.producerId(),
          new End(marker, batch.producerId(), batch.lastOffset(), segment.logFile(), position));
    }
  }

  /**
   * Makes sure that what was taken for committed was not aborted.
   *
   * @param below producers whose records end the clean part without a marker
   * @param dirty producers whose records end the dirty part without one
   * @param records used to read markers
   * @throws CorruptBatchException if something was
   */
  void require(Set<Long> below, Set<Long> dirty, RecordCursor records) throws IOException {
    Set<Long> open = new HashSet<>(dirty);
    for (long producerId : below) {
      End end = firstEnds.get(producerId);
      if (end == null) {
        open.add(producerId);
      } else {
        require(end);
      }
    }
    List<Segment> later = scope.later();
    for (int i = 0; i < later.size() && !open.isEmpty(); i++) {
      lookInto(later.get(i), i == later.size() - 1, open, records);
    }
  }

  private void require(End end) throws CorruptBatchException {
    if (end.marker == Marker.ABORT
        && scope.abortedTxns().stream()
            .noneMatch(
                txn -> txn.producerId() == end.producerId && txn.lastOffset() == end.offset)) {
      throw problem(end.producerId).at(end.file, end.position, end.offset);
    }
  }

  /** Above the range only the ends of transactions matter that began within it. */
  private void lookInto(Segment segment, boolean active, Set<Long> open, RecordCursor records)
      throws IOException {
    BatchCursor batches = new BatchCursor(BUFFER_BYTES, BatchCursor.MAX_CONTROL_BATCH_BYTES);
    ByteBuffer pieces = ByteBuffer.allocate(BUFFER_BYTES);
    try (FileHandle file = fileSystem.openRead(segment.logFile())) {
      batches.open(
          segment.logFile(),
          file,
          0,
          segment.logBytes(),
          segment.baseOffset(),
          BatchCursor.Check.SKIM);
      // The segment that is written to may end in half a batch; damage may hide a marker.
      while (!open.isEmpty() && next(batches, active)) {
        BatchHeader batch = batches.header();
        pacer.read(batch.sizeInBytes());
        // One flipped bit of a header makes a marker another producer's, or none.
        batches.checkSkimmed(pieces);
        if (batch.isControlBatch() && open.contains(batch.producerId())) {
          Marker marker = read(batch, records, batches);
          if (marker == Marker.COMMIT || marker == Marker.ABORT) {
            open.remove(batch.producerId());
            require(
                new End(
                    marker,
                    batch.producerId(),
                    batch.lastOffset(),
                    segment.logFile(),
                    batches.filePosition()));
          }
        }
      }
    }
  }

  private static boolean next(BatchCursor batches, boolean active) throws IOException {
    try {
      return active ? batches.nextBeforeTornEnd() : batches.next();
    } catch (BoundExceededException e) {
      throw new OversizedMarkerException(e);
    }
  }

  private static Marker read(BatchHeader batch, RecordCursor records, BatchCursor batches)
      throws IOException {
    try {
      return ControlMarker.read(batch, records);
    } catch (CorruptBatchException e) {
      throw e.at(batches.path(), batches.filePosition(), batch.baseOffset());
    } catch (BoundExceededException e) {
      throw e.at(batches.path(), batches.filePosition(), batch.baseOffset());
    }
  }
}
