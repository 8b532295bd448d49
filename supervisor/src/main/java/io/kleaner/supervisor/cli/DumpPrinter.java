// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.logdir.ProducerEntry;
import io.kleaner.core.logdir.ProducerSnapshot;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.Codec;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.record.Decompressors;
import io.kleaner.core.record.LegacyRecordCursor;
import io.kleaner.core.record.RecordCursor;
import io.kleaner.core.segment.AbortedTxn;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.TxnIndexFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Prints the files of a segment. Not thread-safe. */
final class DumpPrinter {

  private static final int BUFFER_BYTES = 1024 * 1024;

  private final FileSystem fileSystem;
  private final Terminal terminal;
  private final Detail detail;
  private final int maxRecordBytes;
  private final CancelToken token;
  private String file = "";

  /**
   * @param maxRecordBytes the largest batch or record that may be in memory
   * @param token ends the printing between two batches
   */
  DumpPrinter(
      FileSystem fileSystem,
      Terminal terminal,
      Detail detail,
      int maxRecordBytes,
      CancelToken token) {
    this.maxRecordBytes = maxRecordBytes;
    this.token = token;
    this.fileSystem = fileSystem;
    this.terminal = terminal;
    this.detail = detail;
  }

  /** How much is shown. */
  record Detail(boolean records, boolean keys, boolean values, boolean json) {}

  /**
   * Prints a file.
   *
   * @return whether it could be read to its end
   */
  boolean print(Path path) throws IOException {
    Optional<SegmentFileName> name = SegmentFileName.parse(path.getFileName().toString());
    if (name.isEmpty()) {
      throw new UnusableDirectoryException(
          path + " is not named like a file of a segment (00000000000000000000.log)",
          "Name a .log, .index, .timeindex, .txnindex or .snapshot file, or a directory.");
    }
    file = path.toString();
    if (!detail.json()) {
      terminal.println(file);
    }
    long base = name.get().baseOffset();
    return switch (name.get().kind()) {
      case LOG -> printLog(path);
      case OFFSET_INDEX -> printOffsetIndex(path, base);
      case TIME_INDEX -> printTimeIndex(path, base);
      case TXN_INDEX -> printTxnIndex(path);
      case PRODUCER_SNAPSHOT -> printSnapshot(path);
    };
  }

  private boolean printLog(Path path) throws IOException {
    BatchCursor batches = new BatchCursor(BUFFER_BYTES, maxRecordBytes);
    try (FileHandle file = fileSystem.openRead(path);
        Decompressors decompressors = new Decompressors(maxRecordBytes);
        RecordCursor records = new RecordCursor(decompressors, maxRecordBytes);
        LegacyRecordCursor legacy = new LegacyRecordCursor(decompressors, maxRecordBytes)) {
      batches.open(path, file, 0, file.size(), 0, BatchCursor.Check.CHECKSUMS);
      while (!terminal.isClosed() && batches.next()) {
        token.throwIfCancelled();
        printBatch(batches);
        if (detail.records()) {
          printRecords(batches.header(), records, legacy);
        }
      }
      return true;
    } catch (CorruptBatchException e) {
      terminal.problem(e.getMessage());
      return false;
    } catch (BoundExceededException e) {
      terminal.problem(e.getMessage());
      terminal.problem("  Run again with a --max-record-bytes of at least " + e.askedBytes() + ".");
      return false;
    }
  }

  private void printBatch(BatchCursor batches) throws CorruptBatchException {
    BatchHeader batch = batches.header();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("kind", "batch");
    fields.put("position", batches.filePosition());
    fields.put("size", batch.sizeInBytes());
    fields.put("baseOffset", batch.baseOffset());
    fields.put("lastOffset", batch.lastOffset());
    fields.put("magic", batch.magic());
    fields.put("codec", Codec.forId(batch.codecId()).name().toLowerCase(java.util.Locale.ROOT));
    fields.put("timestampType", batch.isLogAppendTime() ? "LogAppendTime" : "CreateTime");
    fields.put("maxTimestamp", batch.maxTimestamp());
    if (!batch.isLegacy()) {
      fields.put("records", batch.recordCount());
      fields.put("leaderEpoch", batch.partitionLeaderEpoch());
      fields.put("producerId", batch.producerId());
      fields.put("producerEpoch", batch.producerEpoch());
      fields.put("baseSequence", batch.baseSequence());
      fields.put("transactional", batch.isTransactional());
      fields.put("control", batch.isControlBatch());
      if (batch.hasDeleteHorizon()) {
        fields.put("deleteHorizonMs", batch.deleteHorizonMs());
      }
    }
    fields.put("crc", batch.storedCrc());
    line(fields);
  }

  private void printRecords(BatchHeader batch, RecordCursor records, LegacyRecordCursor legacy)
      throws IOException {
    if (batch.isLegacy()) {
      legacy.open(batch);
      while (legacy.next()) {
        Map<String, Object> fields = record(legacy.offset(), legacy.timestamp());
        keyAndValue(
            fields,
            legacy.buffer(),
            legacy.keyPosition(),
            legacy.keyLength(),
            legacy.valuePosition(),
            legacy.valueLength());
        line(fields);
      }
      return;
    }
    records.open(batch, detail.values() ? RecordCursor.Mode.WHOLE : RecordCursor.Mode.KEYS);
    while (records.next()) {
      Map<String, Object> fields = record(records.offset(), records.timestamp());
      keyAndValue(
          fields,
          records.buffer(),
          records.keyPosition(),
          records.keyLength(),
          records.valuePosition(),
          records.valueLength());
      if (detail.values()) {
        int headers = records.headersPosition();
        fields.put("headersHex", hex(records.buffer(), headers, records.endPosition() - headers));
      }
      line(fields);
    }
  }

  private static Map<String, Object> record(long offset, long timestamp) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("kind", "record");
    fields.put("offset", offset);
    fields.put("timestamp", timestamp);
    return fields;
  }

  private void keyAndValue(
      Map<String, Object> fields,
      ByteBuffer buffer,
      int keyPosition,
      int keyLength,
      int valuePosition,
      int valueLength) {
    fields.put("keyBytes", keyLength);
    fields.put("valueBytes", valueLength);
    if (detail.keys() && keyLength >= 0) {
      fields.put("keyHex", hex(buffer, keyPosition, keyLength));
    }
    if (detail.values() && valueLength >= 0) {
      fields.put("valueHex", hex(buffer, valuePosition, valueLength));
    }
  }

  private static String hex(ByteBuffer buffer, int position, int length) {
    StringBuilder text = new StringBuilder(2 * length);
    for (int i = 0; i < length; i++) {
      int b = buffer.get(position + i) & 0xff;
      text.append(Character.forDigit(b >>> 4, 16)).append(Character.forDigit(b & 15, 16));
    }
    return text.toString();
  }

  private boolean printOffsetIndex(Path path, long base) throws IOException {
    ByteBuffer index = SmallFile.bytes(fileSystem, path);
    while (index.remaining() >= 2 * Integer.BYTES) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("kind", "offset-index-entry");
      fields.put("offset", base + index.getInt());
      fields.put("position", index.getInt());
      line(fields);
    }
    return true;
  }

  private boolean printTimeIndex(Path path, long base) throws IOException {
    ByteBuffer index = SmallFile.bytes(fileSystem, path);
    while (index.remaining() >= Long.BYTES + Integer.BYTES) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("kind", "time-index-entry");
      fields.put("timestamp", index.getLong());
      fields.put("offset", base + index.getInt());
      line(fields);
    }
    return true;
  }

  private boolean printTxnIndex(Path path) throws IOException {
    List<AbortedTxn> txns;
    try {
      txns = TxnIndexFormat.decode(SmallFile.bytes(fileSystem, path));
    } catch (IllegalArgumentException e) {
      terminal.problem(path + ": " + e.getMessage());
      return false;
    }
    for (AbortedTxn txn : txns) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("kind", "aborted-transaction");
      fields.put("producerId", txn.producerId());
      fields.put("firstOffset", txn.firstOffset());
      fields.put("lastOffset", txn.lastOffset());
      fields.put("lastStableOffset", txn.lastStableOffset());
      line(fields);
    }
    return true;
  }

  private boolean printSnapshot(Path path) throws IOException {
    Optional<List<ProducerEntry>> entries =
        ProducerSnapshot.parse(SmallFile.bytes(fileSystem, path));
    if (entries.isEmpty()) {
      terminal.problem(path + " is no valid producer snapshot");
      return false;
    }
    for (ProducerEntry entry : entries.get()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("kind", "producer");
      fields.put("producerId", entry.producerId());
      fields.put("epoch", entry.epoch());
      fields.put("lastSequence", entry.lastSequence());
      fields.put("lastDataOffset", entry.lastDataOffset().orElse(-1));
      fields.put("lastTimestamp", entry.lastTimestamp());
      fields.put("currentTxnFirstOffset", entry.currentTxnFirstOffset().orElse(-1));
      line(fields);
    }
    return true;
  }

  private void line(Map<String, Object> fields) {
    if (detail.json()) {
      // A line stands for itself: it may be read without those before it.
      fields.put("file", file);
      terminal.println(Json.line(fields));
      return;
    }
    StringBuilder text = new StringBuilder();
    fields.forEach(
        (name, value) -> {
          if (name.equals("kind")) {
            text.append(value.equals("record") ? "    " : "  ").append(value);
          } else {
            text.append(' ').append(name).append('=').append(value);
          }
        });
    terminal.println(text.toString());
  }
}
