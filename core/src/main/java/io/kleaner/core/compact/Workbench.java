// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.record.BatchBuilder;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.Compressors;
import io.kleaner.core.record.Decompressors;
import io.kleaner.core.record.LegacyRecordCursor;
import io.kleaner.core.record.RecordCursor;
import java.nio.ByteBuffer;

/**
 * One worker's buffers and cursors, made once and used for partition after partition.
 *
 * <p>Memory: buffers of 512 KiB and 1 MiB, a decompression window of 256 KiB, a batch under
 * construction; each grows to the largest batch or record met, up to {@code maxRecordBytes}. Not
 * thread-safe; owned by one worker.
 */
final class Workbench implements AutoCloseable {

  /** What is read at once. */
  static final int READ_BYTES = 512 * 1024;

  private static final int WRITE_BYTES = 1024 * 1024;

  private final Decompressors decompressors;
  private final Compressors compressors;
  private final BatchCursor batches;
  private final RecordCursor records;
  private final LegacyRecordCursor legacyRecords;
  private final BatchBuilder builder;
  private final ByteBuffer out = ByteBuffer.allocateDirect(WRITE_BYTES);

  /**
   * @param maxRecordBytes the largest batch or record that may be in memory, in bytes
   * @param readBytes what is read at once, in bytes, unless a batch is larger
   */
  Workbench(int maxRecordBytes, int readBytes) {
    this.decompressors = new Decompressors(maxRecordBytes);
    this.compressors = new Compressors();
    this.batches = new BatchCursor(readBytes, maxRecordBytes);
    this.records = new RecordCursor(decompressors, maxRecordBytes);
    this.legacyRecords = new LegacyRecordCursor(decompressors, maxRecordBytes);
    this.builder = new BatchBuilder(compressors, maxRecordBytes);
  }

  BatchCursor batches() {
    return batches;
  }

  RecordCursor records() {
    return records;
  }

  LegacyRecordCursor legacyRecords() {
    return legacyRecords;
  }

  BatchBuilder builder() {
    return builder;
  }

  ByteBuffer out() {
    return out;
  }

  /** How many compressed payloads were opened so far. */
  long payloadsOpened() {
    return decompressors.opened();
  }

  @Override
  public void close() {
    records.close();
    legacyRecords.close();
    builder.close();
    compressors.close();
    decompressors.close();
  }
}
