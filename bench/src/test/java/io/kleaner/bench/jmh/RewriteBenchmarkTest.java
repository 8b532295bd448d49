// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is measured does what it says. */
class RewriteBenchmarkTest {

  @ParameterizedTest
  @ValueSource(strings = {"none", "lz4", "zstd", "snappy", "gzip"})
  void keepHalf_runsOrOneByOne_sameBatch(String codec) throws IOException {
    RewriteBenchmark benchmark = new RewriteBenchmark();
    benchmark.codec = codec;
    benchmark.setUp();

    ByteBuffer inRuns = copy(benchmark.keepHalf());
    ByteBuffer oneByOne = copy(benchmark.keepHalfOneByOne());
    benchmark.tearDown();

    assertThat(inRuns).isEqualTo(oneByOne);
    assertThat(inRuns.getInt(57)).as("records").isEqualTo(50);
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "lz4", "zstd", "snappy", "gzip"})
  void readAndWrite_aBatch_allOfItAndNone(String codec) throws IOException {
    CodecBenchmark benchmark = new CodecBenchmark();
    benchmark.codec = codec;
    benchmark.setUp();

    int survivors = benchmark.read();
    ByteBuffer written = copy(benchmark.write());
    benchmark.tearDown();

    assertThat(survivors).isZero();
    assertThat(written).isEqualTo(Samples.batch(codec).rewind());
  }

  private static ByteBuffer copy(ByteBuffer batch) {
    return ByteBuffer.allocate(batch.remaining()).put(batch.duplicate()).flip();
  }
}
