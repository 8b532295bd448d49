// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.pace.Throttle;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.cleaner.Cause;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import io.kleaner.supervisor.cleaner.Puppet;
import io.kleaner.supervisor.cleaner.ServedDirs;
import io.kleaner.supervisor.metrics.Exported;
import io.kleaner.supervisor.metrics.Metric;
import io.kleaner.supervisor.metrics.Metrics;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the service's metrics show, stepped by hand. */
class MetricsFeedTest extends StepLab {

  private static final String DIR = LOGS.toString();

  private final MetricsFeed feed =
      new MetricsFeed(
          supervisor,
          chronicle,
          report,
          Throttle.unlimited(),
          new AlertDispatcher(List.of()),
          crew,
          events,
          new ServedDirs(),
          List.of(LOGS));

  private static long series(Metrics metrics, Metric metric) {
    return metrics
        .prometheusText()
        .lines()
        .filter(line -> line.startsWith(metric.text() + "{"))
        .count();
  }

  /** Of as many clean ones as are shown, all before the others by name. */
  private void clean(PartitionId... others) {
    List<PartitionId> all = new ArrayList<>(List.of(others));
    for (int i = 0; i < Exported.MAX_PARTITIONS; i++) {
      all.add(Puppet.id(DIR, "aaa", i));
    }
    Puppet.present(board, all.toArray(PartitionId[]::new));
    all.forEach(id -> Puppet.look(board, id, PartitionStatus.CLEAN, 0, clock.nowMs()));
  }

  @Test
  void partitions_moreThanAreExported_theDirtiestAndThoseLeftAloneAre() {
    PartitionId dirty = Puppet.id(DIR, "zzz", 0);
    PartitionId held = Puppet.id(DIR, "zzz", 1);
    PartitionId rest = Puppet.id(DIR, "zzz", 2);
    clean(dirty, held, rest);
    Puppet.look(board, dirty, PartitionStatus.DIRTY, 900, clock.nowMs());
    board
        .holds()
        .hold(
            held,
            new Hold(
                Hold.Kind.BY_HAND,
                Cause.BY_HAND,
                "being restored",
                "",
                clock.nowMs(),
                Hold.RELEASED_ONLY,
                0));
    step(500);

    Metrics metrics = feed.refreshed();

    assertThat(metrics.value(Metric.PARTITION_DIRTY_RATIO, DIR, "zzz", "0")).hasValue(0.9);
    assertThat(metrics.value(Metric.PARTITION_STATE, DIR, "zzz", "1", "quarantined")).hasValue(1);
    assertThat(metrics.value(Metric.PARTITION_STATE, DIR, "zzz", "2", "clean")).isEmpty();
    assertThat(metrics.value(Metric.PARTITIONS_NOT_EXPORTED)).hasValue(3);
    assertThat(metrics.value(Metric.PARTITIONS, DIR, "clean"))
        .as("counted all the same")
        .hasValue(Exported.MAX_PARTITIONS + 1);
    for (Metric metric : List.of(Metric.PARTITION_STATE, Metric.PARTITION_SIZE_BYTES)) {
      assertThat(series(metrics, metric)).as(metric.text()).isEqualTo(Exported.MAX_PARTITIONS);
    }
  }

  /** What is no longer among those that are shown leaves no series behind. */
  @Test
  void partitions_othersAreTheDirtiestNow_seriesOfTheFormerGo() {
    PartitionId one = Puppet.id(DIR, "zzz", 0);
    PartitionId two = Puppet.id(DIR, "zzz", 1);
    clean(one, two);
    Puppet.look(board, one, PartitionStatus.DIRTY, 900, clock.nowMs());
    step(500);
    assertThat(feed.refreshed().value(Metric.PARTITION_DIRTY_RATIO, DIR, "zzz", "0")).isPresent();

    Puppet.look(board, one, PartitionStatus.CLEAN, 0, clock.nowMs());
    Puppet.look(board, two, PartitionStatus.DIRTY, 900, clock.nowMs());
    step(500);

    Metrics metrics = feed.refreshed();
    assertThat(metrics.value(Metric.PARTITION_DIRTY_RATIO, DIR, "zzz", "0")).isEmpty();
    assertThat(metrics.value(Metric.PARTITION_DIRTY_RATIO, DIR, "zzz", "1")).hasValue(0.9);
    assertThat(series(metrics, Metric.PARTITION_STATE)).isEqualTo(Exported.MAX_PARTITIONS);
  }
}
