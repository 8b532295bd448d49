// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.segment;

import io.kleaner.core.segment.SegmentFileName.Kind;
import java.nio.file.Path;

/**
 * One segment of a partition as a listing showed it; immutable.
 *
 * @param dir the partition directory
 * @param baseOffset the offset in its file names
 * @param logBytes length of the {@code .log} file in bytes
 * @param offsetIndexBytes length of the {@code .index} file in bytes, 0 if missing
 * @param timeIndexBytes length of the {@code .timeindex} file in bytes, 0 if missing
 * @param hasTxnIndex whether a {@code .txnindex} file exists
 * @param lastModifiedMs modification time of the {@code .log} file, milliseconds since the epoch
 */
public record Segment(
    Path dir,
    long baseOffset,
    long logBytes,
    long offsetIndexBytes,
    long timeIndexBytes,
    boolean hasTxnIndex,
    long lastModifiedMs) {

  /** The path of one of its live files, whether or not it exists. */
  public Path file(Kind kind) {
    return SegmentFileName.live(baseOffset, kind).in(dir);
  }

  /** The path of its {@code .log}. */
  public Path logFile() {
    return file(Kind.LOG);
  }
}
