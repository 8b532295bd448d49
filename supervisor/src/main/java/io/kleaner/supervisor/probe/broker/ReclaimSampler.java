// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.keymap.KeyHash;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.record.Decompressors;
import io.kleaner.core.record.RecordCursor;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Estimates what a clean would free, from a bounded sample: stretches that are spread evenly over
 * the dirty range. How many distinct keys the whole range has is estimated from those of the sample
 * by the guaranteed-error estimator (Charikar and others, 2000); what is not distinct is
 * superseded. What the range supersedes below it comes on top and is not counted, and keys are
 * taken to be of one size: an estimate, not a promise.
 *
 * <p>Reads at most {@link #SAMPLE_BYTES}, keys only; holds one hash for each record of the sample.
 * Not thread-safe.
 */
final class ReclaimSampler {

  /** How much of the files is read at most. */
  static final long SAMPLE_BYTES = 2L * 1024 * 1024;

  private static final int STRETCHES = 8;
  private static final long STRETCH_BYTES = SAMPLE_BYTES / STRETCHES;
  private static final int MAX_RECORDS = 50_000;
  private static final int MAX_BATCH_BYTES = 2 * 1024 * 1024;
  private static final int BUFFER_BYTES = 256 * 1024;

  private final FileSystem fileSystem;

  ReclaimSampler(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /** A stretch of a segment. */
  private record Stretch(Segment segment, long from, long to) {}

  /** What was read so far. */
  private static final class Tally {
    private final Map<Long, Integer> keys = new HashMap<>();
    private final KeyHash hash = KeyHash.random();
    private long bytes;
    private long records;
  }

  /**
   * Samples a partition.
   *
   * @param segments of the dirty range
   * @param firstDirtyOffset records below it don't count
   * @throws IOException if segments are replaced meanwhile, or cannot be read
   */
  ReclaimEstimate sample(List<Segment> segments, long firstDirtyOffset) throws IOException {
    long dirtyBytes = segments.stream().mapToLong(Segment::logBytes).sum();
    Tally tally = new Tally();
    BatchCursor batches = new BatchCursor(BUFFER_BYTES, MAX_BATCH_BYTES);
    try (Decompressors decompressors = new Decompressors(MAX_BATCH_BYTES);
        RecordCursor records = new RecordCursor(decompressors, MAX_BATCH_BYTES)) {
      for (Stretch stretch : stretches(segments, dirtyBytes)) {
        read(stretch, firstDirtyOffset, batches, records, tally);
      }
    }
    return estimate(tally, dirtyBytes);
  }

  private static ReclaimEstimate estimate(Tally tally, long dirtyBytes) {
    if (tally.records == 0) {
      return new ReclaimEstimate(0, tally.bytes, dirtyBytes, 0, 0);
    }
    long once = tally.keys.values().stream().filter(times -> times == 1).count();
    long distinct = tally.keys.size();
    double share = Math.min(1, (double) tally.bytes / Math.max(1, dirtyBytes));
    double allRecords = tally.records / share;
    double allDistinct = Math.min(allRecords, Math.sqrt(1 / share) * once + (distinct - once));
    return new ReclaimEstimate(
        Math.round(dirtyBytes * (1 - allDistinct / allRecords)),
        tally.bytes,
        dirtyBytes,
        tally.records,
        tally.records - distinct);
  }

  private List<Stretch> stretches(List<Segment> segments, long dirtyBytes) throws IOException {
    List<Stretch> stretches = new ArrayList<>();
    if (dirtyBytes <= SAMPLE_BYTES) {
      segments.forEach(each -> stretches.add(new Stretch(each, 0, each.logBytes())));
      return stretches;
    }
    for (int i = 0; i < STRETCHES; i++) {
      long at = dirtyBytes / STRETCHES * i;
      for (Segment segment : segments) {
        if (at < segment.logBytes()) {
          long from = batchAt(segment, at);
          stretches.add(
              new Stretch(segment, from, Math.min(segment.logBytes(), from + STRETCH_BYTES)));
          break;
        }
        at -= segment.logBytes();
      }
    }
    return stretches;
  }

  /** Byte position of an indexed batch at or below a position. */
  private long batchAt(Segment segment, long position) throws IOException {
    try (FileHandle index = fileSystem.openRead(segment.file(Kind.OFFSET_INDEX))) {
      long low = 0;
      long high = LiveIndex.count(index, SegmentWriter.OFFSET_ENTRY_BYTES);
      long found = 0;
      while (low < high) {
        long middle = (low + high) >>> 1;
        ByteBuffer entry = LiveIndex.entry(index, middle, SegmentWriter.OFFSET_ENTRY_BYTES);
        if (entry.getInt(Integer.BYTES) <= position) {
          found = entry.getInt(Integer.BYTES);
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return found;
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  private void read(
      Stretch stretch,
      long firstDirtyOffset,
      BatchCursor batches,
      RecordCursor records,
      Tally tally)
      throws IOException {
    Segment segment = stretch.segment();
    try (FileHandle file = fileSystem.openRead(segment.logFile())) {
      batches.open(
          segment.logFile(),
          file,
          stretch.from(),
          segment.logBytes(),
          segment.baseOffset(),
          BatchCursor.Check.HEADERS);
      while (batches.nextFilePosition() < stretch.to()
          && tally.records < MAX_RECORDS
          && batches.next()) {
        BatchHeader batch = batches.header();
        tally.bytes += batch.sizeInBytes();
        if (!batch.isLegacy() && !batch.isControlBatch()) {
          count(batch, firstDirtyOffset, records, tally);
        }
      }
    } catch (CorruptBatchException | BoundExceededException e) {
      // What cannot be sampled is left out; a clean, or a check, says what is wrong with it.
      return;
    }
  }

  private static void count(
      BatchHeader batch, long firstDirtyOffset, RecordCursor records, Tally tally)
      throws IOException {
    records.open(batch, RecordCursor.Mode.KEYS);
    while (tally.records < MAX_RECORDS && records.next()) {
      if (records.offset() >= firstDirtyOffset && records.keyLength() >= 0) {
        tally.hash.hash(records.buffer(), records.keyPosition(), records.keyLength());
        tally.keys.merge(tally.hash.first(), 1, Integer::sum);
        tally.records++;
      }
    }
  }
}
