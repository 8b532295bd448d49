// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.CleanOptions;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The comparison compares: both clean, and leave the same. Its times are not judged here. */
class ComparisonTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"none", "lz4", "zstd", "gzip", "snappy"})
  void run_smallWorkload_bothCleanTheSame(String codec) throws IOException {
    Workload workload = new Workload(8L << 20, codec, 100, 100, 0.3, 1L << 20);

    Comparison.Round round = new Comparison(temp, workload).run(CleanOptions.Verify.NORMAL);

    assertThat(round.stats().superseded()).isPositive();
    assertThat(round.kafkaMapNanos()).isPositive();
    assertThat(round.ratio()).isPositive();
  }
}
