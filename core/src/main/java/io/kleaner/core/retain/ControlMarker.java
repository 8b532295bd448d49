// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.retain;

import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.record.RecordCursor;
import io.kleaner.core.retain.TransactionState.Marker;
import java.io.IOException;

/**
 * Reads what kind of marker a control batch is: its key is a version and a type, int16 each.
 * Stateless; thread-safe.
 */
public final class ControlMarker {

  private static final int KEY_BYTES = 4;
  private static final int ABORT = 0;
  private static final int COMMIT = 1;

  private ControlMarker() {}

  /**
   * Reads a control batch.
   *
   * @param records used to read it
   * @throws CorruptBatchException if its key is not that of a control record
   */
  public static Marker read(BatchHeader batch, RecordCursor records) throws IOException {
    if (batch.recordCount() == 0) {
      return Marker.EMPTIED;
    }
    records.open(batch, RecordCursor.Mode.KEYS);
    if (!records.next() || records.keyLength() < KEY_BYTES) {
      throw new CorruptBatchException("control record without a control key");
    }
    short version = records.buffer().getShort(records.keyPosition());
    if (version < 0) {
      throw new CorruptBatchException("control record of version " + version);
    }
    return switch (records.buffer().getShort(records.keyPosition() + Short.BYTES)) {
      case ABORT -> Marker.ABORT;
      case COMMIT -> Marker.COMMIT;
      default -> Marker.OTHER;
    };
  }
}
