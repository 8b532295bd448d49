// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.keymap.SpillPlace;
import java.util.Optional;

/**
 * How a clean is carried out, none of which changes what a reader is told.
 *
 * @param memoryBytes memory for the key map of one clean, and for the buffers of what is spilled or
 *     a filter of the map's keys; bits that mark its records take up to an eighth of it besides, or
 *     1 MiB if that is more
 * @param spill where keys and bits are spilled; empty for the partition directory, into which a dry
 *     run never writes
 * @param verify what is read back before a commit
 * @param dryRun whether everything is done but writing
 * @param reshaping what form batches are given beyond what Kafka's cleaner gives them
 */
public record CleanOptions(
    long memoryBytes,
    Optional<SpillPlace> spill,
    Verify verify,
    boolean dryRun,
    Reshaping reshaping) {

  /** Memory for keys if nothing else is said: 128 MiB, some eight million keys. */
  public static final long DEFAULT_MEMORY_BYTES = 128L * 1024 * 1024;

  /** The largest batch or record in memory if nothing else is said: 64 MiB. */
  public static final int DEFAULT_MAX_RECORD_BYTES = 64 * 1024 * 1024;

  /** The least memory for keys of one clean: 1 MiB. */
  public static final long LEAST_MEMORY_BYTES = 1024 * 1024;

  /** What is read back before a commit. */
  public enum Verify {
    /** Nothing. */
    NONE,
    /** Checksums, offsets, indexes, and the numbers of batches and records. */
    NORMAL,
    /** That, and a digest of the survivors against the source. */
    DEEP
  }

  /** Checks the memory, and that a dry run names where it spills. */
  public CleanOptions {
    if (memoryBytes < LEAST_MEMORY_BYTES) {
      throw new IllegalArgumentException(
          "memory of " + memoryBytes + " bytes is below the least, " + LEAST_MEMORY_BYTES);
    }
    if (dryRun && spill.isEmpty()) {
      throw new IllegalArgumentException("a dry run spills elsewhere than into the partition");
    }
  }

  /** With batches as Kafka's cleaner leaves them. */
  public CleanOptions(long memoryBytes, Optional<SpillPlace> spill, Verify verify, boolean dryRun) {
    this(memoryBytes, spill, verify, dryRun, Reshaping.NONE);
  }

  /** The same with another form of batches. */
  public CleanOptions withReshaping(Reshaping other) {
    return new CleanOptions(memoryBytes, spill, verify, dryRun, other);
  }

  /** The same with other memory, in bytes, {@link #LEAST_MEMORY_BYTES} or more. */
  public CleanOptions withMemoryBytes(long bytes) {
    return new CleanOptions(bytes, spill, verify, dryRun, reshaping);
  }

  /** The same with keys spilled there. */
  public CleanOptions withSpill(SpillPlace place) {
    return new CleanOptions(memoryBytes, Optional.of(place), verify, dryRun, reshaping);
  }

  /** The defaults. */
  public static CleanOptions defaults() {
    return new CleanOptions(DEFAULT_MEMORY_BYTES, Optional.empty(), Verify.NORMAL, false);
  }
}
