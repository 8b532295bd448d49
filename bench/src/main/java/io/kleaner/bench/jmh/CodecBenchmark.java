// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.jmh;

import io.kleaner.core.record.BatchBuilder;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.Codec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
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

/**
 * Each codec with as little else as can be, for a batch of 100 records: what {@code none} takes is
 * the rest, which all of them have.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark {

  private static final long ALL = -1L;

  /** By Kafka's name. */
  @Param({"none", "lz4", "zstd", "snappy", "gzip"})
  public String codec;

  private final BatchTools tools = new BatchTools();
  private BatchHeader plain;
  private BatchHeader compressed;
  private Codec wanted;

  /** Makes the batches. */
  @Setup
  public void setUp() throws IOException {
    plain = new BatchHeader().wrap(Samples.batch("none"), 0);
    compressed = new BatchHeader().wrap(Samples.batch(codec), 0);
    wanted = Codec.valueOf(codec.toUpperCase(Locale.ROOT));
  }

  /** Frees native memory. */
  @TearDown
  public void tearDown() {
    tools.close();
  }

  /** Decompresses; every record is passed over by its length. */
  @Benchmark
  public int read() throws IOException {
    tools.builder.begin(plain, BatchBuilder.NO_HORIZON, Codec.NONE);
    Survivors.append(compressed, tools.records, tools.builder, ALL);
    return tools.builder.recordCount();
  }

  /** Compresses records that are copied in one piece, and computes the batch's checksum. */
  @Benchmark
  public ByteBuffer write() throws IOException {
    tools.builder.begin(plain, BatchBuilder.NO_HORIZON, wanted);
    Survivors.append(plain, tools.records, tools.builder, 0);
    return tools.builder.finish();
  }
}
