// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import io.kleaner.core.io.FileHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Entries of one size on disk, in partitions: each a file that is written in order through one
 * buffer, and read in order, from its first byte to its last. A partition without entries has no
 * file. Its checksum stays in memory: what comes back is what was written, or is not used.
 *
 * <p>Memory: a buffer for each partition that has entries, until {@link #end}. Not thread-safe;
 * once all is in the files several threads may read, each with a reader of its own. {@link #close}
 * deletes the files.
 */
final class SpillFiles implements AutoCloseable {

  private final SpillSpace space;
  private final int number;
  private final int entryBytes;
  private final int bufferBytes;
  private final FileHandle[] files;
  private final ByteBuffer[] buffers;
  private final long[] sizes;
  private final CRC32C[] checksums;
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
    this.checksums = new CRC32C[partitions];
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
      checksums[partition] = new CRC32C();
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
      checksums[partition].update(buffer.duplicate());
      files[partition].write(buffer, sizes[partition]);
      sizes[partition] += bytes;
    }
    buffer.clear();
  }

  /** Writes what the buffers hold, and lets go of them: nothing may be added from now on. */
  void end() throws IOException {
    for (int i = 0; i < buffers.length; i++) {
      if (buffers[i] != null) {
        flush(i);
        buffers[i] = null;
      }
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

  /** Begins to read a partition, after {@link #end}. */
  Reader read(int partition) {
    return new Reader(partition);
  }

  /** Reads a partition from beginning to end. Not thread-safe. */
  final class Reader {

    private final int partition;
    private final CRC32C checksum = new CRC32C();
    private long position;

    private Reader(int partition) {
      this.partition = partition;
    }

    /** Where in the file what is read next begins. */
    long position() {
      return position;
    }

    /**
     * Reads entries, as many as a buffer has room for.
     *
     * @param target holds them afterwards, and nothing else
     * @return false if there are no more
     * @throws SpillDamagedException if they are not what was written; of damage to those before it
     *     is known at the end
     */
    boolean next(ByteBuffer target) throws IOException {
      target.clear();
      long left = sizes[partition] - position;
      if (left == 0) {
        target.limit(0);
        return false;
      }
      int room = target.capacity() / entryBytes * entryBytes;
      target.limit((int) Math.min(room, left));
      int bytes = target.limit();
      if (files[partition].read(target, position) < bytes) {
        throw damaged("was cut while it was used, at byte " + position);
      }
      target.flip();
      checksum.update(target.duplicate());
      position += bytes;
      if (position == sizes[partition] && checksum.getValue() != checksums[partition].getValue()) {
        throw damaged("is not what was written to it");
      }
      return true;
    }

    private SpillDamagedException damaged(String what) {
      return new SpillDamagedException(space.file(number, partition) + " " + what);
    }
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
