// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.judge.broker.Isolation;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Changed;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Refused;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Isolation where an operator has a hand in a topic's settings, too. */
class TopicIsolationTest {

  private static final String RATIO = "min.cleanable.dirty.ratio";
  private static final String LAG = "max.compaction.lag.ms";

  @TempDir private Path state;

  private final TopicSettings settings = new TopicSettings();
  private final HandClock clock = new HandClock(1_000);
  private OverrideJournal journal;
  private Overrides overrides;
  private TopicIsolation isolation;

  @BeforeEach
  void open() throws IOException {
    journal = OverrideJournal.open(new LocalFileSystem(), state, "overrides");
    overrides =
        new Overrides(new ConfigAccess(settings.admin(), Duration.ofSeconds(30)), journal, clock);
    isolation = new TopicIsolation(overrides, clock, new CancelToken());
    settings.of("poison").put(RATIO, "0.01");
  }

  @AfterEach
  void close() throws IOException {
    journal.close();
  }

  @Test
  void isolate_again_isRefusedWhileTheBrokerShowsIt() throws IOException {
    assertThat(isolation.isolate("poison", false)).isInstanceOf(Changed.class);
    assertThat(settings.of("poison")).containsAllEntriesOf(Isolation.SETTINGS);
    assertThat(isolation.isolatedMs(Optional.empty())).isEqualTo(Map.of("poison", 1_000L));

    assertThat(isolation.isolate("poison", true))
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.nextStep()).startsWith("Release it"));
  }

  @Test
  void isolate_operatorDeletedOurs_isolatesAnewAndGivesBackWhatTheOperatorMadeOfIt()
      throws IOException {
    isolation.isolate("poison", false);
    settings.of("poison").keySet().removeAll(Isolation.SETTINGS.keySet());

    assertThat(isolation.isolate("poison", false)).isInstanceOf(Changed.class);

    assertThat(settings.of("poison")).containsAllEntriesOf(Isolation.SETTINGS);
    assertThat(journal.open()).as("the former ones have ended").hasSize(2);
    assertThat(isolation.release("poison")).isInstanceOf(Changed.class);
    assertThat(settings.of("poison")).isEmpty();
    assertThat(journal.open()).isEmpty();
  }

  @Test
  void release_operatorChangedOneOfOurs_saysWhatWasLeftAloneAndThatItWasIsolatedNoMore()
      throws IOException {
    isolation.isolate("poison", false);
    settings.of("poison").put(RATIO, "0.5");

    assertThat(isolation.release("poison"))
        .isInstanceOfSatisfying(
            Changed.class,
            changed -> {
              assertThat(changed.summary())
                  .contains("was isolated no more", "'0.5' now", "it was left alone")
                  .contains("max.compaction.lag.ms on topic poison is not set there again");
              assertThat(changed.before()).isEqualTo("isolated in part");
            });

    assertThat(settings.of("poison")).containsExactly(Map.entry(RATIO, "0.5"));
    assertThat(journal.open()).isEmpty();
  }

  /** As most end it by hand. */
  @Test
  void release_operatorDeletedBoth_saysThatItWasNotIsolated() throws IOException {
    settings.of("poison").remove(RATIO);
    isolation.isolate("poison", false);
    settings.of("poison").keySet().removeAll(Isolation.SETTINGS.keySet());

    assertThat(isolation.release("poison"))
        .isInstanceOfSatisfying(
            Changed.class,
            changed -> {
              assertThat(changed.summary()).contains("was isolated no more");
              assertThat(changed.before()).isEqualTo("not isolated");
            });

    assertThat(settings.of("poison")).isEmpty();
    assertThat(journal.open()).isEmpty();
  }

  @Test
  void release_nobodyChangedAnything_saysThatItIsReleased() throws IOException {
    isolation.isolate("poison", false);

    assertThat(isolation.release("poison"))
        .isInstanceOfSatisfying(
            Changed.class,
            changed -> {
              assertThat(changed.summary()).contains("is released");
              assertThat(changed.before()).isEqualTo("isolated");
            });
  }

  /** By a run that was killed between the two: nobody else had a hand in it. */
  @Test
  void release_onlyHalfOfItWasEverMade_saysSo() throws IOException {
    overrides.set(
        ConfigTarget.topic("poison"),
        Map.of(LAG, Isolation.SETTINGS.get(LAG)),
        ConfigOverride.Purpose.ISOLATE);

    assertThat(isolation.release("poison"))
        .isInstanceOfSatisfying(
            Changed.class,
            changed -> {
              assertThat(changed.summary())
                  .contains("poison was isolated in part only: ")
                  .doesNotContain("someone");
              assertThat(changed.before()).isEqualTo("isolated in part");
            });

    assertThat(settings.of("poison")).containsExactly(Map.entry(RATIO, "0.01"));
    assertThat(journal.open()).isEmpty();
  }

  /** The broker does not tell when it is asked first. */
  @Test
  void release_nobodyKnowsWhatWasThereAndOneWasChanged_isNotToldAsReleased() throws IOException {
    isolation.isolate("poison", false);
    settings.of("poison").put(RATIO, "0.5");
    AtomicInteger reads = new AtomicInteger();
    settings.beforeRead(() -> settings.know("poison", reads.incrementAndGet() > 1));

    assertThat(isolation.release("poison"))
        .isInstanceOfSatisfying(
            Changed.class,
            changed -> {
              assertThat(changed.summary())
                  .contains("was isolated no more", "it was left alone")
                  .doesNotContain("is released");
              assertThat(changed.before()).isEqualTo("isolated in part");
            });
  }

  /** Of an operator's ratio nothing was given back, whatever was found when it was isolated. */
  @Test
  void release_ratioOfACompactionThatAnOperatorReplaced_isNotToldAsGivenBack() throws IOException {
    settings.of("poison").put(RATIO, "0.0");
    settings.beforeRead(() -> clock.passMs(1_000));
    isolation.isolate("poison", false);
    settings.of("poison").put(RATIO, "0.5");

    assertThat(isolation.release("poison"))
        .isInstanceOfSatisfying(
            Changed.class, changed -> assertThat(changed.summary()).doesNotContain("compact-now"));
  }

  @Test
  void isolate_operatorChangedOneOfOurs_setsItAgainAndStillKnowsWhatTheOtherWas()
      throws IOException {
    settings.of("poison").put("max.compaction.lag.ms", "5000");
    isolation.isolate("poison", false);
    settings.of("poison").put(RATIO, "0.5");

    assertThat(isolation.isolate("poison", false)).isInstanceOf(Changed.class);

    assertThat(settings.of("poison")).containsAllEntriesOf(Isolation.SETTINGS);
    assertThat(journal.open()).hasSize(2);
    isolation.release("poison");
    assertThat(settings.of("poison"))
        .containsOnly(Map.entry(RATIO, "0.5"), Map.entry("max.compaction.lag.ms", "5000"));
  }
}
