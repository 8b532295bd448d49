// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import io.kleaner.core.io.FileHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Hashed keys on disk, partitioned by bits of the hash that no level above used. Sequential writes
 * through one buffer a partition, one sequential read of each.
 *
 * <pre>
 *  0          8          16       20
 *  +----------+----------+--------+
 *  |first     |second    |ordinal |   puts in ordinal order, then probes
 *  +----------+----------+--------+
 * </pre>
 *
 * <p>Not thread-safe. {@link #close} deletes the files.
 */
final class Spill implements AutoCloseable {

  static final int ENTRY_BYTES = 20;

  /** Memory of a reader in bytes. */
  static final int READ_BYTES = 3276 * ENTRY_BYTES;

  private static final int FIRST_LEVELS = 4;
  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  private final SpillSpace space;
  private final int level;
  private final int number;
  private final FileHandle[] files;
  private final ByteBuffer[] buffers;
  private final long[] sizes;
  private final long[] putBytes;
  private final int bitsPerLevel;
  private boolean probes;

  Spill(SpillSpace space, int level, int number, int partitions, int bufferBytes) {
    this.space = space;
    this.level = level;
    this.number = number;
    this.files = new FileHandle[partitions];
    this.buffers = new ByteBuffer[partitions];
    this.sizes = new long[partitions];
    this.putBytes = new long[partitions];
    this.bitsPerLevel = Integer.numberOfTrailingZeros(partitions);
    int whole = bufferBytes / ENTRY_BYTES * ENTRY_BYTES;
    for (int i = 0; i < partitions; i++) {
      buffers[i] = ByteBuffer.allocate(whole);
    }
  }

  int level() {
    return level;
  }

  int partitions() {
    return files.length;
  }

  void add(long first, long second, long ordinal) throws IOException {
    int partition = partition(first, second);
    ByteBuffer buffer = buffers[partition];
    if (!buffer.hasRemaining()) {
      flush(partition);
    }
    buffer.putLong(first).putLong(second).putInt((int) ordinal);
  }

  /** All that is added from now on is a probe. */
  void beginProbes() {
    if (!probes) {
      probes = true;
      for (int i = 0; i < sizes.length; i++) {
        putBytes[i] = sizes[i] + buffers[i].position();
      }
    }
  }

  /** The slot comes from the high half of {@code second}: partitions take the low half first. */
  private int partition(long first, long second) {
    int mask = files.length - 1;
    return level < FIRST_LEVELS
        ? (int) (second >>> (level * bitsPerLevel)) & mask
        : (int) (first >>> ((level - FIRST_LEVELS) * bitsPerLevel % Long.SIZE)) & mask;
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

  /** How many puts a partition has; all must be added. */
  long puts(int partition) {
    long bytes = probes ? putBytes[partition] : sizes[partition] + buffers[partition].position();
    return bytes / ENTRY_BYTES;
  }

  /** All is added: writes it out and lets the buffers go, before others are needed. */
  void end() throws IOException {
    for (int i = 0; i < files.length; i++) {
      flush(i);
      buffers[i] = NONE;
    }
  }

  /** Begins to read a partition, after {@link #end}; closing the reader deletes its file. */
  Reader read(int partition) {
    return new Reader(partition, probes ? putBytes[partition] : sizes[partition]);
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
    Arrays.fill(buffers, NONE);
    if (problem != null) {
      throw problem;
    }
  }

  private void drop(int partition) throws IOException {
    FileHandle file = files[partition];
    if (file != null) {
      files[partition] = null;
      try {
        file.close();
      } finally {
        space.fileSystem().delete(space.file(number, partition));
      }
    }
  }

  /** Reads one partition in the order it was added. */
  final class Reader implements AutoCloseable {

    private final int partition;
    private final long puts;
    private final ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES).limit(0);
    private long position;
    private long entryPosition;
    private long first;
    private long second;
    private long ordinal;

    private Reader(int partition, long puts) {
      this.partition = partition;
      this.puts = puts;
    }

    boolean next() throws IOException {
      if (!buffer.hasRemaining()) {
        if (position == sizes[partition]) {
          return false;
        }
        buffer.clear();
        int read = files[partition].read(buffer, position);
        if (read == 0 || read % ENTRY_BYTES != 0) {
          throw new IOException(
              space.file(number, partition) + " was cut while it was used, at byte " + position);
        }
        buffer.flip();
        position += read;
      }
      entryPosition = position - buffer.remaining();
      first = buffer.getLong();
      second = buffer.getLong();
      ordinal = buffer.getInt() & 0xffffffffL;
      return true;
    }

    boolean isProbe() {
      return entryPosition >= puts;
    }

    long first() {
      return first;
    }

    long second() {
      return second;
    }

    long ordinal() {
      return ordinal;
    }

    @Override
    public void close() throws IOException {
      drop(partition);
    }
  }
}
