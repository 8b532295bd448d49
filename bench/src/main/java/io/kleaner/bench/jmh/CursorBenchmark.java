// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.jmh;

import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.Decompressors;
import io.kleaner.core.record.KeyRun;
import io.kleaner.core.record.LegacyRecordCursor;
import io.kleaner.core.record.RecordCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Walking the 100 records of one batch of each format and codec, decompression included. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CursorBenchmark {

  private static final int MAX_RECORD_BYTES = 1 << 24;

  /** Magic and codec; uncompressed batches of magic 0 and 1 have one record. */
  @Param({"2 none", "2 lz4", "2 zstd", "2 snappy", "2 gzip", "1 none", "1 lz4", "0 gzip"})
  public String format;

  private final Decompressors decompressors = new Decompressors(MAX_RECORD_BYTES);
  private final RecordCursor records = new RecordCursor(decompressors, MAX_RECORD_BYTES);
  private final LegacyRecordCursor legacy = new LegacyRecordCursor(decompressors, MAX_RECORD_BYTES);
  private final KeyRun run = new KeyRun();
  private BatchHeader batch;

  /** Makes the batch. */
  @Setup
  public void setUp() throws IOException {
    int magic = format.charAt(0) - '0';
    String codec = format.substring(2);
    ByteBuffer bytes = magic == 2 ? Samples.batch(codec) : Samples.legacy(magic, codec);
    batch = new BatchHeader().wrap(bytes, 0);
  }

  /** Frees native memory. */
  @TearDown
  public void tearDown() {
    records.close();
    legacy.close();
    decompressors.close();
  }

  /** Keys only, in runs: what the first pass does. */
  @Benchmark
  public long keysInRuns() throws IOException {
    if (batch.isLegacy()) {
      return keys();
    }
    long seen = 0;
    records.open(batch, RecordCursor.Mode.KEYS);
    while (true) {
      if (records.next(run)) {
        for (int i = 0; i < run.size(); i++) {
          seen += run.positions()[i];
        }
      } else if (records.next()) {
        seen += records.keyPosition();
      } else {
        return seen;
      }
    }
  }

  /** Keys only, field by field, as the first pass does with what is not of the common shape. */
  @Benchmark
  public long keys() throws IOException {
    long seen = 0;
    if (batch.isLegacy()) {
      legacy.open(batch);
      while (legacy.next()) {
        seen += legacy.keyPosition();
      }
      return seen;
    }
    records.open(batch, RecordCursor.Mode.KEYS);
    while (records.next()) {
      seen += records.keyPosition();
    }
    return seen;
  }

  /** Whole records, as a rewrite does. */
  @Benchmark
  public long whole() throws IOException {
    if (batch.isLegacy()) {
      return keys();
    }
    long seen = 0;
    records.open(batch, RecordCursor.Mode.WHOLE);
    while (records.next()) {
      seen += records.valuePosition();
    }
    return seen;
  }
}
