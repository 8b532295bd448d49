// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.judge.broker.Isolation;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import io.kleaner.supervisor.remedy.broker.Overrides.Ending;
import io.kleaner.supervisor.remedy.broker.Overrides.Restored;
import io.kleaner.supervisor.remedy.broker.RemedyOutcome.Changed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A compaction on demand and an isolation of the same topic, each with its own directory. */
class GiveWayTest {

  private static final String RATIO = "min.cleanable.dirty.ratio";
  private static final String LAG = "max.compaction.lag.ms";
  private static final String LONGEST = Long.toString(Long.MAX_VALUE);

  @TempDir private Path temp;

  private final TopicSettings settings = new TopicSettings();
  private final HandClock clock = new HandClock();
  private OverrideJournal compactions;
  private OverrideJournal isolations;
  private Overrides compaction;
  private TopicIsolation isolation;

  @BeforeEach
  void open() throws IOException {
    compactions = journal("compact-now");
    isolations = journal("overrides");
    compaction = by(compactions);
    isolation = new TopicIsolation(by(isolations), clock, new CancelToken());
    settings.of("poison").put(RATIO, "0.5");
  }

  private OverrideJournal journal(String name) throws IOException {
    return OverrideJournal.open(
        new LocalFileSystem(), Files.createDirectories(temp.resolve(name)), name);
  }

  private Overrides by(OverrideJournal journal) {
    return new Overrides(
        new ConfigAccess(settings.admin(), Duration.ofSeconds(30)), journal, clock);
  }

  @AfterEach
  void close() throws IOException {
    compactions.close();
    isolations.close();
  }

  private List<ConfigOverride> compact() throws IOException {
    return compaction.set(ConfigTarget.topic("poison"), OnDemandSettings.NOW, Purpose.COMPACT_NOW);
  }

  private List<Restored> recoverCompaction() {
    return compaction.recover(Optional::empty);
  }

  @Test
  void isolate_compactionIsAtWork_itGivesWayAndAReleaseGivesBackTheTopicsOwn() throws IOException {
    compact();
    settings.beforeRead(
        () -> {
          clock.passMs(100);
          if (LONGEST.equals(settings.of("poison").get(LAG)) && !compactions.open().isEmpty()) {
            settings.beforeRead(() -> {});
            compactions.open().forEach(compaction::restore);
          }
        });

    assertThat(isolation.isolate("poison", false)).isInstanceOf(Changed.class);

    assertThat(compactions.open()).isEmpty();
    assertThat(settings.of("poison")).isEqualTo(Isolation.SETTINGS);
    assertThat(isolation.release("poison")).isInstanceOf(Changed.class);
    assertThat(settings.of("poison")).containsExactly(Map.entry(RATIO, "0.5"));
  }

  /** Nobody gives way then, and nobody loses what the topic had. */
  @Test
  void isolate_compactionWasKilled_theTwoAreTakenBackOneAfterTheOther() throws IOException {
    compact();
    settings.beforeRead(() -> clock.passMs(1_000));

    assertThat(isolation.isolate("poison", false))
        .isInstanceOfSatisfying(
            Changed.class, changed -> assertThat(changed.summary()).contains("compact-now"));
    assertThat(settings.of("poison")).containsAllEntriesOf(Isolation.SETTINGS);

    assertThat(recoverCompaction())
        .filteredOn(each -> each.override().key().equals(RATIO))
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.ending()).isEqualTo(Ending.STILL_OURS);
              assertThat(each.sentence()).contains("is isolated", "it was '0.5' there before");
            });
    assertThat(settings.of("poison")).isEqualTo(Isolation.SETTINGS);

    assertThat(isolation.release("poison"))
        .isInstanceOfSatisfying(
            Changed.class, changed -> assertThat(changed.summary()).contains("compact-now"));
    assertThat(recoverCompaction()).extracting(Restored::ending).containsExactly(Ending.RESTORED);
    assertThat(settings.of("poison")).containsExactly(Map.entry(RATIO, "0.5"));
    assertThat(compactions.open()).isEmpty();
    assertThat(isolations.open()).isEmpty();
  }

  /** What was there before is what the isolation set: it must not pass for taken back. */
  @Test
  void restore_topicIsIsolatedAndItsOwnRatioWasOne_staysOpenUntilTheRelease() throws IOException {
    settings.of("poison").put(RATIO, "1.0");
    compact();
    settings.beforeRead(() -> clock.passMs(1_000));
    isolation.isolate("poison", false);

    recoverCompaction();
    isolation.release("poison");
    recoverCompaction();

    assertThat(settings.of("poison")).containsExactly(Map.entry(RATIO, "1.0"));
  }

  /** The broker is gone by the time the second half is set. */
  @Test
  void isolate_failsBetweenItsHalves_theFirstIsTakenBack() throws IOException {
    settings.of("poison").put(LAG, "5000");
    compact();
    long beganMs = clock.nowMs();
    settings.beforeRead(
        () -> {
          clock.passMs(1_000);
          if (LONGEST.equals(settings.of("poison").get(LAG)) && clock.nowMs() > beganMs + 8_000) {
            settings.beforeRead(() -> {});
            throw new IllegalStateException("a test");
          }
        });

    assertThatThrownBy(() -> isolation.isolate("poison", false)).hasMessage("a test");

    assertThat(settings.of("poison")).containsEntry(LAG, "5000").containsEntry(RATIO, "0.0");
    assertThat(isolations.open()).isEmpty();
  }

  private void killedBetweenItsHalves() throws IOException {
    settings.of("poison").put(LAG, "5000");
    by(isolations).set(ConfigTarget.topic("poison"), Map.of(LAG, LONGEST), Purpose.ISOLATE);
  }

  @Test
  void recover_isolationWasKilledBetweenItsHalves_isTakenBack() throws IOException {
    killedBetweenItsHalves();
    assertThat(isolation.isolatedMs(Optional.empty())).as("half of one").isEmpty();
    clock.passMs(59_999);
    assertThat(by(isolations).recover(Optional::empty)).as("a broker may be behind").isEmpty();
    clock.passMs(1);

    assertThat(by(isolations).recover(Optional::empty))
        .extracting(Restored::ending)
        .containsExactly(Ending.RESTORED);

    assertThat(settings.of("poison")).containsOnly(Map.entry(LAG, "5000"), Map.entry(RATIO, "0.5"));
    assertThat(isolations.open()).isEmpty();
  }

  @Test
  void recover_operatorChangedHalfOfAnIsolation_theRestIsTakenBackAndTheirsStays()
      throws IOException {
    isolation.isolate("poison", false);
    settings.of("poison").put(RATIO, "0.3");
    clock.passMs(60_000);

    by(isolations).recover(Optional::empty);

    assertThat(settings.of("poison")).containsExactly(Map.entry(RATIO, "0.3"));
    assertThat(isolations.open()).isEmpty();
  }

  @Test
  void recover_isolationIsWholeOrNotSeen_isLetAlone() throws IOException {
    isolation.isolate("poison", false);
    clock.passMs(60_000);

    assertThat(by(isolations).recover(Optional::empty)).isEmpty();
    settings.know("poison", false);
    assertThat(by(isolations).recover(Optional::empty)).isEmpty();
    settings.know("poison", true);
    assertThat(settings.of("poison")).isEqualTo(Isolation.SETTINGS);

    // As a broker shows it that has not applied our change yet.
    settings.of("poison").keySet().removeAll(Isolation.SETTINGS.keySet());
    settings.of("poison").put(RATIO, "0.5");
    assertThat(by(isolations).recover(Optional::empty)).isEmpty();
    assertThat(isolations.open()).hasSize(2);
  }

  @Test
  void mustGiveWay_onlyToAnIsolationOrItsBeginning() {
    assertThat(mustGiveWay("0.0", null, null)).isFalse();
    assertThat(mustGiveWay("0.0", LONGEST, null)).as("its first half").isTrue();
    assertThat(mustGiveWay("0.0", LONGEST, "7")).isTrue();
    assertThat(mustGiveWay("0.0", LONGEST, LONGEST)).as("it was so before").isFalse();
    assertThat(mustGiveWay("1.0", LONGEST, LONGEST)).as("all at once").isTrue();
    assertThat(mustGiveWay("1.0", null, null)).as("a person's ratio").isFalse();
  }

  private static boolean mustGiveWay(String ratio, String lag, String lagBefore) {
    return OnDemandSettings.mustGiveWay(
        key -> Optional.ofNullable(key.equals(RATIO) ? ratio : lag),
        Optional.ofNullable(lagBefore));
  }
}
