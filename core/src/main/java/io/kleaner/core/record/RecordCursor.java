// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Walks the records of one magic 2 batch, compressed or not, without allocating anything per
 * record.
 *
 * <p>A compressed batch is decompressed once into a window that is reused. Where the batch fits the
 * window, {@link #rewind(Mode)} costs nothing; where it does not, the window slides, and a rewind
 * decompresses again. In {@link Mode#KEYS} a value never has to be in memory: it is skipped,
 * however large it claims to be. In {@link Mode#WHOLE} the window grows to the largest record,
 * within a bound.
 *
 * <pre>
 *  length    attributes  timestamp  offset    key len  key   value len  value   headers
 *  varint    1 byte      delta      delta     varint   ...   varint     ...     varint count, then
 *            (unused)    varlong    varint    (-1 null)      (-1 null)          key len, key, value len, value
 *  all varints are zigzag-encoded
 * </pre>
 *
 * <p>Not thread-safe; owned by one worker. The batch's buffer must not change while it is walked.
 */
public final class RecordCursor extends RecordFields implements AutoCloseable {

  /** How much of a record is looked at. */
  public enum Mode {
    /** Offset, timestamp, key, and whether there is a value. */
    KEYS,
    /** All of it, headers checked, resident in {@link RecordCursor#buffer()}. */
    WHOLE
  }

  /** Window to start with: holds what common producers put in a batch, and fits the L2 cache. */
  private static final int WINDOW_BYTES = 256 * 1024;

  private final Decompressors decompressors;
  private final int maxRecordBytes;
  private final BatchHeader header = new BatchHeader();

  private ByteBuffer window;
  private Mode mode = Mode.KEYS;
  private Decompressor stream;
  private boolean streamEnded;
  private boolean windowSlid;
  private int position;
  private long skipBytes;
  private int recordsLeft;
  private long batchBaseOffset;
  private long lastOffset;
  private long previousOffset;

  private int recordPosition;

  /**
   * @param decompressors owned by the caller, not shared with another worker
   * @param maxRecordBytes largest record that may be in memory, in bytes
   */
  public RecordCursor(Decompressors decompressors, int maxRecordBytes) {
    this.decompressors = decompressors;
    this.maxRecordBytes = maxRecordBytes;
    this.window = ByteBuffer.allocateDirect(Math.min(WINDOW_BYTES, Math.max(maxRecordBytes, 4096)));
  }

  /**
   * Begins a batch.
   *
   * @param batch a magic 2 batch that lies wholly in its buffer
   */
  public void open(BatchHeader batch, Mode level) throws IOException {
    header.wrap(batch.buffer(), batch.position());
    mode = level;
    batchBaseOffset = header.baseOffset();
    lastOffset = header.lastOffset();
    timestampBase = header.baseTimestamp();
    hasFixedTimestamp = header.isLogAppendTime();
    fixedTimestamp = header.maxTimestamp();
    begin();
  }

  /** Returns to before the first record, whatever was read; the mode may change. */
  public void rewind(Mode level) throws IOException {
    mode = level;
    if (stream != null && !windowSlid) {
      position = 0;
      startOver();
    } else {
      begin();
    }
  }

  private void begin() throws IOException {
    int codec = header.codecId();
    if (codec == Codec.NONE.id()) {
      stream = null;
      buffer = header.buffer();
      position = header.recordsPosition();
      limit = header.endPosition();
    } else {
      stream = decompressors.of(Codec.forId(codec));
      ByteBuffer source = header.buffer();
      int savedPosition = source.position();
      int savedLimit = source.limit();
      source.limit(header.endPosition()).position(header.recordsPosition());
      try {
        stream.begin(source, false);
      } finally {
        source.limit(savedLimit).position(savedPosition);
      }
      buffer = window;
      position = 0;
      limit = 0;
      window.clear();
      streamEnded = false;
      windowSlid = false;
    }
    startOver();
  }

  private void startOver() {
    skipBytes = 0;
    recordsLeft = header.recordCount();
    previousOffset = batchBaseOffset - 1;
  }

  /**
   * Moves to the next record.
   *
   * @return false after the last one
   * @throws CorruptBatchException if the bytes are not the records the header promises
   * @throws BoundExceededException if a key, or in {@link Mode#WHOLE} a record, is over the bound
   */
  public boolean next() throws IOException {
    if (skipBytes > 0) {
      skip();
    }
    if (recordsLeft == 0) {
      checkNothingLeft();
      return false;
    }
    if (limit - position < MAX_VARINT_BYTES && stream != null) {
      fill(MAX_VARINT_BYTES);
    }
    canonical = true;
    int length = varint(position);
    int lengthBytes = after - position;
    if (length < 0) {
      throw new CorruptBatchException("record length " + length + " is negative");
    }
    int resident = length;
    if (limit - after < length) {
      resident = makeResident(lengthBytes, length);
    }
    recordPosition = position;
    int body = position + lengthBytes;
    recordEnd = (long) body + length;
    parse(body, resident);
    recordsLeft--;
    return true;
  }

  /**
   * Takes the next records of the common shape in one go.
   *
   * @return false if the next one, if there is one, is not of that shape: it is {@link #next()}'s
   */
  public boolean next(KeyRun run) {
    if (skipBytes > 0 || recordsLeft == 0) {
      return false;
    }
    run.take(buffer, position, limit, recordsLeft, previousDelta(), greatestDelta());
    moveOn(run.size(), run.end(), run.lastDelta());
    return run.size() > 0;
  }

  /**
   * Copies what survives of the next records, as far as they are of the common shape.
   *
   * @param removed a bit for each of the next records, the lowest for the first: set if it goes
   * @param most how many records to take at most, 64 or less
   * @return how many were taken, copied or not
   */
  int copy(SurvivorRun run, BatchBuilder target, long removed, int most) throws IOException {
    if (skipBytes > 0) {
      return 0;
    }
    run.take(target, this, buffer, position, limit, removed, Math.min(most, recordsLeft));
    moveOn(run.taken(), run.end(), run.lastDelta());
    return run.taken();
  }

  private void moveOn(int records, int to, int lastDelta) {
    position = to;
    recordsLeft -= records;
    previousOffset = batchBaseOffset + lastDelta;
  }

  /** Offset delta of the record before, -1 for none. */
  int previousDelta() {
    return (int) (previousOffset - batchBaseOffset);
  }

  /** Offset delta of the batch's last offset. */
  int greatestDelta() {
    return (int) (lastOffset - batchBaseOffset);
  }

  /**
   * Brings as much of the record at {@link #position} as is needed into the window, which may
   * slide.
   *
   * @return the bytes of the record's body that are resident
   */
  private int makeResident(int lengthBytes, int length) throws IOException {
    long whole = (long) lengthBytes + length;
    if (stream == null) {
      throw new CorruptBatchException(
          "record of " + length + " bytes runs past the end of its batch");
    }
    if (mode == Mode.WHOLE || whole <= window.capacity()) {
      if (whole > maxRecordBytes && whole > window.capacity()) {
        throw new BoundExceededException("a record", whole, maxRecordBytes);
      }
      fill((int) whole);
      if (limit - position < whole) {
        throw shortRecord(length);
      }
      return length;
    }
    fill(window.capacity());
    return Math.min(length, limit - position - lengthBytes);
  }

  private void parse(int body, int resident) throws IOException {
    int end = body + resident;
    int p = body + 1;
    if (end - p < MAX_VARLONG_BYTES + MAX_VARINT_BYTES + MAX_VARINT_BYTES) {
      parseCarefully(p, end);
    } else {
      timestampDelta = varlong(p);
      offsetDeltaPosition = after;
      int offsetDelta = varint(after);
      offset = batchBaseOffset + offsetDelta;
      keyLength = varint(after);
      keyPosition = after;
    }
    checkOffset();
    long keyEnd = keyPosition + (long) Math.max(keyLength, 0);
    if (keyLength < -1 || keyEnd >= recordEnd) {
      throw new CorruptBatchException("key length " + keyLength + " does not fit its record");
    }
    if (keyEnd + MAX_VARINT_BYTES > end && resident < recordEnd - body) {
      growForKey(keyEnd - recordPosition + MAX_VARINT_BYTES);
      keyEnd = keyPosition + (long) Math.max(keyLength, 0);
    }
    valueLength = varintWithin((int) keyEnd, (int) Math.min(recordEnd, limit));
    valuePosition = after;
    long valueEnd = valuePosition + (long) Math.max(valueLength, 0);
    if (valueLength < -1 || valueEnd >= recordEnd) {
      throw new CorruptBatchException("value length " + valueLength + " does not fit its record");
    }
    if (recordEnd > limit) {
      skipBytes = recordEnd - limit;
      position = limit;
      return;
    }
    position = (int) recordEnd;
    headersPosition = (int) valueEnd;
    if (mode == Mode.WHOLE) {
      checkHeaders(headersPosition);
    }
  }

  private void parseCarefully(int from, int end) throws CorruptBatchException {
    timestampDelta = varlongWithin(from, end);
    offsetDeltaPosition = after;
    int offsetDelta = varintWithin(after, end);
    offset = batchBaseOffset + offsetDelta;
    keyLength = varintWithin(after, end);
    keyPosition = after;
  }

  private void checkOffset() throws CorruptBatchException {
    if (offset <= previousOffset || offset > lastOffset) {
      throw new CorruptBatchException(
          "record offset " + offset + " is not within " + (previousOffset + 1) + ".." + lastOffset);
    }
    previousOffset = offset;
  }

  /** A key that outgrows the window while its record does too: only the key has to be resident. */
  private void growForKey(long bytes) throws IOException {
    if (bytes > maxRecordBytes && bytes > window.capacity()) {
      throw new BoundExceededException("a record's key", bytes, maxRecordBytes);
    }
    int shift = recordPosition;
    fill((int) bytes);
    if (limit - position < bytes - MAX_VARINT_BYTES) {
      throw shortRecord((int) (recordEnd - recordPosition));
    }
    shift -= position;
    recordPosition -= shift;
    recordEnd -= shift;
    offsetDeltaPosition -= shift;
    keyPosition -= shift;
  }

  private void checkNothingLeft() throws IOException {
    if (stream != null && position == limit && !streamEnded) {
      fill(1);
    }
    if (position != limit) {
      throw new CorruptBatchException(
          "the batch holds more bytes than its " + header.recordCount() + " records");
    }
  }

  private CorruptBatchException shortRecord(int length) {
    return new CorruptBatchException(
        "record of " + length + " bytes runs past the end of the decompressed batch");
  }

  private void skip() throws IOException {
    while (skipBytes > 0) {
      position = limit;
      if (streamEnded) {
        throw new CorruptBatchException("the decompressed batch ends inside a record");
      }
      fill(1);
      int drop = (int) Math.min(skipBytes, limit - position);
      if (drop == 0 && streamEnded) {
        throw new CorruptBatchException("the decompressed batch ends inside a record");
      }
      position += drop;
      skipBytes -= drop;
    }
  }

  /**
   * Decompresses until {@code bytes} from {@link #position} on are resident, or the stream ends;
   * fills the window as far as it goes.
   */
  private void fill(int bytes) throws IOException {
    if (streamEnded || limit - position >= bytes) {
      return;
    }
    ByteBuffer target = window;
    if (position > 0 && (window.capacity() - position < bytes || position == limit)) {
      windowSlid = true;
      window.limit(limit).position(position);
      if (bytes > window.capacity()) {
        target = ByteBuffer.allocateDirect(grown(bytes));
        target.put(window);
      } else {
        window.compact();
      }
      limit -= position;
      position = 0;
    } else if (bytes > window.capacity()) {
      window.limit(limit).position(0);
      target = ByteBuffer.allocateDirect(grown(bytes));
      target.put(window);
    }
    window = target;
    buffer = target;
    window.clear().position(limit);
    while (window.hasRemaining()) {
      if (stream.read(window) < 0) {
        streamEnded = true;
        break;
      }
      if (window.position() - position >= bytes && window.remaining() < WINDOW_BYTES / 16) {
        break;
      }
    }
    limit = window.position();
    window.clear();
  }

  private int grown(int bytes) {
    long doubled = Math.min(2L * window.capacity(), maxRecordBytes);
    return (int) Math.max(doubled, bytes);
  }

  @Override
  public void close() {
    buffer = ByteBuffer.allocate(0);
  }
}
