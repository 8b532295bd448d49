// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.check;

import io.kleaner.core.io.FileEntry;
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
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentFileName.Stage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Looks for every record of one key in a partition's files, also while a broker writes and cleans
 * them: when files were replaced under it, it begins anew. Aborted and uncommitted records count
 * too, for their bytes are there.
 *
 * <p>Read-only. Memory: a read buffer, and the largest batch and key within a bound, whatever a
 * batch decompresses to. Not thread-safe; owned by one worker.
 */
public final class KeySearch implements AutoCloseable {

  private static final int BUFFER_BYTES = 1024 * 1024;
  private static final int SHOWN = 100;
  private static final int ATTEMPTS = 5;

  private final FileSystem fileSystem;
  private final ByteBuffer key;
  private final CancelToken token;
  private final BatchCursor batches;
  private final Decompressors decompressors;
  private final RecordCursor records;
  private final LegacyRecordCursor legacy;

  /**
   * @param key what is looked for, all bytes of it
   * @param maxRecordBytes the largest batch or key that may be in memory, in bytes
   */
  public KeySearch(FileSystem fileSystem, byte[] key, int maxRecordBytes, CancelToken token) {
    this.fileSystem = fileSystem;
    this.key = ByteBuffer.wrap(key.clone());
    this.token = token;
    this.batches = new BatchCursor(BUFFER_BYTES, maxRecordBytes);
    this.decompressors = new Decompressors(maxRecordBytes);
    this.records = new RecordCursor(decompressors, maxRecordBytes);
    this.legacy = new LegacyRecordCursor(decompressors, maxRecordBytes);
  }

  /**
   * A record of the key.
   *
   * @param hasValue false for a tombstone
   */
  public record Match(long offset, boolean hasValue) {}

  /**
   * What was found, and what was read for it.
   *
   * @param newest the record of the key with the highest offset
   * @param earlierValues how many earlier ones have a value
   * @param earlierValueOffsets of the first hundred of those
   * @param readFrom base offset of the first file that was read
   * @param readEnd the offset after the last whole batch that was read
   * @param activeFrom base offset of the active segment; what is appended to it later was not read
   * @param unread what could not be read and why, a sentence each; the search is then no proof
   * @param retired files of replaced segments that are still on disk, in which older records are
   */
  public record Result(
      Optional<Match> newest,
      long earlierValues,
      List<Long> earlierValueOffsets,
      long readFrom,
      long readEnd,
      long activeFrom,
      List<String> unread,
      List<String> retired) {

    /** Keeps its own copies. */
    public Result {
      earlierValueOffsets = List.copyOf(earlierValueOffsets);
      unread = List.copyOf(unread);
      retired = List.copyOf(retired);
    }

    /** Whether all was read and no earlier value is there, in no file. */
    public boolean provesNoEarlierValue() {
      return earlierValues == 0 && unread.isEmpty() && retired.isEmpty();
    }
  }

  private static final class Found {
    private Optional<Match> newest = Optional.empty();
    private long earlierValues;
    private final List<Long> offsets = new ArrayList<>();
    private final List<String> unread = new ArrayList<>();
    private long readEnd;

    void add(long offset, boolean hasValue) {
      if (newest.isPresent() && newest.get().hasValue()) {
        earlierValues++;
        if (offsets.size() < SHOWN) {
          offsets.add(newest.get().offset());
        }
      }
      newest = Optional.of(new Match(offset, hasValue));
    }
  }

  /**
   * Reads a partition's directory.
   *
   * @throws IOException if it cannot be listed, or changes too fast to be read
   */
  public Result search(Path dir) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      NavigableMap<Long, FileEntry> logs = logs(dir);
      if (logs.isEmpty()) {
        throw new IOException(dir + " holds no segment (no file like 00000000000000000000.log)");
      }
      Optional<Found> found = read(logs);
      if (found.isPresent() && isSame(logs, logs(dir))) {
        return result(dir, logs, found.get());
      }
    }
    throw new IOException(
        dir + " was changed under every one of " + ATTEMPTS + " readings: the broker is cleaning");
  }

  private NavigableMap<Long, FileEntry> logs(Path dir) throws IOException {
    TreeMap<Long, FileEntry> logs = new TreeMap<>();
    for (FileEntry entry : fileSystem.list(dir)) {
      SegmentFileName.parse(entry.name())
          .filter(name -> name.kind() == Kind.LOG && name.stage() == Stage.LIVE)
          .ifPresent(name -> logs.put(name.baseOffset(), entry));
    }
    return logs;
  }

  /** The active segment may have grown, and others may have come after it. */
  private static boolean isSame(
      NavigableMap<Long, FileEntry> before, NavigableMap<Long, FileEntry> after) {
    for (Map.Entry<Long, FileEntry> each : before.entrySet()) {
      FileEntry now = after.get(each.getKey());
      boolean active = each.getKey().equals(before.lastKey());
      if (now == null || (!active && now.sizeBytes() != each.getValue().sizeBytes())) {
        return false;
      }
    }
    return true;
  }

  private Result result(Path dir, NavigableMap<Long, FileEntry> logs, Found found)
      throws IOException {
    List<String> retired = new ArrayList<>();
    for (FileEntry entry : fileSystem.list(dir)) {
      Optional<SegmentFileName> name = SegmentFileName.parse(entry.name());
      if (name.isPresent() && name.get().kind() == Kind.LOG && name.get().stage() != Stage.LIVE) {
        retired.add(entry.name());
      }
    }
    return new Result(
        found.newest,
        found.earlierValues,
        found.offsets,
        logs.firstKey(),
        found.readEnd,
        logs.lastKey(),
        found.unread,
        retired);
  }

  /** Empty if a file went away meanwhile. */
  private Optional<Found> read(NavigableMap<Long, FileEntry> logs) throws IOException {
    Found found = new Found();
    found.readEnd = logs.firstKey();
    for (Map.Entry<Long, FileEntry> each : logs.entrySet()) {
      try {
        read(each.getKey(), each.getValue(), found, each.getKey().equals(logs.lastKey()));
      } catch (NoSuchFileException e) {
        return Optional.empty();
      }
    }
    return Optional.of(found);
  }

  private void read(long base, FileEntry log, Found found, boolean active) throws IOException {
    long position = 0;
    try (FileHandle file = fileSystem.openRead(log.path())) {
      long end = active ? file.size() : log.sizeBytes();
      batches.open(log.path(), file, 0, end, base, BatchCursor.Check.CHECKSUMS);
      while (active ? nextBeforeAppend() : batches.next()) {
        token.throwIfCancelled();
        BatchHeader batch = batches.header();
        if (!batch.isControlBatch()) {
          read(batch, found);
        }
        found.readEnd = batch.nextOffset();
        position = batches.nextFilePosition();
      }
    } catch (CorruptBatchException | BoundExceededException e) {
      found.unread.add(log.path() + " from byte " + position + " on: " + e.getMessage());
    }
  }

  /**
   * A broker may be in the middle of appending the last batch of the active segment, or have
   * preallocated the rest of it: zeros hide no record. What is whole, or stands before a whole
   * batch, is no such end, and neither are other bytes that do not begin a batch at all: a search
   * that passed over them would prove nothing.
   */
  private boolean nextBeforeAppend() throws IOException {
    try {
      return batches.next();
    } catch (CorruptBatchException e) {
      if (e.isTruncated() ? batches.isAtTornEnd() : batches.isAtZeros()) {
        return false;
      }
      throw e;
    }
  }

  private void read(BatchHeader batch, Found found) throws IOException {
    if (batch.isLegacy()) {
      legacy.open(batch);
      while (legacy.next()) {
        if (isKey(legacy.buffer(), legacy.keyPosition(), legacy.keyLength())) {
          found.add(legacy.offset(), legacy.hasValue());
        }
      }
      return;
    }
    records.open(batch, RecordCursor.Mode.KEYS);
    while (records.next()) {
      if (isKey(records.buffer(), records.keyPosition(), records.keyLength())) {
        found.add(records.offset(), records.hasValue());
      }
    }
  }

  private boolean isKey(ByteBuffer buffer, int position, int length) {
    return length == key.remaining() && buffer.slice(position, length).equals(key);
  }

  @Override
  public void close() {
    records.close();
    legacy.close();
    decompressors.close();
  }
}
