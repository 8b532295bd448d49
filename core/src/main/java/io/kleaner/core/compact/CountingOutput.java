// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.segment.AbortedTxn;
import io.kleaner.core.segment.Segment;
import java.nio.ByteBuffer;

/** Counts what would be written, and writes nothing: for a dry run. Not thread-safe. */
final class CountingOutput implements GroupOutput {

  private long bytes;
  private boolean changed;

  @Override
  public void beginSegment(Segment segment) {
    // nothing to open
  }

  @Override
  public void keep(BatchHeader batch, long filePosition) {
    bytes += batch.sizeInBytes();
  }

  @Override
  public void changed() {
    changed = true;
  }

  @Override
  public void write(ByteBuffer batch, long lastOffset, long maxTimestamp, int records) {
    bytes += batch.remaining();
  }

  @Override
  public void abortedTxn(AbortedTxn txn) {
    // an index has no share in the figures
  }

  @Override
  public void endSegment() {
    // nothing to close
  }

  /** Log bytes that would remain. */
  long bytes() {
    return bytes;
  }

  /** Whether anything would change. */
  boolean hasChanged() {
    return changed;
  }
}
