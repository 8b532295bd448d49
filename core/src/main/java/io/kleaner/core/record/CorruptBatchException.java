// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Bytes on disk are not what the record format allows, or do not match their checksum. Nothing was
 * changed by whoever throws it.
 *
 * <p>Thrown first by code that sees only a buffer; {@link #at(Path, long, long)} adds the place.
 */
public final class CorruptBatchException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String problem;
  private final boolean truncated;

  /**
   * @param problem what is wrong, with expected and actual values, without the place
   */
  public CorruptBatchException(String problem) {
    super(problem);
    this.problem = problem;
    this.truncated = false;
  }

  private CorruptBatchException(
      String problem, boolean truncated, String message, Throwable cause) {
    super(message, cause);
    this.problem = problem;
    this.truncated = truncated;
  }

  /**
   * The file ends before the batch does.
   *
   * @param neededBytes at least as far as they can be told
   * @param leftBytes that are there
   */
  static CorruptBatchException truncated(long neededBytes, long leftBytes) {
    String problem = "truncated batch: needs " + neededBytes + " bytes, " + leftBytes + " are left";
    return new CorruptBatchException(problem, true, problem, null);
  }

  /**
   * Whether the file ends before the batch does, as an append under way leaves it. A damaged length
   * looks the same: {@link BatchCursor#isAtTornEnd()} tells whether batches follow.
   */
  public boolean isTruncated() {
    return truncated;
  }

  /** What is wrong, without the place. */
  public String problem() {
    return problem;
  }

  /**
   * The same with its place.
   *
   * @param file the segment file
   * @param position byte position of the batch in it
   * @param offset base offset of the batch as its header says
   */
  public CorruptBatchException at(Path file, long position, long offset) {
    String place = " in " + Place.of(file) + " at byte " + position + " (offset " + offset + ")";
    int detail = problem.indexOf(": ");
    String message =
        detail < 0
            ? problem + place
            : problem.substring(0, detail) + place + problem.substring(detail);
    return new CorruptBatchException(problem, truncated, message, this);
  }
}
