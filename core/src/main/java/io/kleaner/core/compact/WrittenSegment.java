// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

/**
 * What was written of one output segment, to be compared with what is read back.
 *
 * @param baseOffset in its file names
 * @param sizeBytes of its log
 * @param batches in its log
 * @param records in its log
 * @param lastOffset of its last batch, -1 if it has none
 * @param hasTxnIndex whether it has a transaction index
 */
record WrittenSegment(
    long baseOffset,
    long sizeBytes,
    long batches,
    long records,
    long lastOffset,
    boolean hasTxnIndex) {}
