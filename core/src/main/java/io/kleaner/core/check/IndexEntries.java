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

  private static final String WRONG_TIME =
      "Lookups by time may begin at the wrong place. Delete both indexes while no broker runs: they"
          + " are rebuilt.";

  private final Segment segment;
  private final List<Finding> findings;
  private final Map<Long, Entry> offsetsByPosition = new TreeMap<>();
  private long previousLastOffset = Long.MIN_VALUE;
  private final NavigableMap<Long, Entry> timestampsByOffset = new TreeMap<>();
  private final Map<Long, TxnEntry> txnsByMarker = new TreeMap<>();

  /**
   * An entry of the offset or time index.
   *
   * @param at byte position in the index
   * @param value the offset, or the timestamp
   */
  private record Entry(long at, long value) {}

  /**
   * @param at byte position in the index
   */
  private record TxnEntry(long at, AbortedTxn txn) {}

  IndexEntries(FileSystem fileSystem, Segment segment, CheckLevel level, List<Finding> findings)
      throws IOException {
    this.segment = segment;
    this.findings = findings;
    Optional<IndexCheck.Problem> shape = new IndexCheck(fileSystem).problem(segment);
    shape.ifPresent(
        problem ->
            add(
                problem.kind() == Kind.TIME_INDEX
                    ? Finding.Kind.TIME_INDEX
                    : Finding.Kind.OFFSET_INDEX,
                segment.file(problem.kind()),
                problem.position(),
                OptionalLong.empty(),
                "an index of whole, ascending entries",
                problem.text(),
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
      int at = index.position();
      int relative = index.getInt();
      long position = index.getInt();
      if (relative == 0 && position == 0) {
        // Room that a broker sets aside in the segment it writes to: no entry is at byte 0.
        break;
      }
      offsetsByPosition.put(position, new Entry(at, segment.baseOffset() + relative));
    }
  }

  private void readTimes(FileSystem fileSystem) throws IOException {
    ByteBuffer index = SmallFile.bytes(fileSystem, segment.file(Kind.TIME_INDEX));
    while (index.remaining() >= SegmentWriter.TIME_ENTRY_BYTES) {
      int at = index.position();
      long timestamp = index.getLong();
      int relative = index.getInt();
      if (timestamp == 0 && relative == 0 && at > 0) {
        break;
      }
      timestampsByOffset.put(segment.baseOffset() + relative, new Entry(at, timestamp));
    }
  }

  private void readTxns(FileSystem fileSystem) throws IOException {
    Path path = segment.file(Kind.TXN_INDEX);
    ByteBuffer index = SmallFile.bytes(fileSystem, path);
    try {
      long at = 0;
      for (AbortedTxn txn : TxnIndexFormat.decode(index)) {
        txnsByMarker.put(txn.lastOffset(), new TxnEntry(at, txn));
        at += TxnIndexFormat.ENTRY_BYTES;
      }
    } catch (IllegalArgumentException e) {
      add(
          Finding.Kind.TXN_INDEX,
          path,
          OptionalLong.of(firstBad(index)),
          OptionalLong.empty(),
          "whole entries of a transaction index",
          e.getMessage(),
          "Readers of committed data may see aborted records; a broker rebuilds it when it"
              + " recovers the segment.");
    }
  }

  /**
   * Where decoding stopped: in the entry that is none, or before the first if the size is wrong.
   */
  private static long firstBad(ByteBuffer index) {
    return index.position() == 0
        ? index.limit() / TxnIndexFormat.ENTRY_BYTES * TxnIndexFormat.ENTRY_BYTES
        : index.position() / TxnIndexFormat.ENTRY_BYTES * TxnIndexFormat.ENTRY_BYTES;
  }

  /** A batch passes, whose records are in order. */
  void batch(BatchHeader batch, long position) {
    Entry entry = offsetsByPosition.remove(position);
    // Old brokers wrote the first offset of a batch, newer ones write the last: a read that begins
    // there misses nothing with either.
    boolean leads =
        entry == null
            || (entry.value() > previousLastOffset && entry.value() <= batch.lastOffset());
    // Of the old formats a wrapper's header tells its last offset alone.
    long firstOffset =
        batch.isLegacy()
            ? Math.min(previousLastOffset + 1, batch.lastOffset())
            : batch.baseOffset();
    previousLastOffset = batch.lastOffset();
    if (!leads) {
      add(
          Finding.Kind.OFFSET_INDEX,
          segment.file(Kind.OFFSET_INDEX),
          OptionalLong.of(entry.at()),
          OptionalLong.of(batch.lastOffset()),
          "an offset up to " + batch.lastOffset() + " for byte " + position,
          "offset " + entry.value(),
          "Reads may begin at the wrong place. Delete the index while no broker runs: it is"
              + " rebuilt.");
    }
    checkTimes(batch, firstOffset);
    TxnEntry marked = batch.isControlBatch() ? txnsByMarker.get(batch.lastOffset()) : null;
    if (marked != null && marked.txn().producerId() == batch.producerId()) {
      txnsByMarker.remove(batch.lastOffset());
    }
  }

  /**
   * @param firstOffset the lowest that an entry for the batch may have
   */
  private void checkTimes(BatchHeader batch, long firstOffset) {
    Map<Long, Entry> entries =
        timestampsByOffset.subMap(firstOffset, true, batch.lastOffset(), true);
    entries.forEach(
        (offset, entry) -> {
          if (entry.value() != batch.maxTimestamp()) {
            add(
                Finding.Kind.TIME_INDEX,
                segment.file(Kind.TIME_INDEX),
                OptionalLong.of(entry.at()),
                OptionalLong.of(offset),
                "timestamp " + batch.maxTimestamp(),
                "timestamp " + entry.value(),
                WRONG_TIME);
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
            entry ->
                add(
                    Finding.Kind.TXN_INDEX,
                    segment.file(Kind.TXN_INDEX),
                    OptionalLong.of(entry.at()),
                    OptionalLong.of(entry.txn().lastOffset()),
                    "the ABORT marker of producer " + entry.txn().producerId() + " at that offset",
                    "none",
                    "A broker's cleaner would take a later transaction of that producer for the"
                        + " aborted one and delete it; 'kleaner compact' does not."));
    offsetsByPosition.forEach(
        (position, entry) ->
            add(
                Finding.Kind.OFFSET_INDEX,
                segment.file(Kind.OFFSET_INDEX),
                OptionalLong.of(entry.at()),
                OptionalLong.of(entry.value()),
                "a batch at byte " + position,
                "none",
                "Reads may begin at the wrong place. Delete the index while no broker runs: it"
                    + " is rebuilt."));
    timestampsByOffset.forEach(
        (offset, entry) ->
            add(
                Finding.Kind.TIME_INDEX,
                segment.file(Kind.TIME_INDEX),
                OptionalLong.of(entry.at()),
                OptionalLong.of(offset),
                "a batch with offset " + offset + " for timestamp " + entry.value(),
                "none",
                WRONG_TIME));
  }

  private void add(
      Finding.Kind kind,
      Path file,
      OptionalLong position,
      OptionalLong offset,
      String expected,
      String actual,
      String nextStep) {
    findings.add(
        new Finding(Severity.WARNING, kind, file, position, offset, expected, actual, nextStep));
  }
}
