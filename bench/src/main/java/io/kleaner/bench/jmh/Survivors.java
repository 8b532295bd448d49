// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.jmh;

import io.kleaner.core.record.BatchBuilder;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.RecordCursor;
import java.io.IOException;

/** Goes through a batch as the second pass does, a word of fates at a time. */
final class Survivors {

  private Survivors() {}

  /**
   * Appends what survives of a batch.
   *
   * @param target begun
   * @param removed bits of the records that go, the same for each 64 of them
   */
  static void append(BatchHeader batch, RecordCursor records, BatchBuilder target, long removed)
      throws IOException {
    records.open(batch, RecordCursor.Mode.WHOLE);
    int count = batch.recordCount();
    for (int done = 0; done < count; done += Long.SIZE) {
      target.appendSurvivors(records, removed, Math.min(Long.SIZE, count - done));
    }
  }
}
