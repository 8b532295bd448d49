// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.CompactionListener.Phase;
import io.kleaner.core.oracle.DirectoryDiff;
import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import io.kleaner.core.policy.CleanPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A range with more records than one clean can number, the limit lowered to a few. */
class TooManyRecordsTest {

  @TempDir private Path temp;
  private Path logDir;

  @BeforeEach
  void write() throws IOException {
    logDir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of())) {
      for (int segment = 0; segment < 4; segment++) {
        log.put("a", "" + segment).put("b", "" + segment).put("c", "" + segment).roll();
      }
      log.put("active", "1");
    }
  }

  private CompactionOutcome clean(long maxRecords) throws IOException {
    return Cleaning.at(ScriptedLog.TIME_MS)
        .maxRecords(maxRecords)
        .run(ScriptedLog.partition(logDir))
        .outcome()
        .orElseThrow();
  }

  @Test
  void run_moreRecordsThanCanBeNumbered_endsAtASegmentAsKafkaWouldThere() throws IOException {
    Path kafkas = temp.resolve("kafkas");
    Trees.copy(logDir, kafkas);

    CompactionOutcome outcome = clean(7);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            CompactionOutcome.Compacted.class,
            compacted -> assertThat(compacted.endOffset()).isEqualTo(6));
    KafkaOracle.clean(
        ScriptedLog.partition(kafkas),
        new KafkaOracle.Round(Map.of(), 0, 13, ScriptedLog.TIME_MS),
        0,
        6);
    assertThat(
            DirectoryDiff.between(
                ScriptedLog.partition(kafkas),
                ScriptedLog.partition(logDir),
                ".*\\.(log|index|timeindex)"))
        .isEmpty();
    assertThat(Files.readString(logDir.resolve("cleaner-offset-checkpoint"))).endsWith(" 0 6\n");
  }

  @Test
  void run_againForTheRest_allCleaned() throws IOException {
    clean(7);

    assertThat(clean(10))
        .isInstanceOfSatisfying(
            CompactionOutcome.Compacted.class,
            compacted -> assertThat(compacted.endOffset()).isEqualTo(12));
  }

  @Test
  void run_cleanRangeAloneIsTooMuch_refusedUnchanged() throws IOException {
    clean(7);
    Path before = temp.resolve("before");
    Trees.copy(logDir, before);

    CompactionOutcome outcome = clean(2);

    assertThat(outcome).isInstanceOf(CompactionOutcome.Refused.class);
    assertThat(outcome.message()).contains("more than 2 records", "nothing was changed");
    assertThat(
            DirectoryDiff.between(
                ScriptedLog.partition(before), ScriptedLog.partition(logDir), ".*"))
        .isEmpty();
  }

  @Test
  void run_cleanedPartAloneIsTooMuch_refusedAtOnceWithoutAdviceThatCannotHelp() throws IOException {
    Path large = temp.resolve("large");
    try (ScriptedLog log = ScriptedLog.in(large, Map.of())) {
      log.put("a", "1").put("b", "1").put("c", "1").put("d", "1").put("e", "1").roll();
      log.put("active", "1");
    }
    assertThat(cleanedUpTo(large, 5, scans -> {})).isInstanceOf(CompactionOutcome.Compacted.class);
    try (ScriptedLog log = ScriptedLog.in(large, Map.of())) {
      for (int segment = 0; segment < 4; segment++) {
        log.roll().put("x", "" + segment);
      }
    }
    AtomicInteger scans = new AtomicInteger();

    CompactionOutcome outcome = cleanedUpTo(large, 4, scan -> scans.incrementAndGet());

    assertThat(outcome).isInstanceOf(CompactionOutcome.Refused.class);
    assertThat(outcome.message())
        .contains("more than 4 records", "cleaned before", "nothing was changed", "a broker's own")
        .doesNotContain("--high-watermark");
    assertThat(scans).as("passes over the log").hasValue(1);
  }

  /** Ten segments of three records that are cleaned, then 17 with one each that are not. */
  private Path manySegments() throws IOException {
    Path many = temp.resolve("many");
    Map<String, String> small = Map.of("segment.bytes", "100");
    try (ScriptedLog log = ScriptedLog.in(many, small)) {
      for (int i = 0; i < 10; i++) {
        log.put(i + "a", "1").put(i + "b", "1").put(i + "c", "1").roll();
      }
      log.put("active", "1");
    }
    assertThat(cleanedUpTo(many, 1_000, scans -> {}))
        .isInstanceOf(CompactionOutcome.Compacted.class);
    try (ScriptedLog log = ScriptedLog.in(many, small)) {
      for (int i = 0; i < 17; i++) {
        log.roll().put("x", "" + i);
      }
    }
    return many;
  }

  @Test
  void run_cleanedPartAloneIsTooMuchByFewRecords_refusedAfterOnePass() throws IOException {
    Path many = manySegments();
    AtomicInteger scans = new AtomicInteger();

    CompactionOutcome outcome = cleanedUpTo(many, 28, scan -> scans.incrementAndGet());

    assertThat(outcome).isInstanceOf(CompactionOutcome.Refused.class);
    assertThat(outcome.message()).contains("more than 28 records", "nothing was changed");
    assertThat(scans).as("passes over the log").hasValue(1);
  }

  /** In the dirty part alone, or only with the clean one. */
  @ParameterizedTest
  @ValueSource(ints = {31, 35, 46})
  void run_limitCrossed_oneMorePassOverAllThatCanBeNumbered(int maxRecords) throws IOException {
    Path many = manySegments();
    AtomicInteger scans = new AtomicInteger();

    CompactionOutcome outcome = cleanedUpTo(many, maxRecords, scan -> scans.incrementAndGet());

    // An offset each of 30 records, and of as many above them as there are numbers left for.
    assertThat(outcome)
        .as(outcome.message())
        .isInstanceOfSatisfying(
            CompactionOutcome.Compacted.class,
            compacted -> assertThat(compacted.endOffset()).isEqualTo(maxRecords));
    assertThat(scans).as("passes over the log").hasValue(2);
  }

  @Test
  void run_limitCrossedInTheDirtyPart_theCleanPartIsCountedAllTheSame() throws IOException {
    Path many = temp.resolve("late");
    try (ScriptedLog log = ScriptedLog.in(many, Map.of())) {
      log.put("a", "1").put("b", "1").put("c", "1").roll().put("active", "1");
    }
    assertThat(cleanedUpTo(many, 10, scans -> {})).isInstanceOf(CompactionOutcome.Compacted.class);
    try (ScriptedLog log = ScriptedLog.in(many, Map.of())) {
      for (int i = 0; i < 9; i++) {
        log.roll().put("x", "" + i);
      }
    }
    AtomicInteger scans = new AtomicInteger();

    CompactionOutcome outcome = cleanedUpTo(many, 5, scan -> scans.incrementAndGet());

    assertThat(outcome)
        .as(outcome.message())
        .isInstanceOfSatisfying(
            CompactionOutcome.Compacted.class,
            compacted -> assertThat(compacted.endOffset()).isEqualTo(5));
    assertThat(scans).as("passes over the log").hasValue(2);
  }

  /** A producer's last batch stays when its records are gone. */
  @Test
  void run_moreBatchesThanCanBeNumbered_refusedThoughRecordsAreFew() throws IOException {
    Path empty = temp.resolve("empty");
    try (ScriptedLog log = ScriptedLog.in(empty, Map.of())) {
      for (int producer = 1; producer <= 6; producer++) {
        log.idempotent(producer, "k", "" + producer);
      }
      log.roll().put("active", "1");
    }
    assertThat(cleanedUpTo(empty, 10, scans -> {}))
        .isInstanceOfSatisfying(
            CompactionOutcome.Compacted.class,
            compacted -> {
              assertThat(compacted.stats().recordsKept()).isEqualTo(1);
              assertThat(compacted.stats().batchesEmptied()).isEqualTo(5);
            });
    try (ScriptedLog log = ScriptedLog.in(empty, Map.of())) {
      log.roll().put("x", "1");
    }

    assertThat(cleanedUpTo(empty, 5, scans -> {})).isInstanceOf(CompactionOutcome.Refused.class);
    assertThat(cleanedUpTo(empty, 7, scans -> {})).isInstanceOf(CompactionOutcome.Compacted.class);
  }

  private static CompactionOutcome cleanedUpTo(
      Path logDir, long maxRecords, Consumer<Phase> scanned) throws IOException {
    return Cleaning.at(ScriptedLog.TIME_MS)
        // Segments stay as they are instead of being joined.
        .config("segment.bytes", "100")
        .maxRecords(maxRecords)
        .listener(
            new CompactionListener() {
              @Override
              public void phase(CleanPlan plan, Phase phase) {
                if (phase == Phase.SCAN) {
                  scanned.accept(phase);
                }
              }
            })
        .run(ScriptedLog.partition(logDir))
        .outcome()
        .orElseThrow();
  }
}
