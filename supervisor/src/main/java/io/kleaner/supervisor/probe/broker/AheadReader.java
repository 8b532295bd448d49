// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.check.BombMeter;
import io.kleaner.core.check.BombScan;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.probe.broker.CleanAhead.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads stretches of segments for what a broker's cleaner would stumble over, batch by batch with
 * their checksums. Reads only.
 *
 * <p>Memory: 320 KiB, 1 MiB if there are large transaction markers, and from the first batch on
 * that may be a bomb 4 MiB for the compressed bytes and up to 8 MiB for each codec's window, all of
 * it but that window direct; never what a batch becomes. Not thread-safe; one for a log directory,
 * whose owner closes it.
 */
final class AheadReader implements AutoCloseable {

  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int PIECE_BYTES = 64 * 1024;

  /** The checksum of a larger one takes too long; a broken length looks like one, too. */
  private static final long MAX_CHECKED_BYTES = 64L << 20;

  /** What is measured of a batch that may be a bomb: enough to tell one from a large batch. */
  private static final BombScan.Limits BOMBS =
      new BombScan.Limits(32L << 20, 512L << 20, 4 << 20, Long.MAX_VALUE);

  private final FileSystem fileSystem;
  private final Clock clock;
  private final BombMeter meter = new BombMeter(BOMBS);
  private final BatchCursor batches =
      new BatchCursor(BUFFER_BYTES, BatchCursor.MAX_CONTROL_BATCH_BYTES);
  private final ByteBuffer pieces = ByteBuffer.allocateDirect(PIECE_BYTES);

  AheadReader(FileSystem fileSystem, Clock clock) {
    this.fileSystem = fileSystem;
    this.clock = clock;
  }

  /** Gets what is met. */
  @FunctionalInterface
  interface Troubles {

    /**
     * Gets one.
     *
     * @param lowestOffset that a batch there can have, with which it is read again
     */
    void add(CleanAhead.Trouble trouble, long lowestOffset);
  }

  /**
   * A stretch to read.
   *
   * @param position byte position of a batch, where it begins
   * @param lowestOffset no batch in it may end below
   * @param toPosition no batch is begun from there on
   * @param fromOffset batches that end below it don't count
   * @param again whether it was read before: then it costs time alone
   */
  record Stretch(
      long position, long lowestOffset, long toPosition, long fromOffset, boolean again) {

    private boolean isToEnd(AheadBudget budget) {
      return again ? budget.isLate() : budget.isSpent();
    }
  }

  /**
   * A stretch that was read.
   *
   * @param endPosition where the next one begins; the segment's end if the rest cannot be read
   * @param nextOffset the lowest that can be there
   * @param largest the largest batch in it
   */
  record Read(long endPosition, long nextOffset, Optional<CleanAhead.Largest> largest) {}

  /**
   * Opens a segment.
   *
   * @throws IOException if it was replaced since it was listed, or cannot be read
   */
  SealedLog open(Segment segment) throws IOException {
    return SealedLog.open(fileSystem, segment);
  }

  /**
   * Reads in a segment as far as the budget goes.
   *
   * @throws IOException if it cannot be read
   */
  Read read(SealedLog log, Stretch stretch, AheadBudget budget, Troubles troubles)
      throws IOException {
    batches.open(
        log.segment().logFile(),
        log.file(),
        stretch.position(),
        log.segment().logBytes(),
        stretch.lowestOffset(),
        BatchCursor.Check.SKIM);
    Optional<CleanAhead.Largest> largest = Optional.empty();
    long lowest = stretch.lowestOffset();
    while (batches.nextFilePosition() < stretch.toPosition() && !stretch.isToEnd(budget)) {
      try {
        if (!batches.next()) {
          break;
        }
      } catch (CorruptBatchException | BoundExceededException e) {
        troubles.add(
            new CleanAhead.Trouble(
                Kind.NO_BATCH,
                log.name(),
                batches.nextFilePosition(),
                Math.max(lowest, stretch.fromOffset()),
                e.getMessage(),
                -1,
                clock.nowMs()),
            lowest);
        return new Read(log.segment().logBytes(), lowest, largest);
      }
      BatchHeader batch = batches.header();
      budget.spend(batch.sizeInBytes());
      if (batch.lastOffset() >= stretch.fromOffset()) {
        largest = larger(largest, log);
        check(log, lowest, budget, troubles);
      }
      lowest = batch.nextOffset();
    }
    return new Read(batches.nextFilePosition(), lowest, largest);
  }

  private Optional<CleanAhead.Largest> larger(Optional<CleanAhead.Largest> one, SealedLog log) {
    long size = batches.header().sizeInBytes();
    return one.isPresent() && one.get().bytes() >= size
        ? one
        : Optional.of(
            new CleanAhead.Largest(
                log.name(),
                batches.filePosition(),
                batches.header().baseOffset(),
                size,
                clock.nowMs()));
  }

  private void check(SealedLog log, long lowest, AheadBudget budget, Troubles troubles)
      throws IOException {
    BatchHeader batch = batches.header();
    if (batch.sizeInBytes() > MAX_CHECKED_BYTES) {
      String text =
          "a batch of "
              + batch.sizeInBytes()
              + " bytes, whose checksum takes too long beside a broker that runs";
      troubles.add(trouble(Kind.UNMEASURED, log, text, -1), lowest);
      return;
    }
    try {
      batches.checkSkimmed(pieces);
    } catch (CorruptBatchException e) {
      troubles.add(trouble(Kind.WRONG_CRC, log, e.getMessage(), -1), lowest);
      return;
    }
    if (!meter.mayBeBomb(batch)) {
      return;
    }
    BombMeter.Measured measured =
        meter.measure(batches.path(), batches.filePosition(), log.file(), batch, budget::isOver);
    budget.spend(measured.decompressedBytes());
    if (Thread.currentThread().isInterrupted()) {
      throw new IOException("the look is being ended");
    }
    measured
        .bomb()
        .ifPresent(
            bomb ->
                troubles.add(
                    trouble(Kind.BOMB, log, text(bomb), bomb.decompressedBytes()), lowest));
    measured
        .unread()
        .ifPresent(why -> troubles.add(trouble(Kind.UNMEASURED, log, why, -1), lowest));
  }

  private static String text(BombScan.Bomb bomb) {
    return bomb.batchBytes()
        + " bytes of "
        + bomb.codec().name().toLowerCase(Locale.ROOT)
        + " become "
        + (bomb.atLeast() ? "more than " : "")
        + bomb.decompressedBytes()
        + " bytes";
  }

  private CleanAhead.Trouble trouble(Kind kind, SealedLog log, String text, long becomesBytes) {
    return new CleanAhead.Trouble(
        kind,
        log.name(),
        batches.filePosition(),
        batches.header().baseOffset(),
        text,
        becomesBytes,
        clock.nowMs());
  }

  /**
   * Looks at the headers at the beginning of a cleaned part, where the oldest tombstones are.
   *
   * @param segments of it, in the order of the log
   * @param endOffset where it ends
   * @param bytes of segments that are looked at
   */
  Optional<CleanAhead.Horizons> horizons(
      List<Segment> segments, long endOffset, long bytes, AheadBudget budget) throws IOException {
    long read = 0;
    long found = 0;
    long earliestMs = Long.MAX_VALUE;
    for (Segment segment : segments) {
      if (read >= bytes) {
        break;
      }
      try (SealedLog log = open(segment)) {
        begin(log, 0);
        while (read < bytes && batches.next() && batches.header().lastOffset() < endOffset) {
          read += batches.header().sizeInBytes();
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
    budget.spend(read);
    return found == 0
        ? Optional.empty()
        : Optional.of(new CleanAhead.Horizons(found, earliestMs, read));
  }

  private void begin(SealedLog log, long position) {
    batches.open(
        log.segment().logFile(),
        log.file(),
        position,
        log.segment().logBytes(),
        log.segment().baseOffset(),
        BatchCursor.Check.SKIM);
  }

  /**
   * Finds out what became of a batch with a wrong checksum when it was cleaned.
   *
   * @param segments the whole log
   * @return that it was laundered or copied; empty if it is gone, and with it what was wrong
   * @throws IOException if the segment cannot be read
   */
  Optional<CleanAhead.Trouble> afterClean(
      List<Segment> segments, CleanAhead.Trouble before, AheadBudget budget) throws IOException {
    Optional<Segment> holds =
        segments.stream()
            .filter(each -> each.baseOffset() <= before.baseOffset())
            .reduce((first, second) -> second);
    if (holds.isEmpty()) {
      return Optional.empty();
    }
    try (SealedLog log = open(holds.get())) {
      begin(log, LiveIndex.positionBelow(fileSystem, log.segment(), before.baseOffset()));
      while (batches.next() && batches.header().baseOffset() <= before.baseOffset()) {
        budget.spend(batches.header().sizeInBytes());
        if (batches.header().baseOffset() == before.baseOffset()) {
          return Optional.of(became(log, before));
        }
      }
      return Optional.empty();
    } catch (CorruptBatchException | BoundExceededException e) {
      // What stands before it cannot be read: nobody knows.
      return Optional.empty();
    }
  }

  private CleanAhead.Trouble became(SealedLog log, CleanAhead.Trouble before) throws IOException {
    try {
      batches.checkSkimmed(pieces);
      return trouble(Kind.LAUNDERED, log, "before it was cleaned: " + before.text(), -1);
    } catch (CorruptBatchException e) {
      return trouble(Kind.COPIED, log, e.getMessage(), -1);
    }
  }

  @Override
  public void close() {
    meter.close();
  }
}
