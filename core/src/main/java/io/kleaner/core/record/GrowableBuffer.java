// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.nio.ByteBuffer;

/**
 * A direct buffer that is written from the front and doubles as needed, up to a bound.
 *
 * <p>Codecs ask for the most room that a block can need and then use less, so the buffer itself may
 * be larger than the bound by one such block; what is written may not. Not thread-safe; owned by
 * one worker and reused.
 */
final class GrowableBuffer {

  private static final int UNUSED_ROOM_BYTES = 128 * 1024;

  private final String content;
  private final int maxBytes;
  private ByteBuffer buffer;

  /**
   * @param content what it holds, as the subject of a sentence
   */
  GrowableBuffer(String content, int initialBytes, int maxBytes) {
    this.content = content;
    this.maxBytes = maxBytes;
    this.buffer = ByteBuffer.allocateDirect(initialBytes);
  }

  void clear() {
    buffer.clear();
  }

  /** Moves past bytes that are filled in later. */
  void skip(int bytes) throws BoundExceededException {
    ByteBuffer room = room(bytes);
    room.position(room.position() + bytes);
  }

  void put(ByteBuffer source, int position, int length) throws BoundExceededException {
    ByteBuffer room = room(length);
    room.put(room.position(), source, position, length);
    room.position(room.position() + length);
  }

  void put(int oneByte) throws BoundExceededException {
    room(1).put((byte) oneByte);
  }

  /**
   * The buffer itself, with room for some bytes after its position; who writes there moves the
   * position. Valid until the next call.
   */
  ByteBuffer room(int bytes) throws BoundExceededException {
    if (buffer.remaining() < bytes) {
      grow(bytes);
    }
    return buffer;
  }

  private void grow(int bytes) throws BoundExceededException {
    checkBound();
    long needed = (long) buffer.position() + bytes;
    long most = Math.min((long) maxBytes + UNUSED_ROOM_BYTES, Integer.MAX_VALUE);
    if (needed > most) {
      throw new BoundExceededException(content, needed, maxBytes);
    }
    long doubled = Math.min(Math.max(2L * buffer.capacity(), needed), most);
    buffer = ByteBuffer.allocateDirect((int) doubled).put(buffer.flip());
  }

  private void checkBound() throws BoundExceededException {
    if (buffer.position() > maxBytes) {
      throw new BoundExceededException(content, buffer.position(), maxBytes);
    }
  }

  /**
   * What was written, from position 0 to the limit; shares the bytes.
   *
   * @throws BoundExceededException if it is more than the bound
   */
  ByteBuffer written() throws BoundExceededException {
    checkBound();
    return buffer.duplicate().flip();
  }

  /** Gives most of its memory back. */
  void release() {
    buffer = ByteBuffer.allocateDirect(0);
  }
}
