// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.Cleaning;
import io.kleaner.core.compact.CompactionOutcome;
import io.kleaner.core.policy.UnkeyedPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Generated logs, cleaned so that what is due stays, the default, and records without a key stay.
 * Kafka has no such modes: what they do is held against {@link RetentionModel} alone.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeptDifferentialTest {

  private static final String NAME = DifferentialTest.TOPIC + "-0";

  @TempDir private Path temp;
  private final RetainCensus census = new RetainCensus();

  static IntStream shapes() {
    return IntStream.range(0, Shape.KEPT_SHAPES);
  }

  @ParameterizedTest(name = "shape {0}")
  @MethodSource("shapes")
  void run_dueAndUnkeyedAreKept_asTheRulesSay(int index) throws IOException {
    Shape shape = Shape.kept(index);
    Random random = new Random(~shape.seed());
    Path logDir = Files.createDirectories(temp.resolve("ours-" + index));
    Path partition = Files.createDirectories(logDir.resolve(NAME));
    Files.writeString(logDir.resolve("meta.properties"), "version=1\ncluster.id=test\nnode.id=1\n");
    Files.createFile(logDir.resolve(".kafka_cleanshutdown"));
    LogGenerator generator = new LogGenerator(shape);
    long nowMs = DifferentialTest.START_MS;
    for (int round = 0; round < shape.rounds(); round++) {
      long logEnd = generator.append(partition, DifferentialTest.config(shape), 0, nowMs);
      DifferentialTest.ageNewSegments(partition, nowMs, random);
      DifferentialTest.checkpoint(logDir, "replication-offset-checkpoint", logEnd);
      clean(shape, logDir, DifferentialTest.firstDirty(logDir), logEnd, nowMs);
      nowMs += shape.deleteRetentionMs() + random.nextInt(3) - 1;
      clean(shape, logDir, 0, logEnd, nowMs);
      nowMs += shape.deleteRetentionMs();
    }
  }

  /**
   * @param firstDirty 0 to begin at the start
   */
  private void clean(Shape shape, Path logDir, long firstDirty, long logEnd, long nowMs)
      throws IOException {
    String scene = "shape " + shape.seed() + " at " + nowMs;
    Path before = Trees.copy(logDir, temp.resolve("before " + scene)).resolve(NAME);
    Path loaded = Trees.copy(logDir, temp.resolve("loaded " + scene)).resolve(NAME);
    Cleaning cleaning = Cleaning.at(nowMs).keepTombstones().unkeyed(UnkeyedPolicy.KEEP);
    DifferentialTest.config(shape).forEach(cleaning::config);
    if (firstDirty == 0) {
      cleaning.fromStart();
    }
    Cleaning.Result ours = cleaning.run(logDir.resolve(NAME));
    if (ours.outcome().isEmpty()) {
      // An open transaction holds all of it.
      assertThat(ours.message()).as(scene).contains("has nothing to clean");
      return;
    }
    assertThat(ours.outcome().orElseThrow())
        .as(scene)
        .isInstanceOf(CompactionOutcome.Compacted.class);
    RetentionModel.Told told =
        new RetentionModel.Told(
            firstDirty,
            ((CompactionOutcome.Compacted) ours.outcome().orElseThrow()).endOffset(),
            nowMs,
            shape.deleteRetentionMs(),
            shape.minLagMs(),
            false,
            true,
            KafkaOracle.lastRecords(
                loaded, new KafkaOracle.Round(DifferentialTest.config(shape), 0, logEnd, nowMs)));
    try {
      census.count(before, logDir.resolve(NAME), told, logEnd);
    } catch (AssertionError e) {
      throw new AssertionError(scene, e);
    }
  }

  /** What Kafka's cleaner does not have was met in every format and with every codec. */
  @AfterAll
  void census_allShapes_everyRuleMet() {
    assertThat(census.neverMet(branch -> !branch.isKafkas())).isEmpty();
    assertThat(census.metThoughImpossible()).isEmpty();
  }
}
