// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.segment.AbortedTxn;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Where the survivors of one group go: files, or nowhere but into counts. */
interface GroupOutput {

  /** A source segment begins. */
  void beginSegment(Segment segment) throws IOException;

  /**
   * A batch survives as it is.
   *
   * @param filePosition where it begins in the source segment
   */
  void keep(BatchHeader batch, long filePosition) throws IOException;

  /** Something of the current batch does not survive, or not as it is. */
  void changed() throws IOException;

  /**
   * A batch that was built anew; valid during the call only.
   *
   * @param batch from position 0 to the limit
   * @param records how many records it has
   */
  void write(ByteBuffer batch, long lastOffset, long maxTimestamp, int records) throws IOException;

  /**
   * The transaction's ABORT marker survives, and its data was met in this clean: it needs its entry
   * in the transaction index of the segment that holds the marker. Called after the marker's batch,
   * which may have begun a further segment.
   */
  void abortedTxn(AbortedTxn txn) throws IOException;

  /** A source segment ends. */
  void endSegment() throws IOException;

  /** Does what need not be done in order; several lanes may call it at the same time. */
  default void catchUp() throws IOException {}
}
