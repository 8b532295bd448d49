// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.keymap.KeyHash;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.record.LegacyRecordCursor;
import io.kleaner.core.record.RecordCursor;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentFileName.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Compares the survivors of a group, read from the source once more, with what its outputs hold:
 * same offsets, timestamps, keys, values and headers in the same order. Not thread-safe.
 */
final class DeepVerifier {

  private final FileSystem fileSystem;
  private final CleanScope scope;
  private final Workbench bench;
  private final RecordFates fates;
  private final Pacer pacer;
  private final KeyHash hash = KeyHash.random();

  DeepVerifier(
      FileSystem fileSystem, CleanScope scope, Workbench bench, RecordFates fates, Pacer pacer) {
    this.fileSystem = fileSystem;
    this.scope = scope;
    this.bench = bench;
    this.fates = fates;
    this.pacer = pacer;
  }

  /**
   * Compares one group.
   *
   * @param walk the numbering as it was where the group begins
   * @throws OutputMismatchException if the outputs do not hold the survivors; nothing was committed
   */
  void verify(
      List<Segment> group,
      FateLog decided,
      RecordFates.Walk walk,
      Path dir,
      List<WrittenSegment> written)
      throws IOException {
    SurvivorDigest source = new SurvivorDigest(hash);
    int batch = 0;
    for (Segment segment : group) {
      batch = digest(segment, decided, batch, walk, source);
    }
    SurvivorDigest output = new SurvivorDigest(hash);
    for (WrittenSegment each : written) {
      digest(dir, each, output);
    }
    Path log = file(dir, written.get(0));
    if (source.records() != output.records()) {
      throw new OutputMismatchException(
          log, "surviving records", source.records(), output.records());
    }
    if (source.value() != output.value()) {
      throw new OutputMismatchException(
          log, "survivors with the digest", source.value(), output.value());
    }
  }

  private int digest(
      Segment segment,
      FateLog decided,
      int firstBatch,
      RecordFates.Walk walk,
      SurvivorDigest digest)
      throws IOException {
    int number = firstBatch;
    BatchCursor batches = bench.batches();
    try (FileHandle file = fileSystem.openRead(segment.logFile())) {
      batches.open(
          segment.logFile(),
          file,
          0,
          scope.endPosition(segment),
          segment.baseOffset(),
          BatchCursor.Check.CHECKSUMS);
      while (batches.next()) {
        BatchHeader batch = batches.header();
        pacer.read(batch.sizeInBytes());
        try {
          source(batch, decided.get(number++), walk, digest);
        } catch (CorruptBatchException e) {
          throw e.at(segment.logFile(), batches.filePosition(), batch.baseOffset());
        } catch (BoundExceededException e) {
          throw e.at(segment.logFile(), batches.filePosition(), batch.baseOffset());
        }
      }
    }
    return number;
  }

  private void source(
      BatchHeader batch, boolean survives, RecordFates.Walk walk, SurvivorDigest digest)
      throws IOException {
    if (batch.isControlBatch()) {
      if (survives) {
        RecordCursor records = bench.records();
        records.open(batch, RecordCursor.Mode.WHOLE);
        while (records.next()) {
          digest.add(records);
        }
      }
      return;
    }
    walk.enter(batch.lastOffset());
    long ordinal = walk.firstRecord();
    if (batch.isLegacy()) {
      LegacyRecordCursor records = bench.legacyRecords();
      records.open(batch);
      int count = 0;
      while (records.next()) {
        if (!fates.removed().get(ordinal + count)) {
          digest.add(records);
        }
        count++;
      }
      walk.leave(count);
      return;
    }
    if (survives) {
      RecordCursor records = bench.records();
      records.open(batch, RecordCursor.Mode.WHOLE);
      while (records.next()) {
        if (!fates.removed().get(ordinal++)) {
          digest.add(records);
        }
      }
    }
    walk.leave(batch.recordCount());
  }

  private void digest(Path dir, WrittenSegment segment, SurvivorDigest digest) throws IOException {
    Path log = file(dir, segment);
    BatchCursor batches = bench.batches();
    RecordCursor records = bench.records();
    try (FileHandle file = fileSystem.openRead(log)) {
      batches.open(log, file, 0, file.size(), segment.baseOffset(), BatchCursor.Check.CHECKSUMS);
      while (batches.next()) {
        pacer.read(batches.header().sizeInBytes());
        records.open(batches.header(), RecordCursor.Mode.WHOLE);
        while (records.next()) {
          digest.add(records);
        }
      }
    }
  }

  private static Path file(Path dir, WrittenSegment segment) {
    return new SegmentFileName(segment.baseOffset(), Kind.LOG, Stage.CLEANED).in(dir);
  }
}
