// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import io.kleaner.core.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The directory and the limits for spilled keys of one clean.
 *
 * <p>Not thread-safe; owned by one worker.
 */
public final class SpillSpace {

  /** Every spill file's name begins so. */
  public static final String PREFIX = "kleaner-";

  /** Every spill file's name ends so. */
  public static final String SUFFIX = ".spill";

  private static final int MIN_PARTITIONS = 16;
  private static final int MAX_PARTITIONS = 256;
  private static final int BUFFER_BYTES = 8 * 1024;

  private final FileSystem fileSystem;
  private final Path dir;
  private final String name;
  private final int partitions;
  private long spilledBytes;
  private int opened;

  /**
   * @param dir holds the files; must exist
   * @param name tells this clean's files from others' in the same directory
   * @param budgetBytes memory that write buffers may take, in bytes
   */
  public SpillSpace(FileSystem fileSystem, Path dir, String name, long budgetBytes) {
    this.fileSystem = fileSystem;
    this.dir = dir;
    this.name = name;
    long affordable = budgetBytes / BUFFER_BYTES;
    this.partitions =
        Integer.highestOneBit((int) Math.max(MIN_PARTITIONS, Math.min(affordable, MAX_PARTITIONS)));
  }

  /** Memory that the buffers of one level of partitions take, in bytes. */
  public long bufferBytes() {
    return (long) partitions * BUFFER_BYTES;
  }

  Spill open(int level) throws IOException {
    return new Spill(this, level, opened++, partitions, BUFFER_BYTES);
  }

  FileSystem fileSystem() {
    return fileSystem;
  }

  Path file(int spill, int partition) {
    return dir.resolve(PREFIX + name + "-" + spill + "-" + partition + SUFFIX);
  }

  void wrote(long bytes) {
    spilledBytes += bytes;
  }

  /** Bytes written to spill files so far. */
  public long spilledBytes() {
    return spilledBytes;
  }
}
