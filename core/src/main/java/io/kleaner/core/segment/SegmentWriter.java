// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.segment;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentFileName.Stage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes one segment: its batches through a buffer, and the indexes that belong to them.
 *
 * <p>Index entries follow the peer's rule: before a batch is counted, if more than the interval was
 * written since the last entry, the batch's last offset and start position go to the offset index,
 * and the highest timestamp so far with the last offset of the first batch that has it to the time
 * index, if it is above that index's last entry.
 *
 * <p>Not thread-safe; owned by one worker. Nothing is durable before {@link #finish}; after an
 * {@link IOException} the files are useless and {@link #abandon} deletes them.
 */
public final class SegmentWriter implements AutoCloseable {

  /** Bytes of an offset index entry. */
  public static final int OFFSET_ENTRY_BYTES = 8;

  /** Bytes of a time index entry. */
  public static final int TIME_ENTRY_BYTES = 12;

  private static final int INITIAL_INDEX_BYTES = 4096;

  /** How much is written before it is begun to be made durable. */
  private static final long SYNC_BYTES = 16L * 1024 * 1024;

  private final FileSystem fileSystem;
  private final Path dir;
  private final long baseOffset;
  private final Stage stage;
  private final long indexIntervalBytes;
  private final WriteBuffers buffers;
  private final FileHandle log;
  private final List<AbortedTxn> abortedTxns = new ArrayList<>();

  private ByteBuffer out;
  private ByteBuffer offsetIndex = ByteBuffer.allocate(INITIAL_INDEX_BYTES);
  private ByteBuffer timeIndex = ByteBuffer.allocate(INITIAL_INDEX_BYTES);
  private long flushedBytes;
  private long unsyncedBytes;
  private long bytesSinceIndexEntry;
  private long maxTimestamp = -1;
  private long offsetOfMaxTimestamp;
  private long lastIndexedTimestamp = -1;
  private int offsetEntries;
  private int timeEntries;
  private long batches;
  private long lastOffset = -1;

  /**
   * Creates the segment's log file, after deleting what a former attempt left under the name.
   *
   * @param stage under which the files are written
   * @param indexIntervalBytes {@code index.interval.bytes}
   * @param buffers of which it fills one at a time
   */
  public SegmentWriter(
      FileSystem fileSystem,
      Path dir,
      long baseOffset,
      Stage stage,
      long indexIntervalBytes,
      WriteBuffers buffers)
      throws IOException {
    this.fileSystem = fileSystem;
    this.dir = dir;
    this.baseOffset = baseOffset;
    this.stage = stage;
    this.indexIntervalBytes = indexIntervalBytes;
    this.buffers = buffers;
    for (Kind kind : List.of(Kind.OFFSET_INDEX, Kind.TIME_INDEX, Kind.TXN_INDEX)) {
      fileSystem.delete(file(kind));
    }
    this.log = createAnew(Kind.LOG);
    this.out = buffers.take();
  }

  private FileHandle createAnew(Kind kind) throws IOException {
    fileSystem.delete(file(kind));
    return fileSystem.create(file(kind));
  }

  /**
   * Whether a batch can follow under the limits: its offset relative to the base must fit an index
   * entry, and neither log nor indexes may outgrow their bounds, unless it is the first.
   */
  public boolean hasRoomFor(
      long batchLastOffset, int batchBytes, long maxLogBytes, long maxIndexBytes) {
    if (batchLastOffset - baseOffset > Integer.MAX_VALUE) {
      return false;
    }
    return batches == 0
        || (sizeInBytes() + batchBytes <= maxLogBytes
            && offsetIndex.position() + OFFSET_ENTRY_BYTES <= maxIndexBytes
            && timeIndex.position() + TIME_ENTRY_BYTES <= maxIndexBytes);
  }

  /**
   * Appends a batch.
   *
   * @param source holds the batch; its position and limit stay as they are
   * @param position index of the batch's first byte
   * @param length of the batch in bytes
   * @param batchLastOffset the batch's last offset
   * @param batchMaxTimestamp the highest timestamp its header claims, -1 for none
   */
  public void append(
      ByteBuffer source, int position, int length, long batchLastOffset, long batchMaxTimestamp)
      throws IOException {
    if (batchMaxTimestamp > maxTimestamp) {
      maxTimestamp = batchMaxTimestamp;
      offsetOfMaxTimestamp = batchLastOffset;
    }
    if (bytesSinceIndexEntry > indexIntervalBytes) {
      offsetIndex = roomFor(offsetIndex, OFFSET_ENTRY_BYTES);
      offsetIndex.putInt(relative(batchLastOffset)).putInt((int) sizeInBytes());
      offsetEntries++;
      indexTimestamp();
      bytesSinceIndexEntry = 0;
    }
    put(source, position, length);
    bytesSinceIndexEntry += length;
    batches++;
    lastOffset = batchLastOffset;
  }

  /** Notes a transaction whose ABORT marker is in this segment. */
  public void appendAbortedTxn(AbortedTxn txn) {
    abortedTxns.add(txn);
  }

  private void put(ByteBuffer source, int position, int length) throws IOException {
    if (out.remaining() < length) {
      flush();
    }
    if (length > out.capacity()) {
      ByteBuffer piece = source.duplicate();
      piece.limit(position + length).position(position);
      log.write(piece, flushedBytes);
      flushed(length);
      return;
    }
    out.put(out.position(), source, position, length);
    out.position(out.position() + length);
  }

  private void flush() throws IOException {
    out.flip();
    int bytes = out.remaining();
    if (bytes > 0) {
      out = buffers.exchange(log, out, flushedBytes);
      flushed(bytes);
    } else {
      out.clear();
    }
  }

  private void flushed(int bytes) {
    flushedBytes += bytes;
    unsyncedBytes += bytes;
    if (unsyncedBytes >= SYNC_BYTES) {
      log.syncSoon();
      unsyncedBytes = 0;
    }
  }

  private void indexTimestamp() {
    if (maxTimestamp > lastIndexedTimestamp) {
      timeIndex = roomFor(timeIndex, TIME_ENTRY_BYTES);
      timeIndex.putLong(maxTimestamp).putInt(relative(offsetOfMaxTimestamp));
      timeEntries++;
      lastIndexedTimestamp = maxTimestamp;
    }
  }

  private int relative(long offset) {
    return Math.toIntExact(offset - baseOffset);
  }

  private static ByteBuffer roomFor(ByteBuffer index, int bytes) {
    if (index.remaining() >= bytes) {
      return index;
    }
    return ByteBuffer.allocate(index.capacity() * 2).put(index.flip());
  }

  /**
   * Writes what is buffered and the indexes, makes all of it durable and closes the files. The
   * directory is the caller's to sync.
   */
  public void finish() throws IOException {
    flush();
    buffers.giveBack(out);
    buffers.settle();
    indexTimestamp();
    log.sync();
    log.close();
    write(Kind.OFFSET_INDEX, offsetIndex.flip());
    write(Kind.TIME_INDEX, timeIndex.flip());
    if (!abortedTxns.isEmpty()) {
      write(Kind.TXN_INDEX, TxnIndexFormat.encode(abortedTxns));
    }
  }

  private void write(Kind kind, ByteBuffer content) throws IOException {
    try (FileHandle file = createAnew(kind)) {
      file.write(content, 0);
      file.sync();
    }
  }

  /** Closes and deletes whatever was written. */
  public void abandon() throws IOException {
    log.close();
    for (Kind kind : List.of(Kind.LOG, Kind.OFFSET_INDEX, Kind.TIME_INDEX, Kind.TXN_INDEX)) {
      fileSystem.delete(file(kind));
    }
  }

  /** The path of one of its files, as it is being written. */
  public Path file(Kind kind) {
    return new SegmentFileName(baseOffset, kind, stage).in(dir);
  }

  public long baseOffset() {
    return baseOffset;
  }

  /** Bytes of the log so far. */
  public long sizeInBytes() {
    return flushedBytes + out.position();
  }

  /** Batches appended so far. */
  public long batches() {
    return batches;
  }

  /** Last offset of the last batch, -1 before the first. */
  public long lastOffset() {
    return lastOffset;
  }

  /** Entries of the offset index so far. */
  public int offsetEntries() {
    return offsetEntries;
  }

  /** Entries of the time index so far; {@link #finish} may add one. */
  public int timeEntries() {
    return timeEntries;
  }

  /** The transactions noted so far, in their order. */
  public List<AbortedTxn> abortedTxns() {
    return List.copyOf(abortedTxns);
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
