// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import io.kleaner.core.io.FileHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Walks the batches of one segment file in order, each wholly in memory and checked before it is
 * shown: its length fits the file, its magic is known, its offsets ascend, its checksum holds.
 *
 * <p>Reads are large and positional into one direct buffer that is reused; mapped memory is never
 * used, because an I/O error on a mapped page kills the JVM. The buffer grows to the largest batch
 * met, within a bound.
 *
 * <p>Not thread-safe; owned by one worker.
 */
public final class BatchCursor {

  /** What is checked of each batch. */
  public enum Check {
    /** Lengths, magic and offsets; of a data batch only the header is in memory. */
    SKIM,
    /** The same, with the whole batch in memory. */
    HEADERS,
    /** Checksums as well. */
    CHECKSUMS
  }

  /**
   * No transaction marker that a broker writes is larger, in bytes: with this bound, nothing larger
   * is in memory of a segment that is skimmed.
   */
  public static final int MAX_CONTROL_BATCH_BYTES = 1024 * 1024;

  private static final int MAX_KNOWN_MAGIC = 2;
  static final int MAX_KNOWN_CODEC = 4;

  private final int maxBatchBytes;
  private final BatchHeader header = new BatchHeader();
  private final BatchChecksum checksum = new BatchChecksum();
  private ByteBuffer buffer;

  private Check check = Check.CHECKSUMS;
  private FileHandle file;
  private Path path = Path.of("");
  private long endPosition;
  private long bufferPosition;

  /** May lie beyond the buffer after a batch of which only the header was read. */
  private long nextInBuffer;

  private long previousLastOffset;

  /**
   * @param bufferBytes size of the read buffer to start with, in bytes
   * @param maxBatchBytes the largest batch it will grow to, in bytes
   */
  public BatchCursor(int bufferBytes, int maxBatchBytes) {
    this.maxBatchBytes = Math.max(maxBatchBytes, BatchHeader.V2_OVERHEAD);
    this.buffer = ByteBuffer.allocateDirect(Math.max(bufferBytes, 4096));
    this.buffer.limit(0);
  }

  /**
   * Begins a file.
   *
   * @param segmentPath for messages
   * @param segmentFile stays open and is the caller's
   * @param startPosition byte position of a batch
   * @param endPosition byte position after the last batch to show; what lies beyond is not read
   * @param lowestOffset no batch may end below it: the segment's base offset
   */
  public void open(
      Path segmentPath,
      FileHandle segmentFile,
      long startPosition,
      long endPosition,
      long lowestOffset,
      Check level) {
    this.path = segmentPath;
    this.file = segmentFile;
    this.endPosition = endPosition;
    this.bufferPosition = startPosition;
    this.nextInBuffer = 0;
    this.buffer.clear().limit(0);
    this.previousLastOffset = lowestOffset - 1;
    this.check = level;
  }

  /**
   * Moves to the next batch.
   *
   * @return false at the end
   * @throws CorruptBatchException if the next bytes are not a whole, valid batch; the cursor then
   *     stands still, {@link #nextFilePosition()} says where
   * @throws BoundExceededException if the batch is larger than the bound
   */
  public boolean next() throws IOException {
    long filePosition = nextFilePosition();
    long left = endPosition - filePosition;
    if (left <= 0) {
      return false;
    }
    if (left < BatchHeader.LOG_OVERHEAD) {
      throw truncated(filePosition, -1, BatchHeader.LOG_OVERHEAD, left);
    }
    ensure((int) Math.min(BatchHeader.BYTES_UP_TO_MAGIC, left), filePosition);
    long offset = buffer.getLong((int) nextInBuffer);
    int length = buffer.getInt((int) nextInBuffer + BatchHeader.LENGTH);
    if (length < BatchHeader.V0_OVERHEAD - BatchHeader.LOG_OVERHEAD) {
      throw new CorruptBatchException(
              "batch length " + length + " is below the smallest possible, 14")
          .at(path, filePosition, offset);
    }
    long size = (long) length + BatchHeader.LOG_OVERHEAD;
    if (left < BatchHeader.BYTES_UP_TO_MAGIC) {
      throw truncated(filePosition, offset, size, left);
    }
    byte magic = buffer.get((int) nextInBuffer + BatchHeader.MAGIC);
    checkShape(filePosition, offset, size, magic);
    if (size > left) {
      throw truncated(filePosition, offset, size, left);
    }
    if (check == Check.SKIM) {
      ensure((int) Math.min(size, BatchHeader.V2_OVERHEAD), filePosition);
      header.wrap(buffer, (int) nextInBuffer);
    }
    if (check != Check.SKIM || header.isControlBatch()) {
      if (size > maxBatchBytes) {
        throw new BoundExceededException("a batch", size, maxBatchBytes)
            .at(path, filePosition, offset);
      }
      ensure((int) size, filePosition);
      header.wrap(buffer, (int) nextInBuffer);
    }
    checkHeader(filePosition);
    if (check == Check.CHECKSUMS) {
      check(header);
    }
    previousLastOffset = header.lastOffset();
    nextInBuffer += size;
    return true;
  }

  /**
   * Like {@link #next()}, but a torn end is an end, and no corruption.
   *
   * @return false at the end, and where {@link #isAtTornEnd()}
   */
  public boolean nextBeforeTornEnd() throws IOException {
    try {
      return next();
    } catch (CorruptBatchException e) {
      if (isAtTornEnd()) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Whether all that is left, of which {@link #next()} found that it is no batch, is the torn rest
   * of one append, as a crash leaves it, or an append under way: then nothing there is a whole
   * batch, up to the end position that the file was opened with. What was appended since says
   * nothing about what stood there. Zeros are such a rest too, however many.
   */
  public boolean isAtTornEnd() throws IOException {
    return new TornEnd(path, file).isAt(nextFilePosition(), endPosition);
  }

  /**
   * Whether all that is left is zeros: what a broker with {@code log.preallocate} has not written
   * to yet, or what a power loss made of an append.
   */
  public boolean isAtZeros() throws IOException {
    return new TornEnd(path, file).isZerosAt(nextFilePosition(), endPosition);
  }

  /**
   * Moves to the next batch if all of it is in memory already, so that every batch since {@link
   * #open} or the last {@link #next()} still is too.
   *
   * @return false at the end, or if it has to be read
   */
  public boolean nextInMemory() throws IOException {
    long left = buffer.limit() - nextInBuffer;
    if (left < BatchHeader.BYTES_UP_TO_MAGIC) {
      return false;
    }
    int length = buffer.getInt((int) nextInBuffer + BatchHeader.LENGTH);
    // What is no length is for a move that says so.
    return length >= 0 && length <= left - BatchHeader.LOG_OVERHEAD && next();
  }

  /**
   * Checks a batch in the buffer.
   *
   * @throws CorruptBatchException if it does not match its checksum
   */
  public void check(BatchHeader batch) throws CorruptBatchException {
    compare(batch, checksum.compute(batch));
  }

  /**
   * Checks the batch moved to, which may be too large for the buffer.
   *
   * @param pieces what is read at once of what is not in the buffer
   * @throws CorruptBatchException if it does not match its checksum
   */
  public void checkSkimmed(ByteBuffer pieces) throws IOException {
    boolean inMemory = header.position() + (long) header.sizeInBytes() <= buffer.limit();
    compare(
        header,
        inMemory
            ? checksum.compute(header)
            : checksum.compute(header, file, filePosition(), pieces));
  }

  private void compare(BatchHeader batch, long computed) throws CorruptBatchException {
    long stored = batch.storedCrc();
    if (computed != stored) {
      throw new CorruptBatchException(
              String.format("CRC mismatch: stored 0x%08x, computed 0x%08x", stored, computed))
          .at(path, filePosition(batch), batch.baseOffset());
    }
  }

  /** Where the batches are. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** Byte position in the file of a batch in the buffer. */
  public long filePosition(BatchHeader batch) {
    return bufferPosition + batch.position();
  }

  /** The batch moved to; valid until the next move. */
  public BatchHeader header() {
    return header;
  }

  /** Byte position in the file of the batch moved to. */
  public long filePosition() {
    return bufferPosition + header.position();
  }

  /** Byte position in the file of the batch after the one moved to. */
  public long nextFilePosition() {
    return bufferPosition + nextInBuffer;
  }

  /** The file being read, for messages. */
  public Path path() {
    return path;
  }

  private void checkShape(long filePosition, long offset, long size, byte magic)
      throws CorruptBatchException {
    if (magic < 0 || magic > MAX_KNOWN_MAGIC) {
      throw new CorruptBatchException("unknown magic " + magic).at(path, filePosition, offset);
    }
    int least =
        switch (magic) {
          case 0 -> BatchHeader.V0_OVERHEAD;
          case 1 -> BatchHeader.V1_OVERHEAD;
          default -> BatchHeader.V2_OVERHEAD;
        };
    if (size < least) {
      throw new CorruptBatchException(
              "batch of " + size + " bytes is below the smallest of magic " + magic + ", " + least)
          .at(path, filePosition, offset);
    }
  }

  private void checkHeader(long filePosition) throws CorruptBatchException {
    long base = header.baseOffset();
    long last = header.lastOffset();
    if (base < 0 || last < base) {
      throw new CorruptBatchException("offsets " + base + ".." + last + " are not a range")
          .at(path, filePosition, base);
    }
    // The base offset of a magic 0 or 1 wrapper is not in its header, its last offset is.
    if (base <= previousLastOffset) {
      throw new CorruptBatchException(
              "offsets go backwards: "
                  + base
                  + " follows "
                  + previousLastOffset
                  + ", expected more than that")
          .at(path, filePosition, base);
    }
    if (!header.isLegacy()) {
      int count = header.recordCount();
      if (count < 0 || count - 1L > last - base) {
        throw new CorruptBatchException(
                "record count " + count + " does not fit offsets " + base + ".." + last)
            .at(path, filePosition, base);
      }
    }
    if (header.codecId() > MAX_KNOWN_CODEC) {
      throw new CorruptBatchException("unknown codec " + header.codecId())
          .at(path, filePosition, base);
    }
  }

  private CorruptBatchException truncated(long filePosition, long offset, long size, long left) {
    return CorruptBatchException.truncated(size, left).at(path, filePosition, offset);
  }

  /** Makes {@code bytes} from the next batch on available in the buffer. */
  private void ensure(int bytes, long filePosition) throws IOException {
    if (buffer.limit() - nextInBuffer >= bytes) {
      return;
    }
    if (bytes > buffer.capacity()) {
      long doubled = Math.min(Math.max(2L * buffer.capacity(), bytes), maxBatchBytes);
      buffer = ByteBuffer.allocateDirect((int) Math.max(doubled, bytes));
    }
    bufferPosition = filePosition;
    nextInBuffer = 0;
    buffer.clear();
    buffer.limit((int) Math.min(buffer.capacity(), endPosition - filePosition));
    int read = file.read(buffer, filePosition);
    buffer.flip();
    if (read < bytes) {
      throw new IOException(
          path
              + " ended at byte "
              + (filePosition + read)
              + " while it was read: it was "
              + endPosition
              + " bytes long before");
    }
  }
}
