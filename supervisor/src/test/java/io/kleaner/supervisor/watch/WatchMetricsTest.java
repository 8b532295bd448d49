// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.metrics.Exported;
import io.kleaner.supervisor.metrics.Metric;
import io.kleaner.supervisor.metrics.Metrics;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the sidecar's metrics show, stepped by hand. */
class WatchMetricsTest {

  private static final String DATA = Broker.DIR.toString();

  @TempDir private Path temp;

  private static OptionalDouble state(Metrics metrics, String topic, String number, String state) {
    return metrics.value(Metric.PARTITION_STATE, DATA, topic, number, state);
  }

  @Test
  void partitions_moreThanAreExported_theDirtiestAndThoseLeftAloneAre() {
    SteppedWatch watch = SteppedWatch.usual();
    // All before the others by name, and clean.
    for (int i = 0; i < Exported.MAX_PARTITIONS; i++) {
      watch.broker.partition(new TopicPartition("aaa", i), files -> {});
    }
    TopicPartition dirty = new TopicPartition("zzz", 0);
    TopicPartition isolated = new TopicPartition("held", 0);
    watch.broker.partition(dirty, Broker.Files::eligible);
    watch.broker.partition(isolated, Broker.Files::isolated);
    watch.hands.isolated = Set.of("held");
    watch.supervisor.tick();

    Metrics metrics = watch.metrics.refreshed();

    assertThat(metrics.value(Metric.PARTITION_DIRTY_RATIO, DATA, "zzz", "0")).hasValue(0.9);
    assertThat(state(metrics, "held", "0", "quarantined")).hasValue(1);
    assertThat(metrics.value(Metric.PARTITION_DIRTY_RATIO, DATA, "orders", "0")).isEmpty();
    // Beside those two there is orders-0.
    assertThat(metrics.value(Metric.PARTITIONS_NOT_EXPORTED)).hasValue(3);
  }

  @Test
  void remediesEnabled_journalIsKeptOrNot_saysSo() throws Exception {
    SteppedWatch without = SteppedWatch.usual();
    without.supervisor.tick();
    assertThat(without.metrics.refreshed().value(Metric.REMEDIES_ENABLED)).hasValue(0);

    try (Journal journal = Journal.open(new LocalFileSystem(), temp)) {
      SteppedWatch with = new SteppedWatch(journal, RemedyPolicy.defaults(false));
      with.supervisor.tick();
      assertThat(with.metrics.refreshed().value(Metric.REMEDIES_ENABLED)).hasValue(1);
    }
  }

  @Test
  void remediesEnabled_readOnly_isAbsent() {
    SteppedWatch watch = new SteppedWatch(Journal.inMemory("a test"), RemedyPolicy.defaults(true));
    watch.supervisor.tick();
    assertThat(watch.metrics.refreshed().value(Metric.REMEDIES_ENABLED)).isEmpty();
  }
}
