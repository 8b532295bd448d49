// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.check;

import io.kleaner.core.check.Finding.Severity;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.segment.AbortedTxn;
import io.kleaner.core.segment.IndexCheck;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentWriter;
import io.kleaner.core.segment.TxnIndexFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Checks the indexes of one segment, at the deepest level entry by entry as its batches pass. */
final class IndexEntries {

  private final Segment segment;
  private final List<Finding> findings;
  private final Map<Long, Long> offsetsByPosition = new TreeMap<>();
  private long previousLastOffset = Long.MIN_VALUE;
  private final NavigableMap<Long, Long> timestampsByOffset = new TreeMap<>();
  private final Map<Long, AbortedTxn> txnsByMarker = new TreeMap<>();

  IndexEntries(FileSystem fileSystem, Segment segment, CheckLevel level, List<Finding> findings)
      throws IOException {
    this.segment = segment;
    this.findings = findings;
    Optional<String> shape = new IndexCheck(fileSystem).problem(segment);
    shape.ifPresent(
        problem ->
            add(
                problem.contains("timeindex") ? Finding.Kind.TIME_INDEX : Finding.Kind.OFFSET_INDEX,
                segment.file(problem.contains("timeindex") ? Kind.TIME_INDEX : Kind.OFFSET_INDEX),
                OptionalLong.empty(),
                "an index of whole, ascending entries",
                problem,
                "A broker rebuilds it when it starts, 'kleaner compact' when it cleans the segment."));
    if (shape.isEmpty() && level.includes(CheckLevel.RECORDS)) {
      readOffsets(fileSystem);
      readTimes(fileSystem);
    }
    if (segment.hasTxnIndex()) {
      readTxns(fileSystem);
    }
  }

  private void readOffsets(FileSystem fileSystem) throws IOException {
    ByteBuffer index = SmallFile.bytes(fileSystem, segment.file(Kind.OFFSET_INDEX));
    while (index.remaining() >= SegmentWriter.OFFSET_ENTRY_BYTES) {
      int relative = index.getInt();
      long position = index.getInt();
      if (relative == 0 && position == 0) {
        // Room that a broker sets aside in the segment it writes to: no entry is at byte 0.
        break;
      }
      offsetsByPosition.put(position, segment.baseOffset() + relative);
    }
  }

  private void readTimes(FileSystem fileSystem) throws IOException {
    ByteBuffer index = SmallFile.bytes(fileSystem, segment.file(Kind.TIME_INDEX));
    while (index.remaining() >= SegmentWriter.TIME_ENTRY_BYTES) {
      long timestamp = index.getLong();
      int relative = index.getInt();
      if (timestamp == 0 && relative == 0 && index.position() > SegmentWriter.TIME_ENTRY_BYTES) {
        break;
      }
      timestampsByOffset.put(segment.baseOffset() + relative, timestamp);
    }
  }

  private void readTxns(FileSystem fileSystem) throws IOException {
    Path path = segment.file(Kind.TXN_INDEX);
    try {
      for (AbortedTxn txn : TxnIndexFormat.decode(SmallFile.bytes(fileSystem, path))) {
        txnsByMarker.put(txn.lastOffset(), txn);
      }
    } catch (IllegalArgumentException e) {
      add(
          Finding.Kind.TXN_INDEX,
          path,
          OptionalLong.empty(),
          "whole entries of a transaction index",
          e.getMessage(),
          "Readers of committed data may see aborted records; a broker rebuilds it when it"
              + " recovers the segment.");
    }
  }

  /** A batch passes, whose records are in order. */
  void batch(BatchHeader batch, long position) {
    Long indexed = offsetsByPosition.remove(position);
    // Old brokers wrote the first offset of a batch, newer ones write the last: a read that begins
    // there misses nothing with either.
    boolean leads =
        indexed == null || (indexed > previousLastOffset && indexed <= batch.lastOffset());
    previousLastOffset = batch.lastOffset();
    if (!leads) {
      add(
          Finding.Kind.OFFSET_INDEX,
          segment.file(Kind.OFFSET_INDEX),
          OptionalLong.of(batch.lastOffset()),
          "an offset up to " + batch.lastOffset() + " for byte " + position,
          "offset " + indexed,
          "Reads may begin at the wrong place. Delete the index while no broker runs: it is"
              + " rebuilt.");
    }
    checkTimes(batch);
    AbortedTxn marked = batch.isControlBatch() ? txnsByMarker.get(batch.lastOffset()) : null;
    if (marked != null && marked.producerId() == batch.producerId()) {
      txnsByMarker.remove(batch.lastOffset());
    }
  }

  private void checkTimes(BatchHeader batch) {
    Map<Long, Long> entries =
        timestampsByOffset.headMap(batch.lastOffset(), true).tailMap(batch.baseOffset(), true);
    entries.forEach(
        (offset, timestamp) -> {
          if (timestamp != batch.maxTimestamp()) {
            add(
                Finding.Kind.TIME_INDEX,
                segment.file(Kind.TIME_INDEX),
                OptionalLong.of(offset),
                "timestamp " + batch.maxTimestamp(),
                "timestamp " + timestamp,
                "Lookups by time may begin at the wrong place. Delete both indexes while no broker"
                    + " runs: they are rebuilt.");
          }
        });
    entries.clear();
  }

  /**
   * The segment ends.
   *
   * @param allRead whether every batch of it passed
   */
  void finish(boolean allRead) {
    if (!allRead) {
      return;
    }
    txnsByMarker
        .values()
        .forEach(
            txn ->
                add(
                    Finding.Kind.TXN_INDEX,
                    segment.file(Kind.TXN_INDEX),
                    OptionalLong.of(txn.lastOffset()),
                    "the ABORT marker of producer " + txn.producerId() + " at that offset",
                    "none",
                    "A broker's cleaner would take a later transaction of that producer for the"
                        + " aborted one and delete it; 'kleaner compact' does not."));
    offsetsByPosition.forEach(
        (position, offset) ->
            add(
                Finding.Kind.OFFSET_INDEX,
                segment.file(Kind.OFFSET_INDEX),
                OptionalLong.of(offset),
                "a batch at byte " + position,
                "none",
                "Reads may begin at the wrong place. Delete the index while no broker runs: it"
                    + " is rebuilt."));
  }

  private void add(
      Finding.Kind kind,
      Path file,
      OptionalLong offset,
      String expected,
      String actual,
      String nextStep) {
    findings.add(
        new Finding(
            Severity.WARNING,
            kind,
            file,
            OptionalLong.empty(),
            offset,
            expected,
            actual,
            nextStep));
  }
}
