// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.jmh;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs, with every parameter, once; what it measures is for a quiet machine. */
class BenchmarksTest {

  @Test
  void run_everyBenchmarkOnce_noneFails() throws RunnerException {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include("io\\.kleaner\\.bench\\.jmh\\..*")
                    .param("slots", "100000")
                    .mode(Mode.SingleShotTime)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .forks(0)
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    assertThat(
            results.stream()
                .map(each -> each.getParams().getBenchmark())
                .map(name -> name.replace("io.kleaner.bench.jmh.", ""))
                .collect(Collectors.groupingBy(name -> name, Collectors.counting())))
        .isEqualTo(
            Map.ofEntries(
                entry("HashBenchmark.keyHash", 4L),
                entry("HashBenchmark.md5", 4L),
                entry("MapBenchmark.putNewer", 3L),
                entry("MapBenchmark.getPresent", 3L),
                entry("MapBenchmark.getAbsent", 3L),
                entry("IndexBenchmark.putNewer", 2L),
                entry("IndexBenchmark.probePresent", 2L),
                entry("IndexBenchmark.probeAbsent", 2L),
                entry("CursorBenchmark.keys", 8L),
                entry("CursorBenchmark.keysInRuns", 8L),
                entry("CursorBenchmark.whole", 8L),
                entry("CodecBenchmark.read", 5L),
                entry("CodecBenchmark.write", 5L),
                entry("RewriteBenchmark.crc", 5L),
                entry("RewriteBenchmark.keepHalf", 5L),
                entry("RewriteBenchmark.keepHalfOneByOne", 5L)));
    assertThat(results)
        .allSatisfy(each -> assertThat(each.getPrimaryResult().getScore()).isPositive());
  }
}
