// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.probe.WorkerSample;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerRulesTest {

  private final WorkerRules rules = new WorkerRules(60_000);

  @ParameterizedTest
  @CsvSource({
    // alive, died of, idle, throttled, since progress, at work -> verdict, evidence
    "true, , true, false, 0, false, healthy, cleaner-0 waits for work",
    "true, , false, false, 0, true, healthy, 'cleaner-0 gets on at /logs:orders-1, phase COPY'",
    "true, , false, false, 59999, true, healthy, 'cleaner-0 gets on at /logs:orders-1, phase COPY'",
    "true, , false, false, 60000, true, hung, 'cleaner-0 has not got on for 60000 ms (limit 60000"
        + " ms) at /logs:orders-1, phase COPY'",
    "true, , true, false, 60000, false, hung, cleaner-0 has not got on for 60000 ms (limit 60000"
        + " ms)",
    "true, , false, true, 86400000, true, healthy, 'cleaner-0 rests because of the throttle at"
        + " /logs:orders-1, phase COPY'",
    "false, java.lang.Error: x, false, false, 0, true, dead, 'cleaner-0 has ended of"
        + " java.lang.Error: x at /logs:orders-1, phase COPY'",
    "false, , true, false, 0, false, dead, cleaner-0 has ended without being told to",
    "false, , false, true, 0, false, dead, cleaner-0 has ended without being told to",
    "false, java.lang.Error: x, false, false, 86400000, false, dead, 'cleaner-0 has ended of"
        + " java.lang.Error: x'",
  })
  void judge_sample_followsTheTable(
      boolean alive,
      String death,
      boolean idle,
      boolean throttled,
      long sinceProgressMs,
      boolean atWork,
      String verdict,
      String evidence) {
    Verdict judged =
        rules.judge(
            new WorkerSample(
                "cleaner-0",
                alive,
                Optional.ofNullable(death),
                idle,
                throttled,
                sinceProgressMs,
                atWork ? "COPY" : "",
                atWork
                    ? Optional.of(
                        new PartitionId(Path.of("/logs"), new TopicPartition("orders", 1)))
                    : Optional.empty(),
                0,
                -1,
                -1,
                0,
                0));

    assertThat(judged.name()).isEqualTo(verdict);
    assertThat(judged.evidence()).isEqualTo(evidence);
  }
}
