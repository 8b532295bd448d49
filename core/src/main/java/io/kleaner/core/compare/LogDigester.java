// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compare;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.keymap.KeyHash;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.ProducerEntry;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.record.Decompressors;
import io.kleaner.core.record.LegacyRecordCursor;
import io.kleaner.core.record.RecordCursor;
import io.kleaner.core.retain.TransactionState;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.TxnIndexFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.LongConsumer;

/** Turns a log into digests of what a reader sees of it. Not thread-safe. */
final class LogDigester implements AutoCloseable {

  private static final int BUFFER_BYTES = 1024 * 1024;
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final FileSystem fileSystem;
  private final CancelToken token;
  private final KeyHash hash;
  private final Decompressors decompressors;
  private final BatchCursor batches;
  private final RecordCursor records;
  private final LegacyRecordCursor legacy;

  /** The headers of a record that has none, as magic 2 writes them: their number. */
  private final ByteBuffer noHeaders = ByteBuffer.allocateDirect(1);

  /**
   * @param hash under the same secrets for both logs
   * @param maxRecordBytes the largest record that may be in memory
   */
  LogDigester(FileSystem fileSystem, KeyHash hash, int maxRecordBytes, CancelToken token) {
    this.fileSystem = fileSystem;
    this.token = token;
    this.hash = hash;
    this.decompressors = new Decompressors(maxRecordBytes);
    this.batches = new BatchCursor(BUFFER_BYTES, maxRecordBytes);
    this.records = new RecordCursor(decompressors, maxRecordBytes);
    this.legacy = new LegacyRecordCursor(decompressors, maxRecordBytes);
  }

  /**
   * Digests a log from its log start to its log end.
   *
   * @param producers at the log end; their open transactions are uncommitted
   * @param bytesRead told the size of each batch that was read
   */
  void digest(
      PartitionLog log, Map<Long, ProducerEntry> producers, DigestFiles out, LongConsumer bytesRead)
      throws IOException {
    TransactionState transactions =
        new TransactionState(TxnIndexFile.readAll(fileSystem, log.segments()));
    for (Segment segment : log.segments()) {
      try (FileHandle file = fileSystem.openRead(segment.logFile())) {
        batches.open(
            segment.logFile(),
            file,
            0,
            end(log, segment),
            segment.baseOffset(),
            BatchCursor.Check.CHECKSUMS);
        while (batches.next()) {
          token.throwIfCancelled();
          BatchHeader batch = batches.header();
          bytesRead.accept(batch.sizeInBytes());
          try {
            digest(batch, log.logStartOffset(), transactions, producers, out);
          } catch (CorruptBatchException e) {
            throw e.at(segment.logFile(), batches.filePosition(), batch.baseOffset());
          } catch (BoundExceededException e) {
            throw e.at(segment.logFile(), batches.filePosition(), batch.baseOffset());
          }
        }
      }
    }
  }

  private static long end(PartitionLog log, Segment segment) {
    return log.tornTail()
        .filter(torn -> torn.baseOffset() == segment.baseOffset())
        .map(PartitionLog.TornTail::position)
        .orElse(segment.logBytes());
  }

  private void digest(
      BatchHeader batch,
      long logStart,
      TransactionState transactions,
      Map<Long, ProducerEntry> producers,
      DigestFiles out)
      throws IOException {
    if (batch.isControlBatch()) {
      return;
    }
    boolean aborted =
        transactions.onDataBatch(
            batch.isTransactional(), batch.producerId(), batch.baseOffset(), batch.lastOffset());
    if (aborted) {
      return;
    }
    boolean open = batch.isTransactional() && isOpen(batch, producers.get(batch.producerId()));
    if (batch.isLegacy()) {
      legacy.open(batch);
      while (legacy.next()) {
        if (legacy.offset() >= logStart) {
          long content =
              content(
                  legacy.timestamp(),
                  legacy.buffer(),
                  legacy.valuePosition(),
                  legacy.valueLength());
          content = mix(content, noHeaders, 0, 1);
          add(
              legacy.offset(),
              legacy.buffer(),
              legacy.keyPosition(),
              legacy.keyLength(),
              legacy.hasValue(),
              content,
              open,
              out);
        }
      }
      return;
    }
    records.open(batch, RecordCursor.Mode.WHOLE);
    while (records.next()) {
      if (records.offset() >= logStart) {
        long content =
            content(
                records.timestamp(),
                records.buffer(),
                records.valuePosition(),
                records.valueLength());
        int headers = records.headersPosition();
        content = mix(content, records.buffer(), headers, records.endPosition() - headers);
        add(
            records.offset(),
            records.buffer(),
            records.keyPosition(),
            records.keyLength(),
            records.hasValue(),
            content,
            open,
            out);
      }
    }
  }

  private static boolean isOpen(BatchHeader batch, ProducerEntry producer) {
    return producer != null
        && producer.currentTxnFirstOffset().isPresent()
        && batch.baseOffset() >= producer.currentTxnFirstOffset().getAsLong();
  }

  private long content(long timestamp, ByteBuffer buffer, int position, int length) {
    long seed = timestamp * MIX + length;
    return length < 0 ? seed : mix(seed, buffer, position, length);
  }

  private long mix(long seed, ByteBuffer buffer, int position, int length) {
    hash.hash(length == 0 ? noHeaders : buffer, length == 0 ? 0 : position, length);
    return Long.rotateLeft(seed, 29) * MIX ^ hash.first();
  }

  private void add(
      long offset,
      ByteBuffer buffer,
      int keyPosition,
      int keyLength,
      boolean hasValue,
      long content,
      boolean open,
      DigestFiles out)
      throws IOException {
    byte kind;
    if (keyLength < 0) {
      kind = open ? Digest.UNCOMMITTED : Digest.UNKEYED;
      out.add(new Digest(kind, content, offset * (open ? 1 : 0), content, offset));
      return;
    }
    hash.hash(buffer, keyPosition, keyLength);
    if (open) {
      kind = Digest.UNCOMMITTED;
    } else {
      kind = hasValue ? Digest.VALUE : Digest.TOMBSTONE;
    }
    // Every record of an open transaction counts, not just the newest of its key.
    long apart = open ? offset * MIX : 0;
    out.add(new Digest(kind, hash.first() ^ apart, hash.second() ^ apart, content, offset));
  }

  @Override
  public void close() {
    records.close();
    legacy.close();
    decompressors.close();
  }
}
