// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.oracle.Fixtures;
import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code plan} says what {@code compact} would, and its exit code says the same. */
class PlanCommandTest {

  private static final long SEGMENT = 387;

  @TempDir private Path temp;

  @Test
  void plan_brokerDidNotStopCleanly_saysThatCompactRefuses() throws IOException {
    Path logDir = crashed();
    Map<String, String> before = Tree.of(temp);

    Cli.Run plan = Cli.run("plan", "--topic", "my-topic", logDir);
    Cli.Run compact = Cli.run("compact", "--topic", "my-topic", logDir);

    assertThat(plan.exit()).as(plan.all()).isEqualTo(3).isEqualTo(compact.exit());
    assertThat(plan.err()).contains("has not stopped cleanly").isEqualTo(compact.err());
    assertThat(plan.out()).contains("my-topic-0: 100.0 % dirty");
    assertThat(Tree.of(temp)).isEqualTo(before);
  }

  @Test
  void plan_brokerDidNotStopCleanlyAsJson_namesTheDirectory() throws IOException {
    Path logDir = crashed();

    JsonNode json = Cli.run("plan", "--json", "--topic", "my-topic", logDir).json();

    assertThat(json.at("/wouldRefuse/0/directory").asText()).isEqualTo(logDir.toString());
    assertThat(json.at("/wouldRefuse/0/nextStep").asText()).contains("--after-crash");
    assertThat(json.at("/wouldBeCleaned").asInt()).isEqualTo(2);
  }

  @Test
  void plan_afterCrash_readsEveryByteAsCompactDoes() throws IOException {
    Path logDir = crashed();
    SegmentSurgery segment = SegmentSurgery.on(logDir.resolve("my-topic-0"), SEGMENT);
    segment.flip(segment.batches().get(3) + 70).done();

    Cli.Run quick = Cli.run("plan", "--topic", "my-topic", logDir);
    Cli.Run checked = Cli.run("plan", "--after-crash", "--topic", "my-topic", logDir);

    assertThat(quick.out()).contains("my-topic-0: 100.0 % dirty");
    assertThat(checked.exit()).as(checked.all()).isEqualTo(3);
    assertThat(checked.out())
        .contains("my-topic-0: would be refused: ERROR CRC_MISMATCH", "my-topic-1: 100.0 % dirty");
    assertThat(checked.err()).isEmpty();
  }

  @Test
  void dryRun_brokerDidNotStopCleanly_isRefusedAsTheCleanIs() throws IOException {
    Path logDir = crashed();

    Cli.Run dry = Cli.run("compact", "--dry-run", "--topic", "my-topic", logDir);

    assertThat(dry.exit()).as(dry.all()).isEqualTo(3);
    assertThat(dry.err()).contains("has not stopped cleanly");
  }

  @Test
  void plan_exactOfACorruptBatch_exitsAsCompactDoes() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);
    SegmentSurgery segment = SegmentSurgery.on(logDir.resolve("my-topic-0"), SEGMENT);
    segment.flip(segment.batches().get(3) + 70).done();

    Cli.Run plan = Cli.run("plan", "--exact", "--json", "--topic", "my-topic", logDir);

    assertThat(plan.exit()).as(plan.all()).isEqualTo(3);
    assertThat(plan.json().at("/partitions").findValuesAsText("exactProblem"))
        .singleElement()
        .asString()
        .contains("CRC mismatch");
    assertThat(plan.json().at("/partitions").findValues("exact")).hasSize(1);
  }

  @Test
  void plan_exactWithAbortedRecords_countsThemAsCompactDoes() throws IOException {
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of())) {
      log.put("a", "1")
          .transactional(7, null, "unkeyed, aborted")
          .transactional(7, "a", null)
          .transactional(7, "b", null)
          .abort(7)
          .put("a", null)
          .roll()
          .put("z", "1");
    }
    Path partition = ScriptedLog.partition(temp);

    Cli.Run plan = Cli.run("plan", "--exact", "--json", partition);

    JsonNode exact = plan.json().at("/partitions/0/exact");
    assertThat(exact.at("/unkeyed").asLong()).isZero();
    assertThat(exact.at("/tombstones").asLong()).isEqualTo(1);
    assertThat(exact.at("/mostOverwrittenKeys/0/count").asLong()).isEqualTo(2);
    assertThat(Cli.run("compact", partition).exit()).isZero();
  }

  private Path crashed() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);
    Files.delete(logDir.resolve(".kafka_cleanshutdown"));
    return logDir;
  }
}
