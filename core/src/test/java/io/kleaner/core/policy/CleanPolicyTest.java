// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is cleaned of a partition, or why it is not. */
class CleanPolicyTest {

  @Test
  void decide_neverCleaned_fromTheLogStartToTheActiveSegment() throws Exception {
    Bounds bounds = Facts.ofSegments(4).clean().bounds();

    assertThat(bounds.firstDirtyOffset()).isZero();
    assertThat(bounds.upperBoundOffset()).isEqualTo(300);
    assertThat(bounds.limitedBy()).isEqualTo(Bounds.Limit.ACTIVE_SEGMENT);
  }

  @ParameterizedTest
  @CsvSource({"400, 300", "300, 300", "299, 200", "250, 200", "200, 200", "150, 100"})
  void decide_highWatermark_roundedDownToASegment(long watermark, long upperBound)
      throws Exception {
    assertThat(Facts.ofSegments(4).highWatermark(watermark).clean().bounds().upperBoundOffset())
        .isEqualTo(upperBound);
  }

  @Test
  void decide_openTransaction_limitsAndSaysSo() throws Exception {
    Bounds bounds = Facts.ofSegments(4).lastStable(250).clean().bounds();

    assertThat(bounds.upperBoundOffset()).isEqualTo(200);
    assertThat(bounds.limitedBy()).isEqualTo(Bounds.Limit.OPEN_TRANSACTION);
  }

  @Test
  void decide_youngSegments_limitedByTheCompactionLag() throws Exception {
    // The largest timestamps are 1000, 2000, 3000 and 4000; now is 1,000,000.
    Bounds bounds =
        Facts.ofSegments(4).set("min.compaction.lag.ms", Facts.NOW_MS - 2500).clean().bounds();

    assertThat(bounds.upperBoundOffset()).isEqualTo(200);
    assertThat(bounds.limitedBy()).isEqualTo(Bounds.Limit.COMPACTION_LAG);
  }

  @Test
  void decide_allTooYoung_saysWhenTheFirstIsOldEnough() throws Exception {
    // Its largest timestamp is 1000.
    Decision.NotNow decision =
        Facts.ofSegments(4).set("min.compaction.lag.ms", Facts.NOW_MS + 500).notNow();

    assertThat(decision.eligibleAtMs()).hasValue(1000 + Facts.NOW_MS + 500);
  }

  @Test
  void decide_tooYoungForEver_saysNoTime() throws Exception {
    Decision.NotNow decision =
        Facts.ofSegments(4).set("min.compaction.lag.ms", Long.MAX_VALUE).notNow();

    assertThat(decision.eligibleAtMs()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1999, 100", "2000, 200", "2001, 200"})
  void decide_segmentAsOldAsTheLag_cleanable(long cutMs, long upperBound) throws Exception {
    assertThat(
            Facts.ofSegments(4)
                .set("min.compaction.lag.ms", Facts.NOW_MS - cutMs)
                .clean()
                .bounds()
                .upperBoundOffset())
        .isEqualTo(upperBound);
  }

  @Test
  void decide_cleanedBefore_fromTheCheckpoint() throws Exception {
    assertThat(Facts.ofSegments(4).checkpoint(200).clean().bounds().firstDirtyOffset())
        .isEqualTo(200);
  }

  @Test
  void decide_toldToBeginAtTheStart_whateverTheCheckpoint() throws Exception {
    assertThat(Facts.ofSegments(4).checkpoint(200).fromStart().clean().bounds().firstDirtyOffset())
        .isZero();
  }

  @Test
  void decide_checkpointBelowTheLogStart_fromTheLogStartWithAWarning() throws Exception {
    Bounds bounds = Facts.ofSegments(4).checkpoint(50).logStart(120).clean().bounds();

    assertThat(bounds.firstDirtyOffset()).isEqualTo(120);
    assertThat(bounds.warnings()).hasSize(1);
  }

  @Test
  void decide_checkpointBelowTheLogStartOfACompactDeleteTopic_silent() throws Exception {
    Bounds bounds =
        Facts.ofSegments(4)
            .set("cleanup.policy", "compact,delete")
            .checkpoint(50)
            .logStart(120)
            .clean()
            .bounds();

    assertThat(bounds.firstDirtyOffset()).isEqualTo(120);
    assertThat(bounds.warnings()).isEmpty();
  }

  @Test
  void decide_checkpointAboveTheLogEnd_fromTheLogStartWithAWarning() throws Exception {
    Bounds bounds = Facts.ofSegments(4).checkpoint(900).clean().bounds();

    assertThat(bounds.firstDirtyOffset()).isZero();
    assertThat(bounds.warnings()).hasSize(1);
  }

  @Test
  void decide_allCleanedBefore_nothingCleanable() throws Exception {
    Decision.NotNow decision = Facts.ofSegments(4).checkpoint(300).notNow();

    assertThat(decision.reason()).isEqualTo(Decision.Reason.NOTHING_CLEANABLE);
    assertThat(decision.sentence()).contains("300", "active segment");
  }

  @Test
  void decide_policyDelete_notCompacted() throws Exception {
    assertThat(Facts.ofSegments(4).set("cleanup.policy", "delete").notNow().reason())
        .isEqualTo(Decision.Reason.NOT_COMPACTED);
  }

  @Test
  void decide_policyUnknown_onlyIfNamedByHand() throws Exception {
    assertThat(Facts.ofSegments(4).unset("cleanup.policy").notNamed().notNow().reason())
        .isEqualTo(Decision.Reason.UNKNOWN_POLICY);
    assertThat(Facts.ofSegments(4).unset("cleanup.policy").decide())
        .isInstanceOf(Decision.Clean.class);
  }

  @Test
  void decide_ratioAtTheThreshold_notDirtyEnough() throws Exception {
    // 200 to 300 is dirty: one of three segments.
    Facts facts = Facts.ofSegments(4).checkpoint(200).respectEligibility();

    assertThat(facts.set("min.cleanable.dirty.ratio", 1 / 3.0).notNow().reason())
        .isEqualTo(Decision.Reason.NOT_DIRTY_ENOUGH);
    assertThat(facts.set("min.cleanable.dirty.ratio", 0.33).clean().dirtyRatio())
        .isEqualTo(1 / 3.0);
  }

  @Test
  void decide_notDirtyEnoughButAskedFor_cleaned() throws Exception {
    assertThat(Facts.ofSegments(4).checkpoint(200).decide()).isInstanceOf(Decision.Clean.class);
  }

  @Test
  void decide_notDirtyEnoughButOverdue_cleaned() throws Exception {
    Facts facts =
        Facts.ofSegments(4)
            .checkpoint(200)
            .respectEligibility()
            .set("min.cleanable.dirty.ratio", 0.9);
    // The first batch of the dirty segment is of 2001.
    long ageMs = Facts.NOW_MS - 2001;

    assertThat(facts.set("max.compaction.lag.ms", ageMs - 1).clean().overdue()).isTrue();
    Decision.NotNow early = facts.set("max.compaction.lag.ms", ageMs + 5).notNow();
    assertThat(early.eligibleAtMs()).hasValue(Facts.NOW_MS + 5);
  }

  @Test
  void order_severalPartitions_overdueThenDirtiestFirst() throws Exception {
    List<Decision.Clean> todo = new ArrayList<>();
    for (long checkpoint : new long[] {200, 0, 100}) {
      todo.add(Facts.ofSegments(4).checkpoint(checkpoint).clean());
    }
    todo.sort(CleanPolicy.ORDER);

    assertThat(todo).extracting(Decision.Clean::dirtyRatio).containsExactly(1.0, 2 / 3.0, 1 / 3.0);
  }

  @Test
  void plan_oldTombstones_horizonFromTheLastCleanSegment() throws Exception {
    // Segments were last modified at 500, 501, 502 and 503.
    assertThat(
            Facts.ofSegments(4)
                .checkpoint(200)
                .set("delete.retention.ms", 1)
                .clean()
                .plan()
                .rules()
                .legacyDeleteHorizonMs())
        .isEqualTo(500);
    assertThat(Facts.ofSegments(4).clean().plan().rules().legacyDeleteHorizonMs()).isZero();
  }
}
