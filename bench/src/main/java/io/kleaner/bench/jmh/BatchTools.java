// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.jmh;

import io.kleaner.core.record.BatchBuilder;
import io.kleaner.core.record.Compressors;
import io.kleaner.core.record.Decompressors;
import io.kleaner.core.record.RecordCursor;

/**
 * What reads and writes batches, as one thread of a clean has it. {@link #close} frees native
 * memory.
 */
final class BatchTools implements AutoCloseable {

  private static final int MAX_BYTES = 1 << 24;

  private final Decompressors decompressors = new Decompressors(MAX_BYTES);
  private final Compressors compressors = new Compressors();
  final RecordCursor records = new RecordCursor(decompressors, MAX_BYTES);
  final BatchBuilder builder = new BatchBuilder(compressors, MAX_BYTES);

  @Override
  public void close() {
    records.close();
    builder.close();
    compressors.close();
    decompressors.close();
  }
}
