// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.bench.engine.EngineName;
import io.kleaner.bench.engine.Figures;
import io.kleaner.bench.report.Measured;
import io.kleaner.bench.workload.Workload;
import io.kleaner.bench.workload.Workloads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The comparison compares: both clean, and leave the same. Its times are not judged here. */
class SideBySideTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"W3", "W10", "W11", "W12"})
  void run_smallWorkload_bothCleanTheSame(String name) throws IOException {
    BenchArguments arguments =
        BenchArguments.parse(List.of("--workload", name, "--size", "2m", "--runs", "1"));
    Workload workload = Workloads.named(name, arguments.sizeBytes(), 1).orElseThrow();

    Measured measured = new SideBySide(temp, arguments, line -> {}).run(workload);

    assertThat(measured.sameness().text()).startsWith("same");
    assertThat(measured.threads(EngineName.KAFKA))
        .isEqualTo(name.equals("W11") ? List.of(1, 2) : List.of(1));
    for (Measured.Run run : measured.runs()) {
      Figures figures = run.median();
      assertThat(figures.mapS()).isPositive();
      assertThat(figures.copyS()).isPositive();
      assertThat(figures.bytesWritten()).isPositive();
      assertThat(figures.rssBytes()).isPositive();
      assertThat(figures.rounds()).isEqualTo(1);
    }
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void run_twoBudgets_bothInTurnAndOnlyTheSmallOneSpills() throws IOException {
    BenchArguments arguments =
        BenchArguments.parse(
            List.of(
                ("--workload W13 --keys 200k --engines kleaner --threads 1 --runs 1"
                        + " --memory 32m,1m")
                    .split(" ")));
    Workload workload =
        Workloads.named("W13", arguments.sizeBytes(), arguments.keys()).orElseThrow();

    Measured measured = new SideBySide(temp, arguments, line -> {}).run(workload);

    assertThat(measured.runs())
        .extracting(Measured.Run::name)
        .containsExactly("kleaner 1m", "kleaner 32m");
    assertThat(measured.runs())
        .extracting(run -> run.median().spilledBytes() > 0)
        .containsExactly(true, false);
    assertThat(measured.sameness().text()).isEqualTo("same bytes");
  }
}
