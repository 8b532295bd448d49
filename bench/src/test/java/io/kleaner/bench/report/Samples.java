// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.report;

import io.kleaner.bench.engine.EngineName;
import io.kleaner.bench.engine.Figures;
import io.kleaner.bench.workload.Values;
import java.util.List;
import java.util.Optional;

/** Results as a run would give them. */
final class Samples {

  private Samples() {}

  static Measured measured(String workload) {
    return new Measured(
        workload,
        "uncompressed & \"small\"",
        1L << 30,
        8_000_000,
        List.of(
            run(EngineName.KAFKA, 1, 8),
            run(EngineName.KLEANER, 1, 2),
            run(EngineName.KLEANER, 2, 1)),
        new Measured.Floor(0.2, 0.4, 0.8),
        Measured.Sameness.of(true, Optional.empty()));
  }

  static Results results() {
    return new Results(
        "2 x something",
        "abcdef",
        "2026-01-01",
        "scripts/bench --workload W1",
        Values.DOCUMENTS,
        List.of(measured("W1"), measured("W2")));
  }

  private static Measured.Run run(EngineName engine, int threads, double seconds) {
    return new Measured.Run(
        engine,
        threads,
        0,
        figures(2 * seconds),
        List.of(figures(seconds), figures(0.9 * seconds), figures(1.1 * seconds)));
  }

  private static Figures figures(double seconds) {
    return new Figures(
        seconds / 4, seconds / 2, seconds, seconds, 100 << 20, 1 << 20, 15, 2L << 30, 1, 1, 0);
  }
}
