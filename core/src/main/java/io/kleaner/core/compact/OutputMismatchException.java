// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import java.io.IOException;
import java.nio.file.Path;

/** An output read back is not what was meant to be written; it was not committed. */
public final class OutputMismatchException extends IOException {

  private static final long serialVersionUID = 1L;

  OutputMismatchException(Path file, String what, long expected, long actual) {
    super(
        file.getFileName()
            + " read back has "
            + what
            + " "
            + actual
            + ", expected "
            + expected
            + ": the disk or memory is not to be trusted");
  }

  /** Throws if a number that was read back is not the one that was meant. */
  static void expect(Path file, String what, long expected, long actual)
      throws OutputMismatchException {
    if (expected != actual) {
      throw new OutputMismatchException(file, what, expected, actual);
    }
  }
}
