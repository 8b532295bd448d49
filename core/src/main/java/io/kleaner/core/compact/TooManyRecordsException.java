// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import java.io.IOException;
import java.util.OptionalLong;

/** A range has more records or batches than can be numbered; nothing was changed. */
final class TooManyRecordsException extends IOException {

  private static final long serialVersionUID = 1;

  private final long endOffset;

  /**
   * @param endOffset base offset of a segment at which a smaller range can end; empty if there is
   *     none
   */
  TooManyRecordsException(long maxRecords, OptionalLong endOffset) {
    super(
        "more than " + maxRecords + " records or batches, those that were cleaned before included");
    this.endOffset = endOffset.orElse(-1);
  }

  OptionalLong endOffset() {
    return endOffset < 0 ? OptionalLong.empty() : OptionalLong.of(endOffset);
  }
}
