// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.check;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.Codec;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds batches that decompress to far more than their size: Kafka's own cleaner, which holds a
 * decompressed record in memory, dies of one with an OutOfMemoryError.
 *
 * <p>Itself it needs a few buffers, whatever the batches claim to be. Of batches that are not
 * compressed, or too small to become that long, only the header is read. Read-only; not
 * thread-safe; used once.
 */
public final class BombScan {

  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int MAX_BOMBS = 20;

  private final FileSystem fileSystem;
  private final Limits limits;
  private final CancelToken token;
  private final List<Bomb> bombs = new ArrayList<>();
  private final List<String> unread = new ArrayList<>();
  private long scannedBytes;

  /**
   * What is looked for.
   *
   * @param reportAboveBytes decompressed length from which a batch is one
   * @param measureUpToBytes decompressed length from which it no longer matters how long it is
   * @param maxBatchBytes the largest batch that is read into memory; a larger one is reported
   *     unread
   * @param maxScanBytes how much of the files is looked at
   */
  public record Limits(
      long reportAboveBytes, long measureUpToBytes, int maxBatchBytes, long maxScanBytes) {

    /** What fits a sidecar: 32 MiB, measured up to 2 GiB, of any number of segments. */
    public static Limits usual() {
      return new Limits(32L << 20, 2L << 30, 16 << 20, Long.MAX_VALUE);
    }
  }

  /**
   * A batch that decompresses to far more than its size.
   *
   * @param segment the file it lies in
   * @param position byte position in it
   * @param baseOffset of the batch
   * @param lastOffset of the batch
   * @param codec that it is compressed with
   * @param batchBytes its length in the file
   * @param decompressedBytes the length of its records; at least so much if {@code atLeast}
   * @param atLeast whether measuring stopped before the end
   */
  public record Bomb(
      Path segment,
      long position,
      long baseOffset,
      long lastOffset,
      Codec codec,
      long batchBytes,
      long decompressedBytes,
      boolean atLeast) {}

  /**
   * What was found.
   *
   * @param bombs the first twenty, in the order of the log
   * @param scannedBytes bytes of logs that were looked at
   * @param complete whether all of the segments were looked at; false if anything is unread
   * @param unread what could not be read, a sentence each
   */
  public record Result(List<Bomb> bombs, long scannedBytes, boolean complete, List<String> unread) {

    /** Keeps its own copies. */
    public Result {
      bombs = List.copyOf(bombs);
      unread = List.copyOf(unread);
    }
  }

  /**
   * @param token ends it early
   */
  public BombScan(FileSystem fileSystem, Limits limits, CancelToken token) {
    this.fileSystem = fileSystem;
    this.limits = limits;
    this.token = token;
  }

  /**
   * Scans segments, of a live broker too; stops in a segment where it is corrupt, or not yet
   * written.
   *
   * @param segments in the order of the log
   * @param fromOffset batches that end below it are passed over
   * @throws IOException if a segment cannot be read, or was replaced meanwhile
   */
  public Result scan(List<Segment> segments, long fromOffset) throws IOException {
    boolean complete = true;
    try (BombMeter meter = new BombMeter(limits)) {
      for (int i = 0; i < segments.size(); i++) {
        boolean below = i + 1 < segments.size() && segments.get(i + 1).baseOffset() <= fromOffset;
        if (!below) {
          complete &= scan(segments.get(i), fromOffset, meter);
        }
      }
    }
    return new Result(bombs, scannedBytes, complete && unread.isEmpty(), unread);
  }

  private boolean scan(Segment segment, long fromOffset, BombMeter meter) throws IOException {
    BatchCursor batches = new BatchCursor(BUFFER_BYTES, BatchCursor.MAX_CONTROL_BATCH_BYTES);
    try (FileHandle file = fileSystem.openRead(segment.logFile())) {
      batches.open(
          segment.logFile(),
          file,
          0,
          segment.logBytes(),
          segment.baseOffset(),
          BatchCursor.Check.SKIM);
      while (batches.next()) {
        if (token.isCancelled()
            || scannedBytes >= limits.maxScanBytes()
            || bombs.size() == MAX_BOMBS) {
          return false;
        }
        BatchHeader batch = batches.header();
        scannedBytes += batch.sizeInBytes();
        if (batch.lastOffset() >= fromOffset && meter.mayBeBomb(batch)) {
          BombMeter.Measured measured =
              meter.measure(
                  segment.logFile(), batches.filePosition(), file, batch, token::isCancelled);
          measured.bomb().ifPresent(bombs::add);
          measured.unread().ifPresent(unread::add);
          if (measured.cut()) {
            return false;
          }
        }
      }
      return true;
    } catch (CorruptBatchException | BoundExceededException e) {
      unread.add(e.getMessage());
      return false;
    }
  }
}
