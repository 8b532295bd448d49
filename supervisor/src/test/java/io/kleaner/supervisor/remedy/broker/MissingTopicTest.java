// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import io.kleaner.supervisor.remedy.broker.Overrides.Ending;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker says of a topic with settings of ours that there is no such topic. */
class MissingTopicTest {

  private static final String RATIO = "min.cleanable.dirty.ratio";
  private static final String LAG = "max.compaction.lag.ms";
  private static final long LOOK_MS = 4_000;

  @TempDir private Path state;

  private final TopicSettings settings = new TopicSettings();
  private final HandClock clock = new HandClock();
  private final CancelToken token = new CancelToken();
  private final AtomicInteger looks = new AtomicInteger();
  private OverrideJournal journal;
  private Overrides overrides;
  private List<ConfigOverride> ours;

  @BeforeEach
  void set() throws IOException {
    journal = OverrideJournal.open(new LocalFileSystem(), state, "overrides");
    overrides =
        new Overrides(
            new ConfigAccess(settings.admin(), Duration.ofSeconds(30)), journal, clock, token);
    settings.of("poison").put(RATIO, "0.01");
    ours =
        overrides.set(
            ConfigTarget.topic("poison"), Map.of(RATIO, "1.0", LAG, "7"), Purpose.ISOLATE);
    onLook(look -> {});
    settings.know("poison", false);
  }

  @AfterEach
  void close() throws IOException {
    journal.close();
  }

  /** A look takes a while. */
  private void onLook(java.util.function.IntConsumer action) {
    settings.beforeLook(
        () -> {
          action.accept(looks.incrementAndGet());
          clock.passMs(LOOK_MS);
        });
  }

  @Test
  void restore_brokerThatDoesNotKnowItsClusterYet_keepsItAndTakesItBackLater() {
    settings.knowCluster(false);

    Restored early = overrides.restore(ours.get(0));

    assertThat(early.ending()).isEqualTo(Ending.STILL_OURS);
    assertThat(early.sentence()).contains("does not know its cluster yet");
    assertThat(journal.open()).isEqualTo(ours);
    settings.knowCluster(true);
    settings.know("poison", true);
    assertThat(ours)
        .allSatisfy(
            each -> assertThat(overrides.restore(each).ending()).isEqualTo(Ending.RESTORED));
    assertThat(settings.of("poison")).isEqualTo(Map.of(RATIO, "0.01"));
    assertThat(journal.open()).isEmpty();
  }

  @Test
  void restore_topicThatComesWithTheMetadata_isTakenBackAtOnce() {
    onLook(look -> settings.know("poison", look == 3));

    assertThat(overrides.restore(ours.get(0)).ending()).isEqualTo(Ending.RESTORED);

    assertThat(journal.open()).hasSize(1);
  }

  @Test
  void restore_deletedTopic_endsAsGoneWhenEveryLookHasMissedItForAWhile() {
    long beganNs = clock.nanoTime();

    assertThat(overrides.restore(ours.get(0)).ending()).isEqualTo(Ending.GONE);

    assertThat(clock.nanoTime() - beganNs).isGreaterThanOrEqualTo(DeletedTopics.SETTLE.toNanos());
    int first = looks.get();
    assertThat(first).isGreaterThan(2);
    assertThat(overrides.restore(ours.get(1)).ending()).isEqualTo(Ending.GONE);
    assertThat(looks).as("what is certain is not waited for again").hasValue(first + 1);
    assertThat(journal.open()).isEmpty();
  }

  @Test
  void restore_stopIsAskedForWhileItLooks_endsWithThisLookAndKeepsIt() {
    onLook(
        look -> {
          if (look == 2) {
            token.cancel();
          }
        });

    Restored stopped = overrides.restore(ours.get(0));

    assertThat(stopped.ending()).isEqualTo(Ending.STILL_OURS);
    assertThat(stopped.sentence()).contains("it was stopped while it looked");
    assertThat(looks).hasValue(2);
    assertThat(journal.open()).isEqualTo(ours);
  }

  @Test
  void restore_clusterForgottenInBetween_beginsToCountAnew() {
    onLook(look -> settings.knowCluster(look != 2));

    assertThat(overrides.restore(ours.get(0)).ending()).isEqualTo(Ending.STILL_OURS);

    assertThat(journal.open()).isEqualTo(ours);
    assertThat(overrides.restore(ours.get(0)).ending()).isEqualTo(Ending.GONE);
  }
}
