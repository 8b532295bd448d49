// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import java.io.IOException;
import java.nio.ByteBuffer;

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

  private final int level;
  private final SpillFiles files;
  private final long[] putBytes;
  private final int bitsPerLevel;
  private boolean probes;

  Spill(SpillSpace space, int level, int partitions, int bufferBytes) {
    this.level = level;
    this.files = space.files(partitions, ENTRY_BYTES, bufferBytes);
    this.putBytes = new long[partitions];
    this.bitsPerLevel = Integer.numberOfTrailingZeros(partitions);
  }

  int level() {
    return level;
  }

  int partitions() {
    return files.partitions();
  }

  void add(long first, long second, long ordinal) throws IOException {
    files.roomFor(partition(first, second)).putLong(first).putLong(second).putInt((int) ordinal);
  }

  /** All that is added from now on is a probe. */
  void beginProbes() {
    if (!probes) {
      probes = true;
      for (int i = 0; i < putBytes.length; i++) {
        putBytes[i] = files.bytes(i);
      }
    }
  }

  /** The slot comes from the high half of {@code second}: partitions take the low half first. */
  private int partition(long first, long second) {
    int mask = files.partitions() - 1;
    return level < FIRST_LEVELS
        ? (int) (second >>> (level * bitsPerLevel)) & mask
        : (int) (first >>> ((level - FIRST_LEVELS) * bitsPerLevel % Long.SIZE)) & mask;
  }

  /** How many puts a partition has; all must be added. */
  long puts(int partition) {
    return putsEnd(partition) / ENTRY_BYTES;
  }

  private long putsEnd(int partition) {
    return probes ? putBytes[partition] : files.bytes(partition);
  }

  /** All is added: writes it out and lets the buffers go, before others are needed. */
  void end() throws IOException {
    files.end();
  }

  /** Begins to read a partition, after {@link #end}; closing the reader deletes its file. */
  Reader read(int partition) {
    return new Reader(partition);
  }

  @Override
  public void close() throws IOException {
    files.close();
  }

  /** Reads one partition in the order it was added. */
  final class Reader implements AutoCloseable {

    private final int partition;
    private final long puts;
    private final SpillFiles.Reader file;
    private final ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES).limit(0);
    private long entryPosition;
    private long first;
    private long second;
    private long ordinal;

    private Reader(int partition) {
      this.partition = partition;
      this.puts = putsEnd(partition);
      this.file = files.read(partition);
    }

    boolean next() throws IOException {
      if (!buffer.hasRemaining() && !file.next(buffer)) {
        return false;
      }
      entryPosition = file.position() - buffer.remaining();
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
      files.drop(partition);
    }
  }
}
