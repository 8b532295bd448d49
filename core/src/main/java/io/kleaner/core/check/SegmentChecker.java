// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.check;

import io.kleaner.core.check.Finding.Kind;
import io.kleaner.core.check.Finding.Severity;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.record.BatchChecksum;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.record.Decompressors;
import io.kleaner.core.record.LegacyRecordCursor;
import io.kleaner.core.record.RecordCursor;
import io.kleaner.core.retain.ControlMarker;
import io.kleaner.core.retain.TransactionState;
import io.kleaner.core.segment.AbortedTxn;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/** Checks one segment after the other. Not thread-safe. */
final class SegmentChecker implements AutoCloseable {

  private static final int BUFFER_BYTES = 1024 * 1024;

  private final FileSystem fileSystem;
  private final CheckLevel level;
  private final CancelToken token;
  private final LongConsumer bytesRead;
  private final List<Finding> findings;
  private final BatchCursor cursor;
  private final BatchChecksum checksum = new BatchChecksum();
  private final Decompressors decompressors;
  private final RecordCursor recordCursor;
  private final LegacyRecordCursor legacyCursor;

  private final TransactionState transactions;

  /** Whether every batch so far could be read: else a marker may have been missed. */
  private boolean whole = true;

  private long previousLastOffset = -1;
  private long batches;
  private long records;

  /**
   * @param bytesRead told the size of each batch that was read
   * @param aborted every entry of the partition's transaction indexes
   */
  SegmentChecker(
      FileSystem fileSystem,
      CheckLevel level,
      int maxRecordBytes,
      CancelToken token,
      LongConsumer bytesRead,
      List<AbortedTxn> aborted,
      List<Finding> findings) {
    this.transactions = new TransactionState(aborted);
    this.fileSystem = fileSystem;
    this.level = level;
    this.token = token;
    this.bytesRead = bytesRead;
    this.findings = findings;
    this.cursor = new BatchCursor(BUFFER_BYTES, maxRecordBytes);
    this.decompressors = new Decompressors(maxRecordBytes);
    this.recordCursor = new RecordCursor(decompressors, maxRecordBytes);
    this.legacyCursor = new LegacyRecordCursor(decompressors, maxRecordBytes);
  }

  /**
   * Checks a segment.
   *
   * @param nextBaseOffset of the segment after it
   * @param last whether there is none, so that its end may be torn
   */
  void check(Segment segment, long nextBaseOffset, boolean last) throws IOException {
    IndexEntries indexes = new IndexEntries(fileSystem, segment, level, findings);
    int findingsBefore = findings.size();
    try (FileHandle file = fileSystem.openRead(segment.logFile())) {
      long end = file.size();
      cursor.open(segment.logFile(), file, 0, end, 0, BatchCursor.Check.HEADERS);
      while (next(segment, last, end)) {
        token.throwIfCancelled();
        BatchHeader batch = cursor.header();
        batches++;
        bytesRead.accept(batch.sizeInBytes());
        checkOffsets(segment, batch, nextBaseOffset);
        if (checkChecksum(segment, batch) && level.includes(CheckLevel.RECORDS)) {
          checkRecords(segment, batch);
          indexes.batch(batch, cursor.filePosition());
          if (whole) {
            checkTransaction(segment, batch);
          }
        } else {
          records += Math.max(batch.recordCount(), 0);
        }
      }
    }
    boolean allRead =
        findings.subList(findingsBefore, findings.size()).stream()
            .noneMatch(finding -> finding.file().equals(segment.logFile()));
    indexes.finish(allRead && level.includes(CheckLevel.RECORDS));
  }

  /**
   * @param end byte position where the segment's file ended when it was opened
   */
  private boolean next(Segment segment, boolean last, long end) throws IOException {
    try {
      return cursor.next();
    } catch (CorruptBatchException e) {
      long position = cursor.nextFilePosition();
      boolean tail = last && cursor.isAtTornEnd();
      add(
          tail ? Severity.WARNING : Severity.ERROR,
          tail ? Kind.TORN_TAIL : Kind.CORRUPT_BATCH,
          segment,
          position,
          nextOffset(segment),
          "a whole batch",
          e.problem() + ", " + (end - position) + " bytes are left",
          nextStep(tail, last));
      return false;
    } catch (BoundExceededException e) {
      whole = false;
      add(
          Severity.WARNING,
          Kind.CORRUPT_BATCH,
          segment,
          cursor.nextFilePosition(),
          nextOffset(segment),
          "a batch of at most " + e.boundBytes() + " bytes",
          e.askedBytes() + " bytes",
          "The rest of this segment was not read, and from here on no transaction marker was"
              + " held against the indexes; use a larger --max-record-bytes.");
      return false;
    }
  }

  private static String nextStep(boolean tail, boolean last) {
    if (tail) {
      return "A broker cuts it off when it recovers, and so does 'kleaner compact"
          + " --truncate-tail'; beside a live broker it may just be written.";
    }
    return "What follows in this segment cannot be read"
        + (last ? ", and a broker that recovers it cuts all of it off" : "")
        + ". Restore the replica from another.";
  }

  /** The lowest offset that a batch which can't be read may have. */
  private OptionalLong nextOffset(Segment segment) {
    return OptionalLong.of(Math.max(segment.baseOffset(), previousLastOffset + 1));
  }

  private void checkOffsets(Segment segment, BatchHeader batch, long nextBaseOffset) {
    long base = batch.baseOffset();
    long last = batch.lastOffset();
    if (last < segment.baseOffset()) {
      add(
          Severity.ERROR,
          Kind.OFFSET_BELOW_BASE,
          segment,
          cursor.filePosition(),
          OptionalLong.of(base),
          "offsets from " + segment.baseOffset() + " on",
          "offset " + last,
          "The file has the wrong name or the wrong content.");
    } else if (last - segment.baseOffset() > Integer.MAX_VALUE) {
      add(
          Severity.WARNING,
          Kind.RELATIVE_OFFSET_OVERFLOW,
          segment,
          cursor.filePosition(),
          OptionalLong.of(last),
          "offsets up to " + (segment.baseOffset() + Integer.MAX_VALUE),
          "offset " + last,
          "An index cannot hold it (KAFKA-6264); 'kleaner compact' splits the segment.");
    }
    if (last >= nextBaseOffset || base <= previousLastOffset) {
      add(
          Severity.ERROR,
          Kind.OVERLAPPING_SEGMENTS,
          segment,
          cursor.filePosition(),
          OptionalLong.of(base),
          "offsets above " + previousLastOffset + " and below " + nextBaseOffset,
          "offsets " + base + ".." + last,
          "Two segments hold the same offsets; which one is right cannot be known here.");
    }
    previousLastOffset = Math.max(previousLastOffset, last);
  }

  private boolean checkChecksum(Segment segment, BatchHeader batch) {
    if (!level.includes(CheckLevel.CHECKSUMS)) {
      return true;
    }
    long computed = checksum.compute(batch);
    if (computed == batch.storedCrc()) {
      return true;
    }
    add(
        Severity.ERROR,
        Kind.CRC_MISMATCH,
        segment,
        cursor.filePosition(),
        OptionalLong.of(batch.baseOffset()),
        String.format("CRC 0x%08x as stored", batch.storedCrc()),
        String.format("0x%08x computed", computed),
        "Consumers reject this batch, and Kafka's own cleaner would give it a valid checksum."
            + " Restore the replica from another.");
    return false;
  }

  private void checkRecords(Segment segment, BatchHeader batch) throws IOException {
    try {
      if (batch.isLegacy()) {
        legacyCursor.open(batch);
        while (legacyCursor.next()) {
          records++;
        }
      } else {
        recordCursor.open(batch, RecordCursor.Mode.KEYS);
        while (recordCursor.next()) {
          records++;
        }
      }
    } catch (CorruptBatchException e) {
      add(
          Severity.ERROR,
          Kind.CORRUPT_RECORDS,
          segment,
          cursor.filePosition(),
          OptionalLong.of(batch.baseOffset()),
          "records as the header promises them",
          e.problem(),
          "Its checksum is right, so it was written like this. A consumer stops here; a clean"
              + " refuses the partition.");
    } catch (BoundExceededException e) {
      add(
          Severity.WARNING,
          Kind.CORRUPT_RECORDS,
          segment,
          cursor.filePosition(),
          OptionalLong.of(batch.baseOffset()),
          "records of at most " + e.boundBytes() + " bytes",
          "at least " + e.askedBytes() + " bytes",
          "A broker's cleaner may run out of memory on it; use a larger --max-record-bytes here.");
    }
  }

  private void checkTransaction(Segment segment, BatchHeader batch) throws IOException {
    if (!batch.isControlBatch()) {
      transactions.onDataBatch(
          batch.isTransactional(), batch.producerId(), batch.baseOffset(), batch.lastOffset());
      return;
    }
    TransactionState.MarkerFate fate;
    try {
      fate =
          transactions.onControlBatch(
              ControlMarker.read(batch, recordCursor),
              batch.producerId(),
              batch.baseOffset(),
              batch.lastOffset());
    } catch (CorruptBatchException | BoundExceededException e) {
      whole = false; // its records were checked before, and said so
      return;
    }
    if (fate.isUnindexed()) {
      add(
          Severity.ERROR,
          Kind.TXN_INDEX,
          segment,
          cursor.filePosition(),
          OptionalLong.of(batch.baseOffset()),
          "an entry for this ABORT marker of producer "
              + batch.producerId()
              + " in the segment's transaction index",
          "none",
          "Its records look committed to readers, and a broker's cleaner lets them supersede what"
              + " is; a clean refuses the partition. Restore the .txnindex file, or the replica"
              + " from another.");
    }
  }

  private void add(
      Severity severity,
      Kind kind,
      Segment segment,
      long position,
      OptionalLong offset,
      String expected,
      String actual,
      String nextStep) {
    whole &= severity == Severity.WARNING || kind == Kind.TXN_INDEX;
    findings.add(
        new Finding(
            severity,
            kind,
            segment.logFile(),
            OptionalLong.of(position),
            offset,
            expected,
            actual,
            nextStep));
  }

  long batches() {
    return batches;
  }

  long records() {
    return records;
  }

  @Override
  public void close() {
    recordCursor.close();
    legacyCursor.close();
    decompressors.close();
  }
}
