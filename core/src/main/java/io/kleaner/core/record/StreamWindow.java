// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The stretch of a decompressed payload that is in memory: whole for payloads of up to a few MiB,
 * else a window that slides forward and grows only to the longest run of bytes asked for at once.
 *
 * <p>Not thread-safe; owned by one worker and reused.
 */
final class StreamWindow {

  /** A payload up to here is held whole, so that going back costs nothing. */
  private static final int HELD_BYTES = 4 * 1024 * 1024;

  private static final int FIRST_BYTES = 64 * 1024;

  private final String content;
  private final int maxBytes;
  private ByteBuffer buffer;
  private Decompressor stream;
  private int position;
  private int limit;
  private boolean ended;
  private boolean slid;

  /**
   * @param content what is read through it, as the subject of a sentence
   * @param maxBytes the most that it may hold, in bytes
   */
  StreamWindow(String content, int maxBytes) {
    this.content = content;
    this.maxBytes = maxBytes;
    this.buffer = ByteBuffer.allocateDirect(Math.min(FIRST_BYTES, maxBytes));
  }

  /** Begins a payload, which the decompressor has begun and not read. */
  void begin(Decompressor payload) {
    stream = payload;
    position = 0;
    limit = 0;
    ended = false;
    slid = false;
    buffer.clear();
  }

  /**
   * Goes back to the first byte.
   *
   * @return false if it is gone, and the payload has to begin anew
   */
  boolean rewind() {
    if (!slid) {
      position = 0;
    }
    return !slid;
  }

  /** What {@link #position()} is an index of; another one after each {@link #has}. */
  ByteBuffer buffer() {
    return buffer;
  }

  /** Index of the next byte. */
  int position() {
    return position;
  }

  /** How many of the next bytes are in memory. */
  int resident() {
    return limit - position;
  }

  /**
   * Brings the next bytes into memory.
   *
   * @return whether the payload has so many
   * @throws BoundExceededException if they are more than the bound
   */
  boolean has(int bytes) throws IOException {
    if (limit - position >= bytes) {
      return true;
    }
    if (ended) {
      return false;
    }
    if (bytes > maxBytes) {
      throw new BoundExceededException(content, bytes, maxBytes);
    }
    makeRoom(bytes);
    buffer.position(limit);
    while (limit - position < bytes && !ended) {
      ended = stream.read(buffer) < 0;
      limit = buffer.position();
    }
    buffer.clear();
    return limit - position >= bytes;
  }

  private void makeRoom(int bytes) {
    if (buffer.capacity() - position >= bytes) {
      return;
    }
    long toHold = (long) position + bytes;
    if (!slid && toHold <= Math.min(HELD_BYTES, maxBytes)) {
      grow((int) toHold, 0);
    } else if (bytes > buffer.capacity()) {
      slid |= position > 0;
      grow(bytes, position);
    } else {
      slid = true;
      buffer.limit(limit).position(position);
      buffer.compact().clear();
      limit -= position;
      position = 0;
    }
  }

  private void grow(int least, int from) {
    int bytes = (int) Math.min(Math.max(2L * buffer.capacity(), least), maxBytes);
    buffer.limit(limit).position(from);
    buffer = ByteBuffer.allocateDirect(bytes).put(buffer).clear();
    limit -= from;
    position -= from;
  }

  /**
   * Moves past the next bytes, whether they are in memory or not.
   *
   * @return whether the payload has so many
   */
  boolean skip(long bytes) throws IOException {
    long left = bytes;
    while (left > limit - position) {
      left -= limit - position;
      position = limit;
      if (!has(1)) {
        return false;
      }
    }
    position += (int) left;
    return true;
  }

  /** Gives its memory back; it can't be used afterwards. */
  void release() {
    buffer = ByteBuffer.allocate(0);
  }
}
