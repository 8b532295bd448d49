// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.oracle.Fixtures;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code plan} says when a partition would be cleaned, where time alone changes it. */
class EligibleAtTest {

  private static final long LAG_MS = 86_400_000;

  @TempDir private Path temp;
  private Path partition;
  private long firstMs;
  private long lastMs;

  @BeforeEach
  void unpack() throws IOException {
    partition = Fixtures.unpack("a-plain", temp).resolve("plain-0");
    List<Long> times = batchTimesOfFirstSegment();
    firstMs = times.get(0);
    lastMs = Collections.max(times);
    assertThat(firstMs).isLessThan(lastMs);
  }

  private List<Long> batchTimesOfFirstSegment() throws IOException {
    List<Long> times = new ArrayList<>();
    String dump = Cli.run("dump", "--json", SegmentSurgery.log(partition, 0)).out();
    for (String line : dump.lines().toList()) {
      times.add(new Cli.Run(0, line, "").json().get("maxTimestamp").asLong());
    }
    return times;
  }

  @Test
  void plan_tooYoungForTheCompactionLag_saysWhenItWillBeOldEnough() {
    assertSays(
        "not-now",
        lastMs + LAG_MS,
        "--now",
        lastMs + 1000,
        "--config",
        "min.compaction.lag.ms=" + LAG_MS);
  }

  @Test
  void plan_notDirtyEnough_saysWhenItWillBeOverdue() {
    assertSays(
        "not-now",
        firstMs + LAG_MS,
        "--now",
        firstMs + 1000,
        "--respect-eligibility",
        "--config",
        "min.cleanable.dirty.ratio=1",
        "--config",
        "max.compaction.lag.ms=" + LAG_MS);
  }

  @Test
  void plan_brokerWouldWait_saysUntilWhen() {
    JsonNode entry =
        assertSays(
            "would-be-cleaned",
            firstMs + LAG_MS,
            "--now",
            firstMs + 1000,
            "--config",
            "min.cleanable.dirty.ratio=1",
            "--config",
            "max.compaction.lag.ms=" + LAG_MS);

    assertThat(entry.at("/brokerWouldCleanNow").asBoolean(true)).isFalse();
    assertThat(entry.at("/brokerReason").asText()).contains("min.cleanable.dirty.ratio");
  }

  @Test
  void plan_notDirtyEnoughWithoutALimit_namesNoTime() {
    List<Object> arguments =
        List.of("--respect-eligibility", "--config", "min.cleanable.dirty.ratio=1");

    assertThat(plan(arguments).out()).contains("not now").doesNotContain("by time alone");
    assertThat(json(arguments).has("eligibleAtMs")).isFalse();
  }

  private JsonNode assertSays(String status, long atMs, Object... options) {
    List<Object> arguments = List.of(options);
    JsonNode entry = json(arguments);

    assertThat(entry.at("/status").asText()).isEqualTo(status);
    assertThat(entry.at("/eligibleAtMs").asLong()).isEqualTo(atMs);
    assertThat(plan(arguments).out())
        .contains("by time alone it would from " + Instant.ofEpochMilli(atMs) + " on");
    return entry;
  }

  private JsonNode json(List<Object> options) {
    List<Object> arguments = new ArrayList<>(options);
    arguments.add("--json");
    return plan(arguments).json().at("/partitions/0");
  }

  private Cli.Run plan(List<Object> options) {
    List<Object> arguments = new ArrayList<>(List.of("plan"));
    arguments.addAll(options);
    arguments.add(partition);
    Cli.Run run = Cli.run(arguments.toArray());
    assertThat(run.exit()).as(run.all()).isZero();
    return run;
  }
}
