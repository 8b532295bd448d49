// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsTest {

  private final Metrics metrics = new Metrics();

  @Test
  void value_neverSet_isNotKnown() {
    assertThat(metrics.value(Metric.CLEANS)).isEmpty();
  }

  @Test
  void set_twice_keepsTheLatter() {
    metrics.set(Metric.ALERTS_FIRING, 3);
    metrics.set(Metric.ALERTS_FIRING, 1);

    assertThat(metrics.value(Metric.ALERTS_FIRING)).hasValue(1);
  }

  @Test
  void set_tooFewLabels_isRefused() {
    assertThatThrownBy(() -> metrics.set(Metric.PARTITION_SIZE_BYTES, 1, "/data", "orders"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[log_dir, topic, partition]");
  }

  @Test
  void add_counter_beginsAtZeroAndSums() {
    metrics.add(Metric.INCIDENTS, 2, "worker_dead");
    metrics.add(Metric.INCIDENTS, 3, "worker_dead");

    assertThat(metrics.value(Metric.INCIDENTS, "worker_dead")).hasValue(5);
  }

  @Test
  void add_gauge_isRefused() {
    assertThatThrownBy(() -> metrics.add(Metric.ALERTS_FIRING, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN})
  void add_whatWouldTakeFromACounter_isRefused(double delta) {
    assertThatThrownBy(() -> metrics.add(Metric.CLEANS, delta))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void retain_seriesThatIsGone_hasNoValueAnyMore() {
    metrics.set(Metric.WORKER_STATE, 1, "cleaner-0", "idle");
    metrics.set(Metric.WORKER_STATE, 1, "cleaner-0", "dead");

    metrics.retain(Metric.WORKER_STATE, Set.of(List.of("cleaner-0", "dead")));

    assertThat(metrics.value(Metric.WORKER_STATE, "cleaner-0", "idle")).isEmpty();
    assertThat(metrics.value(Metric.WORKER_STATE, "cleaner-0", "dead")).hasValue(1);
  }

  @Test
  void set_afterRetainDroppedIt_isThereAgain() {
    metrics.set(Metric.LOG_DIR_FREE_BYTES, 1, "/data");
    metrics.retain(Metric.LOG_DIR_FREE_BYTES, Set.of());

    metrics.set(Metric.LOG_DIR_FREE_BYTES, 2, "/data");

    assertThat(metrics.value(Metric.LOG_DIR_FREE_BYTES, "/data")).hasValue(2);
  }

  @Test
  void add_byManyThreadsAtOnce_losesNothing() throws Exception {
    int threads = 4;
    int rounds = 20_000;

    onAll(threads, () -> repeat(rounds, i -> metrics.add(Metric.CLEANS, 1)));

    assertThat(metrics.value(Metric.CLEANS)).isEqualTo(OptionalDouble.of(threads * rounds));
  }

  @Test
  void everything_byManyThreadsAtOnce_staysReadable() throws Exception {
    onAll(
        4,
        () ->
            repeat(
                500,
                i -> {
                  // The same new series from all threads, dropped by all, read by all.
                  metrics.set(Metric.LOG_DIR_FREE_BYTES, i, "/data/" + i % 7);
                  metrics.set(Metric.PARTITION_SIZE_BYTES, i, "/data", "orders", "" + i % 7);
                  if (i % 5 == 0) {
                    metrics.retain(Metric.LOG_DIR_FREE_BYTES, Set.of(List.of("/data/0")));
                    metrics.retain(Metric.PARTITION_SIZE_BYTES, Set.of());
                  }
                  OpenMetricsParser.parse(metrics.openMetricsText());
                }));

    metrics.retain(Metric.LOG_DIR_FREE_BYTES, Set.of());
    assertThat(metrics.registry().getNames()).isEmpty();
  }

  private interface Step {
    void run(int round);
  }

  private static void repeat(int rounds, Step step) {
    for (int i = 0; i < rounds; i++) {
      step.run(i);
    }
  }

  private static void onAll(int threads, Runnable work) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    CyclicBarrier start = new CyclicBarrier(threads);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(
            pool.submit(
                () -> {
                  start.await();
                  work.run();
                  return null;
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      pool.shutdownNow();
    }
  }
}
