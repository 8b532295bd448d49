// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.segment;

import io.kleaner.core.io.FileHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

/**
 * The write buffers of one output. They are filled by one worker at a time, in the order of the
 * log; a full one has its place in the file and may be written by whoever has time, while the next
 * one is filled. With a single buffer each is written at once by who filled it.
 *
 * <p>Thread-safe. After an {@link IOException} the output is useless.
 */
public final class WriteBuffers {

  private final Deque<ByteBuffer> empty;
  private final Deque<Full> full = new ArrayDeque<>();
  private int underWay;
  private Throwable failure;

  /** Bytes that have their place. */
  private record Full(FileHandle file, ByteBuffer bytes, long position) {}

  /**
   * @param buffers one or more, direct; used by this output alone
   */
  public WriteBuffers(Collection<ByteBuffer> buffers) {
    this.empty = new ArrayDeque<>(buffers);
  }

  /** Takes an empty buffer; whoever does gives it back. */
  synchronized ByteBuffer take() {
    return empty.remove().clear();
  }

  /** Gives an empty buffer back. */
  synchronized void giveBack(ByteBuffer buffer) {
    empty.push(buffer);
  }

  /**
   * Takes a full buffer, and lets it be written; now, if there is no other to be filled meanwhile.
   *
   * @param bytes from its position to its limit
   * @return an empty one
   */
  ByteBuffer exchange(FileHandle file, ByteBuffer bytes, long position) throws IOException {
    synchronized (this) {
      ByteBuffer other = empty.poll();
      if (other != null) {
        full.add(new Full(file, bytes, position));
        return other.clear();
      }
    }
    file.write(bytes, position);
    return bytes.clear();
  }

  /** Writes what is full and nobody writes yet. */
  @SuppressWarnings("IllegalCatch")
  public void write() throws IOException {
    for (Full next = begin(); next != null; next = begin()) {
      try {
        next.file.write(next.bytes, next.position);
      } catch (IOException | RuntimeException | Error e) {
        end(next, e);
        throw e;
      }
      end(next, null);
    }
  }

  private synchronized Full begin() {
    Full next = full.poll();
    if (next != null) {
      underWay++;
    }
    return next;
  }

  private synchronized void end(Full done, Throwable problem) {
    underWay--;
    empty.push(done.bytes);
    if (problem != null) {
      failure = problem;
    }
    notifyAll();
  }

  /**
   * Writes what is full, and waits for what others write.
   *
   * @throws IOException if any of it could not be written, now or before
   */
  void settle() throws IOException {
    write();
    awaitOthers();
  }

  private synchronized void awaitOthers() throws IOException {
    boolean interrupted = false;
    while (underWay > 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      // Without it as a cause: whoever could not write tells of it, and may have this one beside.
      throw new IOException("not all of it could be written: " + failure.getMessage());
    }
  }
}
