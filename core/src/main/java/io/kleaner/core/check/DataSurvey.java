// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.check;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
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
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Reads segments for what a person wants to know before a clean: which keys are overwritten most,
 * how many tombstones there are and how old, and which records have no key.
 *
 * <p>The keys that are counted are bounded in number; a count is then a lower bound (Misra and
 * Gries). Read-only; not thread-safe; used once.
 */
public final class DataSurvey {

  private static final int BUFFER_BYTES = 1024 * 1024;
  private static final int MAX_KEYS = 20_000;
  private static final int MAX_KEY_BYTES = 1024;
  private static final int FIRST_OFFSETS = 10;

  private final FileSystem fileSystem;
  private final CancelToken token;
  private final int maxRecordBytes;
  private final MessageDigest sha256 = newSha256();
  private final Map<ByteBuffer, long[]> counts = new HashMap<>();
  private final List<Long> unkeyedOffsets = new ArrayList<>();
  private long unkeyed;
  private long tombstones;
  private long tombstonesWithoutTime;
  private long oldestTombstoneMs = Long.MAX_VALUE;
  private long newestTombstoneMs = Long.MIN_VALUE;
  private long forgotten;

  /**
   * @param maxRecordBytes the largest batch or key that may be in memory, in bytes
   */
  public DataSurvey(FileSystem fileSystem, int maxRecordBytes, CancelToken token) {
    this.fileSystem = fileSystem;
    this.maxRecordBytes = maxRecordBytes;
    this.token = token;
  }

  /**
   * A key and how often it was seen.
   *
   * @param key its bytes, read-only, the first 1,024 of a longer one
   * @param sha256 of all its bytes, in lower-case hexadecimal
   * @param atLeast how often, exactly as long as no key had to be forgotten
   */
  public record KeyCount(ByteBuffer key, String sha256, long atLeast) {}

  /**
   * What was seen.
   *
   * @param topKeys the most overwritten ones, descending
   * @param countsAreExact whether every key could be counted
   * @param tombstones records with a key and no value
   * @param tombstonesWithoutTime how many of them have no timestamp, as all of magic 0
   * @param oldestTombstoneMs timestamp of the oldest of the others, milliseconds since the epoch;
   *     says nothing if there are none
   * @param newestTombstoneMs timestamp of the newest of the others
   * @param unkeyed records without a key
   * @param firstUnkeyedOffsets offsets of the first ten of them
   */
  public record Result(
      List<KeyCount> topKeys,
      boolean countsAreExact,
      long tombstones,
      long tombstonesWithoutTime,
      long oldestTombstoneMs,
      long newestTombstoneMs,
      long unkeyed,
      List<Long> firstUnkeyedOffsets) {}

  /**
   * Reads segments. Records of aborted transactions count for nothing: a clean drops them.
   *
   * @param segments to be read, ascending
   * @param all the partition's segments, for their transaction indexes
   * @param bytesRead told the size of each batch that was read, in bytes, on this thread
   */
  public Result read(List<Segment> segments, List<Segment> all, int topKeys, LongConsumer bytesRead)
      throws IOException {
    TransactionState transactions = new TransactionState(TxnIndexFile.readAll(fileSystem, all));
    BatchCursor batches = new BatchCursor(BUFFER_BYTES, maxRecordBytes);
    try (Decompressors decompressors = new Decompressors(maxRecordBytes);
        RecordCursor records = new RecordCursor(decompressors, maxRecordBytes);
        LegacyRecordCursor legacy = new LegacyRecordCursor(decompressors, maxRecordBytes)) {
      for (Segment segment : segments) {
        try (FileHandle file = fileSystem.openRead(segment.logFile())) {
          batches.open(
              segment.logFile(),
              file,
              0,
              segment.logBytes(),
              segment.baseOffset(),
              BatchCursor.Check.CHECKSUMS);
          while (batches.next()) {
            token.throwIfCancelled();
            bytesRead.accept(batches.header().sizeInBytes());
            try {
              read(batches.header(), transactions, records, legacy);
            } catch (CorruptBatchException e) {
              throw e.at(segment.logFile(), batches.filePosition(), batches.header().baseOffset());
            } catch (BoundExceededException e) {
              throw e.at(segment.logFile(), batches.filePosition(), batches.header().baseOffset());
            }
          }
        }
      }
    }
    return result(topKeys);
  }

  private Result result(int topKeys) {
    List<KeyCount> top =
        counts.entrySet().stream()
            .filter(entry -> entry.getValue()[0] > 1)
            .sorted(
                Comparator.comparingLong((Map.Entry<ByteBuffer, long[]> e) -> -e.getValue()[0])
                    .thenComparing(Map.Entry::getKey))
            .limit(topKeys)
            .map(entry -> keyCount(entry.getKey(), entry.getValue()[0]))
            .toList();
    return new Result(
        top,
        forgotten == 0,
        tombstones,
        tombstonesWithoutTime,
        oldestTombstoneMs,
        newestTombstoneMs,
        unkeyed,
        List.copyOf(unkeyedOffsets));
  }

  private void read(
      BatchHeader batch,
      TransactionState transactions,
      RecordCursor records,
      LegacyRecordCursor legacy)
      throws IOException {
    if (batch.isControlBatch()
        || transactions.onDataBatch(
            batch.isTransactional(), batch.producerId(), batch.baseOffset(), batch.lastOffset())) {
      return;
    }
    if (batch.isLegacy()) {
      legacy.open(batch);
      while (legacy.next()) {
        record(
            legacy.buffer(),
            legacy.keyPosition(),
            legacy.keyLength(),
            legacy.hasValue(),
            legacy.offset(),
            legacy.timestamp());
      }
      return;
    }
    records.open(batch, RecordCursor.Mode.KEYS);
    while (records.next()) {
      record(
          records.buffer(),
          records.keyPosition(),
          records.keyLength(),
          records.hasValue(),
          records.offset(),
          records.timestamp());
    }
  }

  private void record(
      ByteBuffer buffer,
      int keyPosition,
      int keyLength,
      boolean hasValue,
      long offset,
      long timestamp) {
    if (keyLength < 0) {
      unkeyed++;
      if (unkeyedOffsets.size() < FIRST_OFFSETS) {
        unkeyedOffsets.add(offset);
      }
      return;
    }
    if (!hasValue) {
      tombstones++;
      if (timestamp < 0) {
        tombstonesWithoutTime++;
      } else {
        oldestTombstoneMs = Math.min(oldestTombstoneMs, timestamp);
        newestTombstoneMs = Math.max(newestTombstoneMs, timestamp);
      }
    }
    ByteBuffer key = counted(buffer.slice(keyPosition, keyLength));
    long[] count = counts.get(key);
    if (count != null) {
      count[0]++;
    } else if (counts.size() < MAX_KEYS) {
      counts.put(ByteBuffer.allocate(key.remaining()).put(key).flip(), new long[] {1});
    } else {
      forgotten++;
      counts.values().forEach(each -> each[0]--);
      counts.values().removeIf(each -> each[0] == 0);
    }
  }

  /** What a key is counted under: a long one is cut, and told from others by its hash. */
  private ByteBuffer counted(ByteBuffer key) {
    if (key.remaining() <= MAX_KEY_BYTES) {
      return key;
    }
    ByteBuffer cut = ByteBuffer.allocate(MAX_KEY_BYTES + sha256.getDigestLength());
    cut.put(key.slice(0, MAX_KEY_BYTES));
    sha256.update(key);
    return cut.put(sha256.digest()).flip();
  }

  private KeyCount keyCount(ByteBuffer counted, long atLeast) {
    ByteBuffer key = counted.asReadOnlyBuffer();
    byte[] hash = new byte[sha256.getDigestLength()];
    if (key.remaining() > MAX_KEY_BYTES) {
      key.get(MAX_KEY_BYTES, hash).limit(MAX_KEY_BYTES);
    } else {
      sha256.update(key.duplicate());
      hash = sha256.digest();
    }
    return new KeyCount(key, HexFormat.of().formatHex(hash), atLeast);
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
