// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.List;
import java.util.Optional;

/**
 * What the next clean of a partition will meet, as far as its dirty range was read: what a broker's
 * cleaner dies of, or spoils, is told before it comes there; and what it did to what was met so.
 * Immutable.
 *
 * @param troubles in what was read, in the order of the log and each seen twice; of each kind no
 *     more than some
 * @param suspects places that were seen once and are looked at again before they are told
 * @param largest the largest batch that was read and is not cleaned yet
 * @param readBytes of the dirty range, read so far
 * @param dirtyBytes how long the dirty range is
 * @param unreadable why some of it could not be read when it was tried last, a sentence
 * @param horizons tombstones and markers that wait in the cleaned part; empty if there are none
 */
public record CleanAhead(
    List<Trouble> troubles,
    int suspects,
    Optional<Largest> largest,
    long readBytes,
    long dirtyBytes,
    Optional<String> unreadable,
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
    BOMB,
    /** It could not be found out whether it is whole, or how long it becomes. */
    UNMEASURED,
    /** Its checksum was wrong; a clean has written its bytes anew with one that fits. */
    LAUNDERED,
    /** Its checksum is wrong; a clean has copied it as it is. */
    COPIED
  }

  /**
   * Something wrong at a place.
   *
   * @param segment file name
   * @param position byte position in it
   * @param baseOffset of the batch, or the lowest that can be there
   * @param text what it is, with figures
   * @param becomesBytes of a bomb its decompressed length, at least; of others -1
   * @param atMs when it was met first, milliseconds since the epoch
   */
  public record Trouble(
      Kind kind,
      String segment,
      long position,
      long baseOffset,
      String text,
      long becomesBytes,
      long atMs) {}

  /**
   * A batch.
   *
   * @param bytes its size in the file
   * @param atMs when it was met, milliseconds since the epoch
   */
  public record Largest(String segment, long position, long baseOffset, long bytes, long atMs) {}

  /**
   * Batches with a delete horizon (KIP-534), of which each clean drops those that have passed.
   *
   * @param batches with tombstones or transaction markers, in what was read
   * @param earliestMs from when on the first of them may go, milliseconds since the epoch
   * @param readBytes of the cleaned part, read from its beginning on
   */
  public record Horizons(long batches, long earliestMs, long readBytes) {}
}
