// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Something on disk needs more memory than the bound allows. It may be perfectly valid; it was not
 * read, and nothing was changed.
 */
public final class BoundExceededException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String what;
  private final long askedBytes;
  private final long boundBytes;

  /**
   * @param what what is too large, as the subject of a sentence
   * @param askedBytes how much memory it needs, in bytes; at least so much if it is not known
   * @param boundBytes the bound it goes over, in bytes
   */
  public BoundExceededException(String what, long askedBytes, long boundBytes) {
    this(what, askedBytes, boundBytes, "", null);
  }

  private BoundExceededException(
      String what, long askedBytes, long boundBytes, String place, Throwable cause) {
    super(what + place + " needs " + askedBytes + " bytes, the bound is " + boundBytes, cause);
    this.what = what;
    this.askedBytes = askedBytes;
    this.boundBytes = boundBytes;
  }

  public long askedBytes() {
    return askedBytes;
  }

  public long boundBytes() {
    return boundBytes;
  }

  /** The same with its place: file, byte position of the batch in it, and the batch's offset. */
  public BoundExceededException at(Path file, long position, long offset) {
    return new BoundExceededException(
        what,
        askedBytes,
        boundBytes,
        " in " + Place.of(file) + " at byte " + position + " (offset " + offset + ")",
        this);
  }
}
