// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BoundExceededException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A control batch is larger than {@link BatchCursor#MAX_CONTROL_BATCH_BYTES}: it is no transaction
 * marker, and was not read. No flag makes room for it, unlike for a record.
 */
final class OversizedMarkerException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * @param tooLarge what went over the bound, with its place
   */
  OversizedMarkerException(BoundExceededException tooLarge) {
    super(tooLarge.getMessage(), tooLarge);
  }

  /** What to do about a partition that has one. */
  static String nextStep(Path partitionDir) {
    return "No transaction marker that a broker writes is that large. Run 'kleaner check --level 3 "
        + partitionDir
        + "'.";
  }
}
