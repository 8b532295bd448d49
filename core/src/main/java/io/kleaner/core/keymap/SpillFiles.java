// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import io.kleaner.core.io.FileHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Entries of one size on disk, in partitions: each a file that is written in order through one
 * buffer, and read in order. A partition without entries has no file.
 *
 * <p>Memory: a buffer for each partition that has entries. Not thread-safe; what is in the files
 * may be read by several threads once all is there. {@link #close} deletes the files.
 */
final class SpillFiles implements AutoCloseable {

  private final SpillSpace space;
  private final int number;
  private final int entryBytes;
  private final int bufferBytes;
  private final FileHandle[] files;
  private final ByteBuffer[] buffers;
  private final long[] sizes;
  private boolean nameless;

  /**
   * @param number tells them from the clean's others
   * @param bufferBytes of each partition's buffer, about
   */
  SpillFiles(SpillSpace space, int number, int partitions, int entryBytes, int bufferBytes) {
    this.space = space;
    this.number = number;
    this.entryBytes = entryBytes;
    this.bufferBytes = bufferBytes / entryBytes * entryBytes;
    this.files = new FileHandle[partitions];
    this.buffers = new ByteBuffer[partitions];
    this.sizes = new long[partitions];
  }

  int partitions() {
    return files.length;
  }

  /** A partition's buffer, with room for an entry. */
  ByteBuffer roomFor(int partition) throws IOException {
    ByteBuffer buffer = buffers[partition];
    if (buffer == null) {
      buffer = ByteBuffer.allocate(bufferBytes);
      buffers[partition] = buffer;
    } else if (!buffer.hasRemaining()) {
      flush(partition);
    }
    return buffer;
  }

  /** Bytes of a partition's entries. */
  long bytes(int partition) {
    ByteBuffer buffer = buffers[partition];
    return sizes[partition] + (buffer == null ? 0 : buffer.position());
  }

  private void flush(int partition) throws IOException {
    ByteBuffer buffer = buffers[partition];
    buffer.flip();
    if (buffer.hasRemaining()) {
      int bytes = buffer.remaining();
      space.take(bytes);
      if (files[partition] == null) {
        files[partition] = space.fileSystem().create(space.file(number, partition));
      }
      files[partition].write(buffer, sizes[partition]);
      sizes[partition] += bytes;
    }
    buffer.clear();
  }

  /** Writes what a partition's buffer holds, and lets go of that: nothing may be added to it. */
  void end(int partition) throws IOException {
    if (buffers[partition] != null) {
      flush(partition);
      buffers[partition] = null;
    }
  }

  /**
   * Takes the files' names away once all is in them: they last as long as they are open, and
   * nothing is left of them however this process ends.
   */
  void unname() throws IOException {
    for (int i = 0; i < files.length; i++) {
      if (files[i] != null) {
        space.fileSystem().delete(space.file(number, i));
      }
    }
    nameless = true;
  }

  /**
   * Reads entries of a partition that is ended, as many as a buffer has room for.
   *
   * @param position of the first in the file
   * @param target holds them afterwards, and nothing else
   * @throws IOException if the file was cut
   */
  void read(int partition, long position, ByteBuffer target) throws IOException {
    target.clear();
    int read = files[partition].read(target, position);
    if (read == 0 || read % entryBytes != 0) {
      throw new IOException(
          space.file(number, partition) + " was cut while it was used, at byte " + position);
    }
    target.flip();
  }

  /** Memory of the buffers in bytes. */
  long bufferBytes() {
    return Arrays.stream(buffers).filter(buffer -> buffer != null).count() * bufferBytes;
  }

  /** Deletes a partition's file. */
  void drop(int partition) throws IOException {
    FileHandle file = files[partition];
    if (file != null) {
      files[partition] = null;
      try {
        file.close();
      } finally {
        if (!nameless) {
          space.fileSystem().delete(space.file(number, partition));
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    IOException problem = null;
    for (int i = 0; i < files.length; i++) {
      try {
        drop(i);
      } catch (IOException e) {
        if (problem == null) {
          problem = e;
        } else {
          problem.addSuppressed(e);
        }
      }
    }
    Arrays.fill(buffers, null);
    if (problem != null) {
      throw problem;
    }
  }
}
