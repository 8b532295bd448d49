// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.probe.Dirt;
import io.kleaner.supervisor.probe.LogDirSample;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LogDirRulesTest {

  private final LogDirRules rules = new LogDirRules(120_000, 600_000);
  private Verdict last = new Verdict.Unknown("");

  private void sample(long second, long free, long dirty, long cleaned, long found) {
    sample(second, free, dirty, dirty, cleaned, found);
  }

  private void sample(long second, long free, long dirty, long waiting, long cleaned, long found) {
    sample(second, free, dirty, waiting, cleaned, found, 0);
  }

  private void sample(
      long second, long free, long dirty, long waiting, long cleaned, long found, long underWay) {
    last =
        rules.judge(
            new LogDirSample(
                Path.of("/logs"),
                Optional.empty(),
                1_000,
                free,
                dirty,
                waiting,
                new Dirt(dirty - found + cleaned, cleaned, underWay),
                OptionalLong.of(90_000),
                5,
                0,
                TimeUnit.SECONDS.toNanos(second)));
  }

  @Test
  void judge_backlogFoundAtTheStartIsCleanedAway_isHealthy() {
    sample(0, 100, 0, 0, 0);
    sample(1, 100, 9_000, 0, 9_000);
    sample(200, 100, 6_000, 3_000, 9_000);
    sample(400, 100, 3_000, 6_000, 9_000);

    assertThat(last).isInstanceOf(Verdict.Healthy.class);
  }

  @Test
  void judge_moreGetsDirtyThanIsCleaned_fallsBehindWithForecasts() {
    sample(0, 9_000, 1_000, 0, 1_000);
    sample(200, 8_000, 3_000, 500, 1_000);
    sample(400, 7_000, 5_000, 1_000, 1_000);

    assertThat(last).isInstanceOf(Verdict.FallingBehind.class);
    assertThat(last.evidence())
        .contains("5000 bytes got dirty and 1000 were cleaned")
        .contains("takes 2000 s at that rate")
        .contains("the disk is full in 1400 s")
        .contains("max.compaction.lag.ms is reached in 90 s");
  }

  @Test
  void judge_asMuchIsCleanedAsGetsDirty_isHealthy() {
    sample(0, 100, 1_000, 0, 1_000);
    sample(200, 100, 1_000, 5_000, 1_000);
    sample(400, 100, 1_000, 9_000, 1_000);

    assertThat(last).isInstanceOf(Verdict.Healthy.class);
  }

  @Test
  void judge_dirtThatNobodyMayCleanYetGrows_isHealthy() {
    sample(0, 100, 0, 0, 0, 0);
    sample(200, 100, 5_000, 0, 0, 0);
    sample(400, 100, 9_000, 0, 0, 0);

    assertThat(last).isInstanceOf(Verdict.Healthy.class);
  }

  @Test
  void judge_nothingWaitedOnceInTheWindow_isHealthy() {
    sample(0, 100, 1_000, 1_000, 0, 1_000);
    sample(200, 100, 2_000, 0, 1_000, 1_000);
    sample(400, 100, 9_000, 6_000, 1_000, 1_000);

    assertThat(last).isInstanceOf(Verdict.Healthy.class);
  }

  @Test
  void judge_dirtIsAheadByLittle_doesNotBeginToFallBehindAndDoesNotEndIt() {
    sample(0, 100, 10_000, 0, 10_000);
    sample(200, 100, 10_000, 50_000, 10_000);
    sample(400, 100, 11_000, 99_000, 10_000);
    assertThat(last).as("100,000 arrived, 99,000 cleaned").isInstanceOf(Verdict.Healthy.class);

    sample(500, 100, 30_000, 100_000, 10_000);
    assertThat(last).as("a clear lead").isInstanceOf(Verdict.FallingBehind.class);

    sample(600, 100, 12_000, 190_000, 10_000);
    assertThat(last).as("a small one").isInstanceOf(Verdict.FallingBehind.class);

    sample(601, 100, 9_000, 200_000, 10_000);
    assertThat(last).as("none").isInstanceOf(Verdict.Healthy.class);

    sample(602, 100, 12_000, 201_000, 10_000);
    assertThat(last).as("a small one again").isInstanceOf(Verdict.Healthy.class);
  }

  @Test
  void judge_longCleanUnderWayKeepsUp_isHealthy() {
    sample(0, 100, 10_000, 10_000, 0, 10_000, 0);
    sample(200, 100, 11_000, 11_000, 0, 10_000, 3_000);
    sample(400, 100, 12_000, 12_000, 0, 10_000, 6_000);

    assertThat(last).isInstanceOf(Verdict.Healthy.class);
  }

  @Test
  void judge_longCleanUnderWayDoesNotKeepUp_fallsBehindAndWhatIsDoneDoesNotWait() {
    sample(0, 100, 10_000, 10_000, 0, 10_000, 0);
    sample(200, 100, 13_000, 13_000, 0, 10_000, 2_000);
    sample(400, 100, 16_000, 16_000, 0, 10_000, 4_000);

    assertThat(last).isInstanceOf(Verdict.FallingBehind.class);
    assertThat(last.evidence())
        .contains("6000 bytes got dirty and 4000 were cleaned")
        .contains("what waits now takes 1200 s at that rate");
  }

  @Test
  void judge_cleanUnderWayEndedInTheMiddle_countsNothingBackwards() {
    sample(0, 100, 10_000, 10_000, 0, 10_000, 5_000);
    sample(200, 100, 13_000, 13_000, 0, 10_000, 0);
    sample(400, 100, 16_000, 16_000, 0, 10_000, 0);

    assertThat(last.evidence()).contains("6000 bytes got dirty and 0 were cleaned");
  }

  @Test
  void fullInMs_watchedForAMoment_saysNothing() {
    sample(0, 9_000, 0, 0, 0);
    sample(1, 8_000, 0, 0, 0);
    sample(2, 7_000, 0, 0, 0);

    assertThat(rules.fullInMs()).isEmpty();
  }

  @Test
  void judge_windowIsShort_saysNothingYet() {
    sample(0, 100, 0, 0, 0);
    sample(1, 100, 5_000, 0, 0);
    sample(299, 100, 9_000, 0, 0);

    assertThat(last).isInstanceOf(Verdict.Healthy.class);
  }

  @Test
  void judge_noLookForTooLong_isUnknownWhateverWasSeen() {
    Verdict verdict =
        rules.judge(
            new LogDirSample(
                Path.of("/logs"),
                Optional.of("I/O error"),
                120_000,
                -1,
                0,
                0,
                Dirt.NONE,
                OptionalLong.empty(),
                0,
                0,
                0));

    assertThat(verdict).isInstanceOf(Verdict.Unknown.class);
    assertThat(verdict.evidence()).contains("120 s", "I/O error");
  }
}
