// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.jmh;

import io.kleaner.core.record.BatchBuilder;
import io.kleaner.core.record.BatchChecksum;
import io.kleaner.core.record.BatchHeader;
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

/** What a batch of 100 records costs the second pass: its checksum, and writing half of it anew. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RewriteBenchmark {

  /** The first record stays, the second goes, and so on. */
  private static final long EVERY_OTHER = 0xaaaaaaaaaaaaaaaaL;

  /** By Kafka's name. */
  @Param({"none", "lz4", "zstd", "snappy", "gzip"})
  public String codec;

  private final BatchTools tools = new BatchTools();
  private final BatchChecksum checksum = new BatchChecksum();
  private BatchHeader batch;

  /** Makes the batch. */
  @Setup
  public void setUp() throws IOException {
    batch = new BatchHeader().wrap(Samples.batch(codec), 0);
  }

  /** Frees native memory. */
  @TearDown
  public void tearDown() {
    tools.close();
  }

  /** CRC-32C of the batch as it lies on disk. */
  @Benchmark
  public long crc() {
    return checksum.compute(batch);
  }

  /** Decompresses, keeps every other record, compresses and checksums. */
  @Benchmark
  public ByteBuffer keepHalf() throws IOException {
    tools.builder.begin(batch, BatchBuilder.NO_HORIZON);
    Survivors.append(batch, tools.records, tools.builder, EVERY_OTHER);
    return tools.builder.finish();
  }

  /** The same field by field, as it is done with records that are not of the common shape. */
  @Benchmark
  public ByteBuffer keepHalfOneByOne() throws IOException {
    tools.builder.begin(batch, BatchBuilder.NO_HORIZON);
    tools.records.open(batch, RecordCursor.Mode.WHOLE);
    boolean keep = false;
    while (tools.records.next()) {
      keep = !keep;
      if (keep) {
        tools.builder.append(tools.records);
      }
    }
    return tools.builder.finish();
  }
}
