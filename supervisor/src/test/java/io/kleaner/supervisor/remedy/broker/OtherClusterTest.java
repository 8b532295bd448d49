// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.FixedClock;
import io.kleaner.supervisor.judge.broker.Isolation;
import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import io.kleaner.supervisor.remedy.broker.Overrides.Ending;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Changed;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Refused;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state directory that is used on one cluster, and then on another with a topic of that name. */
class OtherClusterTest {

  private static final String RATIO = "min.cleanable.dirty.ratio";
  private static final ConfigTarget ORDERS = ConfigTarget.topic("orders");

  @TempDir private Path state;

  private final TopicSettings first = new TopicSettings();
  private final TopicSettings second = new TopicSettings();
  private final FixedClock clock = new FixedClock(1_000);
  private OverrideJournal journal;

  @BeforeEach
  void open() throws IOException {
    journal = OverrideJournal.open(new LocalFileSystem(), state, "overrides");
    first.clusterId("first");
    second.clusterId("second");
    first.of("orders").put(RATIO, "0.5");
  }

  @AfterEach
  void close() throws IOException {
    journal.close();
  }

  private Overrides on(TopicSettings cluster) {
    return new Overrides(new ConfigAccess(cluster.admin(), Duration.ofSeconds(30)), journal, clock);
  }

  private List<Restored> recoverOn(TopicSettings cluster) {
    return on(cluster).recover(Optional::empty);
  }

  @Test
  void recover_leftOnAnotherCluster_changesNothingHereTellsAndTakesItBackThere()
      throws IOException {
    on(first).set(ORDERS, Map.of(RATIO, "0.0"), Purpose.COMPACT_NOW);
    second.of("orders").put(RATIO, "0.0");

    List<Restored> here = recoverOn(second);

    assertThat(here).extracting(Restored::ending).containsExactly(Ending.STILL_OURS);
    assertThat(here.get(0).triedAgain()).as("not from here").isFalse();
    assertThat(here.get(0).sentence())
        .contains("topic orders of cluster first", "this is cluster second", RATIO + "=0.5");
    assertThat(second.of("orders")).containsEntry(RATIO, "0.0");
    assertThat(first.of("orders")).containsEntry(RATIO, "0.0");

    assertThat(recoverOn(first)).extracting(Restored::ending).containsExactly(Ending.RESTORED);
    assertThat(first.of("orders")).containsEntry(RATIO, "0.5");
    assertThat(journal.open()).isEmpty();
  }

  @Test
  void recover_topicIsNotInThisCluster_isNotTakenForDeleted() throws IOException {
    on(first).set(ORDERS, Map.of(RATIO, "0.0"), Purpose.COMPACT_NOW);
    second.know("orders", false);

    assertThat(recoverOn(second)).extracting(Restored::ending).containsExactly(Ending.STILL_OURS);

    assertThat(journal.open()).hasSize(1);
  }

  @Test
  void recover_meantToStayOnAnotherCluster_isTold() throws IOException {
    on(first).set(ORDERS, Isolation.SETTINGS, Purpose.ISOLATE);

    assertThat(recoverOn(first)).as("it is to stay").isEmpty();
    assertThat(recoverOn(second).get(0).sentence()).contains("of cluster first");
    assertThat(journal.open()).hasSize(2);
  }

  /** An earlier version named no cluster. */
  @Test
  void recover_lineWithoutACluster_isTakenBackOnlyWhereOurTextIs() throws IOException {
    ConfigOverride old =
        journal.begin(
            Optional.empty(),
            ORDERS,
            RATIO,
            new Former(Optional.of("0.5"), Optional.of("0.5"), Origin.TOPIC),
            "0.0",
            Purpose.COMPACT_NOW,
            1);
    second.of("orders").put(RATIO, "0.7");
    first.of("orders").put(RATIO, "0.0");

    Restored elsewhere = recoverOn(second).get(0);
    second.know("orders", false);
    assertThat(recoverOn(second)).extracting(Restored::ending).containsExactly(Ending.STILL_OURS);

    assertThat(elsewhere.sentence()).contains("a cluster that is not written down");
    assertThat(journal.open()).containsExactly(old);
    assertThat(second.of("orders")).containsEntry(RATIO, "0.7");
    assertThat(recoverOn(first)).extracting(Restored::ending).containsExactly(Ending.RESTORED);
    assertThat(first.of("orders")).containsEntry(RATIO, "0.5");
  }

  @Test
  void isolate_sameNameWasIsolatedOnAnotherCluster_isAnIsolationOfItsOwn() throws IOException {
    TopicIsolation there = new TopicIsolation(on(first), clock, new CancelToken());
    TopicIsolation here = new TopicIsolation(on(second), clock, new CancelToken());
    there.isolate("orders", false);

    assertThat(here.release("orders")).isInstanceOf(Refused.class);
    assertThat(here.isolate("orders", false)).isInstanceOf(Changed.class);
    assertThat(here.release("orders")).isInstanceOf(Changed.class);

    assertThat(there.isolatedMs(Optional.of("first"))).containsOnlyKeys("orders");
    assertThat(here.isolatedMs(Optional.of("second"))).isEmpty();
    assertThat(there.release("orders")).isInstanceOf(Changed.class);
    assertThat(first.of("orders")).containsExactly(Map.entry(RATIO, "0.5"));
  }
}
