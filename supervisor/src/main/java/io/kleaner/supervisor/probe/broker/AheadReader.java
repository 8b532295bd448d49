// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.check.BombMeter;
import io.kleaner.core.check.BombScan;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads stretches of segments for what a broker's cleaner would stumble over, batch by batch with
 * their checksums, in a few hundred kilobytes of memory however large a batch is. Reads only. Not
 * thread-safe; one for a log directory.
 */
final class AheadReader {

  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int PIECE_BYTES = 64 * 1024;

  /** What is measured of a batch that may be a bomb: enough to tell one from a large batch. */
  private static final BombScan.Limits BOMBS =
      new BombScan.Limits(32L << 20, 512L << 20, 16 << 20, Long.MAX_VALUE);

  private final FileSystem fileSystem;
  private final BatchCursor batches =
      new BatchCursor(BUFFER_BYTES, BatchCursor.MAX_CONTROL_BATCH_BYTES);
  private final ByteBuffer pieces = ByteBuffer.allocateDirect(PIECE_BYTES);

  /** Whether what was asked for last is no batch. */
  private boolean isStuck;

  AheadReader(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /**
   * A stretch that was read.
   *
   * @param endPosition where the next one begins; the segment's end if the rest cannot be read
   * @param readBytes how much was read
   * @param largest the largest batch in it
   */
  record Read(long endPosition, long readBytes, Optional<CleanAhead.Largest> largest) {}

  /**
   * Reads on in a segment.
   *
   * @param fromPosition byte position of a batch
   * @param fromOffset batches that end below it don't count
   * @param budgetBytes after so many no other batch is begun
   * @param troubles gets each that is met
   * @throws IOException if it was replaced meanwhile, or cannot be read
   */
  Read read(
      Segment segment,
      long fromPosition,
      long fromOffset,
      long budgetBytes,
      Consumer<CleanAhead.Trouble> troubles)
      throws IOException {
    isStuck = false;
    Optional<CleanAhead.Largest> largest = Optional.empty();
    String name = segment.logFile().getFileName().toString();
    try (FileHandle file = fileSystem.openRead(segment.logFile());
        BombMeter meter = new BombMeter(BOMBS)) {
      batches.open(
          segment.logFile(),
          file,
          fromPosition,
          segment.logBytes(),
          segment.baseOffset(),
          BatchCursor.Check.SKIM);
      while (batches.nextFilePosition() - fromPosition < budgetBytes && next(name, troubles)) {
        BatchHeader batch = batches.header();
        if (batch.lastOffset() < fromOffset) {
          continue;
        }
        long size = batch.sizeInBytes();
        if (largest.isEmpty() || largest.get().bytes() < size) {
          largest =
              Optional.of(
                  new CleanAhead.Largest(name, batches.filePosition(), batch.baseOffset(), size));
        }
        check(name, file, meter, troubles);
      }
    }
    long end = isStuck ? segment.logBytes() : batches.nextFilePosition();
    return new Read(end, batches.nextFilePosition() - fromPosition, largest);
  }

  private boolean next(String segment, Consumer<CleanAhead.Trouble> troubles) throws IOException {
    isStuck = true;
    try {
      boolean more = batches.next();
      isStuck = false;
      return more;
    } catch (CorruptBatchException | BoundExceededException e) {
      troubles.accept(
          new CleanAhead.Trouble(
              CleanAhead.Kind.NO_BATCH,
              segment,
              batches.nextFilePosition(),
              -1,
              e.getMessage(),
              -1));
      return false;
    }
  }

  private void check(
      String segment, FileHandle file, BombMeter meter, Consumer<CleanAhead.Trouble> troubles)
      throws IOException {
    BatchHeader batch = batches.header();
    try {
      batches.checkSkimmed(pieces);
    } catch (CorruptBatchException e) {
      troubles.accept(trouble(CleanAhead.Kind.WRONG_CRC, segment, e.getMessage(), -1));
      return;
    }
    if (meter.mayBeBomb(batch)) {
      meter
          .measure(batches.path(), batches.filePosition(), file, batch)
          .bomb()
          .ifPresent(
              bomb ->
                  troubles.accept(
                      trouble(
                          CleanAhead.Kind.BOMB,
                          segment,
                          bomb.batchBytes()
                              + " bytes of "
                              + bomb.codec().name().toLowerCase(Locale.ROOT)
                              + " become "
                              + (bomb.atLeast() ? "more than " : "")
                              + bomb.decompressedBytes()
                              + " bytes",
                          bomb.decompressedBytes())));
    }
  }

  private CleanAhead.Trouble trouble(
      CleanAhead.Kind kind, String segment, String text, long becomesBytes) {
    return new CleanAhead.Trouble(
        kind, segment, batches.filePosition(), batches.header().baseOffset(), text, becomesBytes);
  }

  /**
   * Looks at the headers at the beginning of a cleaned part, where the oldest tombstones are.
   *
   * @param segments of it, in the order of the log
   * @param endOffset where it ends
   * @param budgetBytes of segments that are looked at
   */
  Optional<CleanAhead.Horizons> horizons(List<Segment> segments, long endOffset, long budgetBytes)
      throws IOException {
    long left = budgetBytes;
    long found = 0;
    long earliestMs = Long.MAX_VALUE;
    for (Segment segment : segments) {
      if (left <= 0) {
        break;
      }
      try (FileHandle file = fileSystem.openRead(segment.logFile())) {
        batches.open(
            segment.logFile(),
            file,
            0,
            segment.logBytes(),
            segment.baseOffset(),
            BatchCursor.Check.SKIM);
        while (left > 0 && batches.next() && batches.header().lastOffset() < endOffset) {
          left -= batches.header().sizeInBytes();
          if (batches.header().hasDeleteHorizon()) {
            found++;
            earliestMs = Math.min(earliestMs, batches.header().deleteHorizonMs());
          }
        }
      } catch (CorruptBatchException | BoundExceededException e) {
        // The cleaned part is no business of the next clean's dirt; a check says what is wrong.
        break;
      }
    }
    return found == 0
        ? Optional.empty()
        : Optional.of(new CleanAhead.Horizons(found, earliestMs, budgetBytes - left));
  }
}
