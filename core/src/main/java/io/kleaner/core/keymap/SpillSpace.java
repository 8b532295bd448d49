// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.InsufficientSpaceException;
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
  private static final long CHECK_INTERVAL_BYTES = 16 * 1024 * 1024;

  private final FileSystem fileSystem;
  private final Path dir;
  private final String name;
  private final int partitions;
  private final long reserveBytes;
  private long spilledBytes;
  private long checkedBytes;
  private int opened;

  /**
   * @param dir holds the files; must exist
   * @param name tells this clean's files from others' in the same directory
   * @param budgetBytes memory that write buffers may take, in bytes
   * @param reserveBytes what must stay free on the disk for the segments to be written
   */
  public SpillSpace(
      FileSystem fileSystem, Path dir, String name, long budgetBytes, long reserveBytes) {
    this.fileSystem = fileSystem;
    this.dir = dir;
    this.name = name;
    this.reserveBytes = reserveBytes;
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

  /**
   * Accounts for bytes about to be written. How many keys will be spilled is not known before they
   * are, so the disk is looked at on the way.
   *
   * @throws InsufficientSpaceException if they would take what the segments need
   */
  void take(long bytes) throws IOException {
    spilledBytes += bytes;
    if (spilledBytes < checkedBytes) {
      return;
    }
    long usable = fileSystem.usableBytes(dir);
    if (usable < reserveBytes + CHECK_INTERVAL_BYTES) {
      throw new InsufficientSpaceException(
          "no room to spill keys in "
              + dir
              + ": "
              + usable
              + " bytes are free, of which "
              + reserveBytes
              + " are needed for the segments to be written");
    }
    checkedBytes = spilledBytes + CHECK_INTERVAL_BYTES;
  }

  /** Bytes written to spill files so far. */
  public long spilledBytes() {
    return spilledBytes;
  }
}
