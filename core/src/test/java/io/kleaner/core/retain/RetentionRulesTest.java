// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.retain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What follows for a batch from its header, the transactions, the producers and the time. */
class RetentionRulesTest {

  private static final long NOW_MS = 10_000;
  private static final long RETENTION_MS = 500;
  private static final long UPPER_BOUND = 100;
  private static final long PRODUCER = 7;
  private static final BatchFate KEEP = new BatchFate.Keep();
  private static final BatchFate REWRITE = new BatchFate.Rewrite(false);
  private static final BatchFate STAMP = new BatchFate.Rewrite(true);
  private static final BatchFate EMPTY = new BatchFate.KeepEmpty();
  private static final BatchFate DROP = new BatchFate.Drop();

  private static RetentionRules rules(boolean expire, Map<Long, LastRecord> producers) {
    return new RetentionRules(NOW_MS, RETENTION_MS, 2_000, expire, UPPER_BOUND, producers);
  }

  private static RetentionRules rules() {
    return rules(true, Map.of());
  }

  private static Map<Long, LastRecord> lastData(long offset) {
    return Map.of(PRODUCER, new LastRecord((short) 3, OptionalLong.of(offset)));
  }

  @Test
  void data_allSurvive_kept() {
    assertThat(rules().data(Batches.data(10, 4).header(), false, 4, false)).isEqualTo(KEEP);
  }

  @Test
  void data_someSurvive_rewrittenUnstamped() {
    assertThat(rules().data(Batches.data(10, 4).header(), false, 3, false)).isEqualTo(REWRITE);
  }

  @Test
  void data_allSurviveWithATombstone_stamped() {
    assertThat(rules().data(Batches.data(10, 4).header(), false, 4, true)).isEqualTo(STAMP);
  }

  @Test
  void data_allSurviveWithATombstoneStampedBefore_kept() {
    assertThat(rules().data(Batches.data(10, 4).horizon(1).header(), false, 4, true))
        .isEqualTo(KEEP);
  }

  @Test
  void data_aborted_goneWhateverSurvives() {
    assertThat(rules().data(Batches.data(10, 4).header(), true, 4, true)).isEqualTo(DROP);
  }

  @Test
  void data_noneSurvives_dropped() {
    assertThat(rules().data(Batches.data(10, 4).header(), false, 0, false)).isEqualTo(DROP);
  }

  @ParameterizedTest
  @CsvSource({"96, 4, true", "96, 3, false", "95, 4, false"})
  void data_noneSurvivesAtTheUpperBound_headerKept(long base, int offsets, boolean kept) {
    assertThat(rules().data(Batches.data(base, offsets).header(), false, 0, false))
        .isEqualTo(kept ? EMPTY : DROP);
  }

  @ParameterizedTest
  @CsvSource({"13, true", "12, false", "14, false"})
  void data_noneSurvivesOfAProducersLastBatch_headerKept(long lastDataOffset, boolean kept) {
    assertThat(
            rules(true, lastData(lastDataOffset))
                .data(Batches.data(10, 4).by(PRODUCER, 3).header(), false, 0, false))
        .isEqualTo(kept ? EMPTY : DROP);
  }

  @Test
  void data_noneSurvivesOfAProducerOfWhomNoBatchIsKnown_dropped() {
    Map<Long, LastRecord> noData =
        Map.of(PRODUCER, new LastRecord((short) 3, OptionalLong.empty()));

    assertThat(
            rules(true, noData).data(Batches.data(10, 4).by(PRODUCER, 3).header(), false, 0, false))
        .isEqualTo(DROP);
  }

  @Test
  void control_needed_kept() {
    assertThat(rules().control(Batches.control(10, PRODUCER, 3).header(), false)).isEqualTo(KEEP);
  }

  @Test
  void control_discardable_stampedFirst() {
    assertThat(rules().control(Batches.control(10, PRODUCER, 3).header(), true)).isEqualTo(STAMP);
  }

  @ParameterizedTest
  @CsvSource({"10001, true", "10000, false", "9999, false"})
  void control_discardableAndStamped_goneFromItsHorizonOn(long horizonMs, boolean kept) {
    assertThat(rules().control(Batches.control(10, PRODUCER, 3).horizon(horizonMs).header(), true))
        .isEqualTo(kept ? KEEP : DROP);
  }

  @Test
  void control_dueButNothingIsToExpire_kept() {
    assertThat(
            rules(false, Map.of())
                .control(Batches.control(10, PRODUCER, 3).horizon(1).header(), true))
        .isEqualTo(KEEP);
  }

  @ParameterizedTest
  @CsvSource({"3, true", "2, false", "4, false"})
  void control_dueAndCarriesAnEpochWithoutData_headerKept(int epoch, boolean kept) {
    Map<Long, LastRecord> noData =
        Map.of(PRODUCER, new LastRecord((short) 3, OptionalLong.empty()));

    assertThat(
            rules(true, noData)
                .control(Batches.control(10, PRODUCER, epoch).horizon(1).header(), true))
        .isEqualTo(kept ? EMPTY : DROP);
  }

  @Test
  void control_emptiedBefore_droppedUnlessNeeded() {
    assertThat(rules().control(Batches.control(10, PRODUCER, 3).emptied().header(), true))
        .isEqualTo(DROP);
    assertThat(rules().control(Batches.control(99, PRODUCER, 3).emptied().header(), true))
        .isEqualTo(EMPTY);
  }

  @ParameterizedTest
  @CsvSource({"0, false, DROP", "1, false, REWRITE", "1, true, STAMP"})
  void legacy_anySurvivors_alwaysConverted(int survivors, boolean tombstone, String fate) {
    BatchFate expected =
        switch (fate) {
          case "DROP" -> DROP;
          case "STAMP" -> STAMP;
          default -> REWRITE;
        };
    assertThat(rules().legacy(survivors, tombstone)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"10001, false", "10000, true", "9999, true"})
  void tombstonesDue_aroundTheHorizon_fromItOn(long horizonMs, boolean due) {
    assertThat(rules().tombstonesDue(Batches.data(1, 1).horizon(horizonMs).header()))
        .isEqualTo(due);
    assertThat(rules(false, Map.of()).tombstonesDue(Batches.data(1, 1).horizon(horizonMs).header()))
        .isFalse();
  }

  @Test
  void tombstonesDue_unstamped_never() {
    assertThat(rules().tombstonesDue(Batches.data(1, 1).header())).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"2001, false", "2000, true", "1999, true"})
  void legacyTombstonesDue_aroundTheHorizon_upToIt(long lastModifiedMs, boolean due) {
    assertThat(rules().legacyTombstonesDue(lastModifiedMs)).isEqualTo(due);
    assertThat(rules(false, Map.of()).legacyTombstonesDue(lastModifiedMs)).isFalse();
  }

  @Test
  void newDeleteHorizonMs_always_nowAndTheRetention() {
    assertThat(rules().newDeleteHorizonMs()).isEqualTo(NOW_MS + RETENTION_MS);
  }
}
