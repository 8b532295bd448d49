// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.oracle.RetainCase.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The census tells rules apart by a clean of Kafka's own, and does not take anything for one. */
class RetainCensusTest {

  private static final Map<String, String> CONFIG = Map.of("delete.retention.ms", "1000");

  @TempDir private Path temp;
  private final RetainCensus census = new RetainCensus();
  private Path before;
  private Path after;
  private long endOffset;
  private KafkaOracle.Cleaned cleaned;

  @BeforeEach
  void cleanWithKafka() throws IOException {
    Path logDir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(logDir, CONFIG)) {
      log.magic(1).codec("gzip").batch(new String[] {"a", "b"}, new String[] {"1", "1"});
      log.magic(2).codec("none").put("b", "2").put("a", "2").codec("zstd").put("c", null);
      log.codec("lz4").transactional(7, "d", "1").abort(7);
      log.codec("none").put((String) null, "3").roll().put("a", "4");
      endOffset = log.endOffset();
    }
    after = ScriptedLog.partition(logDir);
    before = Trees.copy(after, temp.resolve("before"));
    KafkaOracle.Round round = new KafkaOracle.Round(CONFIG, 0, endOffset, ScriptedLog.TIME_MS);
    cleaned = KafkaOracle.cleanAsScheduled(after, round).orElseThrow();
  }

  private void count(Path result) throws IOException {
    RetentionModel.Told told =
        new RetentionModel.Told(
            cleaned.firstDirtyOffset(),
            cleaned.upperBoundOffset(),
            ScriptedLog.TIME_MS,
            1000,
            0,
            true,
            false,
            cleaned.lastRecords());
    census.count(before, result, told, endOffset);
  }

  /** A range that ends before the active segment has a reason, or the census is wrong. */
  @Test
  void count_rangeThatEndsForNoReason_fails() {
    RetentionModel.Told told =
        new RetentionModel.Told(
            0, 0, ScriptedLog.TIME_MS, 1000, 0, true, false, cleaned.lastRecords());

    assertThatThrownBy(() -> census.count(before, before, told, endOffset))
        .isInstanceOf(AssertionError.class)
        .hasMessage("nothing ends the range at 0");
  }

  @Test
  void count_segmentYoungerThanTheLag_isLeftForThat() throws IOException {
    RetentionModel.Told told =
        new RetentionModel.Told(
            0, 0, ScriptedLog.TIME_MS + 9, 1000, 10, true, false, cleaned.lastRecords());

    census.count(before, before, told, endOffset);

    assertThat(census.counts().keySet())
        .extracting(RetainCase::branch)
        .containsOnly(RetainBranch.LEFT_TOO_YOUNG, RetainBranch.LEFT_ACTIVE);
  }

  @Test
  void count_cleanOfKafka_saysWhichRulesItMet() throws IOException {
    count(after);

    Map<String, Integer> met = new TreeMap<>();
    census.counts().forEach((each, times) -> met.put(each.toString(), times));
    assertThat(met)
        .containsOnly(
            Map.entry("v1 gzip data: record of the dirty section goes: superseded", 2),
            Map.entry("v1 gzip data: batch of an old format goes: none of it stays", 1),
            Map.entry("v2 none data: record of the dirty section stays: the newest of its key", 2),
            Map.entry("v2 none data: batch is copied: all of it stays", 2),
            Map.entry("v2 zstd data: tombstone stays: no horizon yet, this clean sets it", 1),
            Map.entry("v2 zstd data: batch gets a horizon: all of it stays", 1),
            Map.entry("v2 lz4 transactional: record goes: its transaction was aborted", 1),
            Map.entry(
                "v2 lz4 transactional: aborted batch goes, the header stays for its producer", 1),
            Map.entry("v2 none control: ABORT stays: its transaction has data", 1),
            Map.entry("v2 none data: record goes: it has no key", 1),
            Map.entry(
                "v2 none data: batch is emptied, the header stays as the end of the range", 1),
            Map.entry("v2 none data: batch is left alone: it is in the active segment", 1));
    assertThat(census.metThoughImpossible()).isEmpty();
    assertThat(census.removedBytes()).isPositive();
  }

  @Test
  void count_outputThatTheRulesDoNotLeadTo_fails() {
    assertThatThrownBy(() -> count(before)).isInstanceOf(AssertionError.class);
  }

  @Test
  void neverMet_someCounted_namesTheOthersThatCanBe() throws IOException {
    int possible = census.neverMet(branch -> true).size();

    count(after);

    assertThat(census.neverMet(branch -> true))
        .hasSize(possible - census.counts().size())
        .contains("v2 snappy data: tombstone goes: its horizon has passed")
        .doesNotContain("v2 none data: record goes: it has no key")
        .noneMatch(each -> each.startsWith("v0 zstd") || each.startsWith("v2 gzip control"));
  }

  @Test
  void possible_everyBranch_canBeMetSomewhere() {
    assertThat(RetainBranch.values())
        .allMatch(branch -> RetainCase.possible().anyMatch(each -> each.branch() == branch));
    assertThat(Arrays.stream(RetainBranch.values()).map(RetainBranch::what))
        .doesNotHaveDuplicates();
  }

  @Test
  void whyNot_impossible_saysTheReason() {
    assertThat(
            new RetainCase(RetainBranch.RECORD_NEWEST, (byte) 1, CompressionType.ZSTD, Kind.DATA)
                .whyNot())
        .hasValueSatisfying(reason -> assertThat(reason).contains("zstd came after magic 2"));
    assertThat(
            new RetainCase(RetainBranch.RECORD_NEWEST, (byte) 2, CompressionType.ZSTD, Kind.DATA)
                .whyNot())
        .isEmpty();
  }
}
