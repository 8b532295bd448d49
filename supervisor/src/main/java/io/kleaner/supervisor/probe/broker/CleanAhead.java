// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.List;
import java.util.Optional;

/**
 * What the next clean of a partition will meet, as far as its dirty range was read: what a broker's
 * cleaner dies of, or spoils, is told before it comes there. Immutable.
 *
 * @param troubles in what was read, the first of the log first; no more than some
 * @param largest the largest batch that was read
 * @param readBytes of the dirty range, read so far
 * @param dirtyBytes how long the dirty range is
 * @param horizons tombstones and markers that wait in the cleaned part; empty if there are none
 */
public record CleanAhead(
    List<Trouble> troubles,
    Optional<Largest> largest,
    long readBytes,
    long dirtyBytes,
    Optional<Horizons> horizons) {

  /** Keeps its own copy. */
  public CleanAhead {
    troubles = List.copyOf(troubles);
  }

  /** What is wrong with a batch. */
  public enum Kind {
    /** Its bytes are not those that its checksum was made of. */
    WRONG_CRC,
    /** The bytes there are no batch: what follows in the segment cannot be read. */
    NO_BATCH,
    /** It decompresses to far more than its size. */
    BOMB
  }

  /**
   * Something wrong at a place.
   *
   * @param segment file name
   * @param position byte position in it
   * @param baseOffset of the batch, or the lowest that can be there
   * @param text what it is, with figures
   * @param becomesBytes of a bomb its decompressed length, at least; of others -1
   */
  public record Trouble(
      Kind kind, String segment, long position, long baseOffset, String text, long becomesBytes) {}

  /**
   * A batch.
   *
   * @param bytes its size in the file
   */
  public record Largest(String segment, long position, long baseOffset, long bytes) {}

  /**
   * Batches with a delete horizon (KIP-534), of which each clean drops those that have passed.
   *
   * @param batches with tombstones or transaction markers, in what was read
   * @param earliestMs from when on the first of them may go, milliseconds since the epoch
   * @param readBytes of the cleaned part, read from its beginning on
   */
  public record Horizons(long batches, long earliestMs, long readBytes) {}
}
