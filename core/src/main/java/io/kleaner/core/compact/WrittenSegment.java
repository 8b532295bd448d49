// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.segment.AbortedTxn;
import java.util.List;

/**
 * What was written of one output segment, to be compared with what is read back.
 *
 * @param baseOffset in its file names
 * @param sizeBytes of its log
 * @param batches in its log
 * @param records in its log
 * @param lastOffset of its last batch, -1 if it has none
 * @param offsetEntries entries of its offset index
 * @param timeEntries entries of its time index
 * @param abortedTxns entries of its transaction index, which it has only if there are any
 */
record WrittenSegment(
    long baseOffset,
    long sizeBytes,
    long batches,
    long records,
    long lastOffset,
    int offsetEntries,
    int timeEntries,
    List<AbortedTxn> abortedTxns) {

  WrittenSegment {
    abortedTxns = List.copyOf(abortedTxns);
  }
}
