// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.remedy.broker.ConfigAccess;
import io.kleaner.supervisor.remedy.broker.OverrideJournal;
import io.kleaner.supervisor.remedy.broker.Overrides;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.remedy.broker.TopicIsolation;
import io.kleaner.supervisor.remedy.broker.TopicSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoweredTopicsTest {

  private static final String RATIO = "min.cleanable.dirty.ratio";

  @TempDir private Path state;

  private final TopicSettings settings = new TopicSettings();
  private final List<String> told = new ArrayList<>();
  private OverrideJournal journal;
  private LoweredTopics topics;

  @BeforeEach
  void lower() throws IOException {
    journal = OverrideJournal.open(new LocalFileSystem(), state, "compact-now");
    topics =
        new LoweredTopics(
            new Overrides(
                new ConfigAccess(settings.admin(), Duration.ofSeconds(30)),
                journal,
                new HandClock()),
            told::add);
    for (String topic : List.of("a", "b")) {
      settings.of(topic).put(RATIO, "0.5");
      topics.lower(topic, true);
    }
  }

  @AfterEach
  void close() throws IOException {
    journal.close();
  }

  @Test
  void end_ofOneTopic_givesBackItsSettingsAlone() {
    topics.end("a");

    assertThat(settings.of("a")).containsExactly(Map.entry(RATIO, "0.5"));
    assertThat(settings.of("b")).containsEntry(RATIO, "0.0").containsKey("segment.ms");
    assertThat(topics.lowered()).containsExactly("b");
    assertThat(journal.open()).hasSize(3);
  }

  @Test
  void end_couldNotBeGivenBackWhenItsTimeCame_isToldAtOnceAndGivenBackAtTheEnd() {
    settings.failChanges(true);
    topics.end("a");
    assertThat(topics.lowered()).containsExactly("b");
    assertThat(told)
        .hasSize(3)
        .allSatisfy(line -> assertThat(line).contains("is still set on topic a", "by hand: "));
    settings.failChanges(false);

    topics.end();

    assertThat(settings.of("a")).containsExactly(Map.entry(RATIO, "0.5"));
    assertThat(settings.of("b")).containsExactly(Map.entry(RATIO, "0.5"));
    assertThat(topics.restored()).hasSize(6).allMatch(Restored::isOver);
    assertThat(told).as("that it is over, of what was told").hasSize(6);
    assertThat(journal.open()).isEmpty();
  }

  @Test
  void endAgain_clusterIsBack_givesBackWhatItCouldNotWhenItsTimeCame() {
    settings.failChanges(true);
    topics.endRoll("a");
    topics.endAgain();
    assertThat(told).as("told once").hasSize(1);
    settings.failChanges(false);

    topics.endAgain();

    assertThat(settings.of("a")).containsEntry(RATIO, "0.0").doesNotContainKey("segment.ms");
    assertThat(told).last().asString().contains("segment.ms on topic a is not set there again");
    topics.end();
    assertThat(topics.restored()).as("each once").hasSize(6).doesNotHaveDuplicates();
    assertThat(told).hasSize(2);
  }

  @Test
  void endAgain_clusterIsStillAway_triesOneSettingEachTimeAndAllInTurn() {
    settings.failChanges(true);
    topics.end("a");
    AtomicInteger reads = new AtomicInteger();
    settings.beforeRead(reads::incrementAndGet);
    topics.endAgain();
    assertThat(reads).hasValue(1);
    settings.failChanges(false);

    topics.endAgain();

    assertThat(settings.of("a")).containsExactly(Map.entry(RATIO, "0.5"));
  }

  /** An isolation waits for it, and is what gives it back else. */
  @Test
  void endAgain_topicIsBeingIsolatedMeanwhile_theIsolationFindsTheTopicsOwn() throws IOException {
    settings.failChanges(true);
    topics.end("a");
    settings.failChanges(false);
    HandClock clock = new HandClock();
    AtomicBoolean once = new AtomicBoolean();
    settings.beforeRead(
        () -> {
          clock.passMs(1_000);
          if (settings.of("a").containsKey("max.compaction.lag.ms") && !once.getAndSet(true)) {
            topics.endAgain();
          }
        });
    try (OverrideJournal isolations =
        OverrideJournal.open(new LocalFileSystem(), state, "overrides")) {
      TopicIsolation isolation =
          new TopicIsolation(
              new Overrides(
                  new ConfigAccess(settings.admin(), Duration.ofSeconds(30)), isolations, clock),
              clock,
              new CancelToken());

      isolation.isolate("a", false);
      isolation.release("a");
    }

    assertThat(settings.of("a")).containsExactly(Map.entry(RATIO, "0.5"));
  }

  @Test
  void end_couldNotBeGivenBackAtAll_isToldAndStaysInTheJournal() {
    settings.failChanges(true);
    topics.end("a");

    topics.end();

    assertThat(topics.restored()).hasSize(6).noneMatch(Restored::isOver);
    assertThat(told).hasSize(6);
    assertThat(journal.open()).hasSize(6);
  }
}
