// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.compact.HighWatermarkChoice;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.keymap.SpillPlace;
import io.kleaner.core.policy.UnkeyedPolicy;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertConfig;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.cleaner.CleanerOptions;
import io.kleaner.supervisor.config.ServeConfig;
import io.kleaner.supervisor.remedy.QuarantinePolicy;
import io.kleaner.supervisor.remedy.RestartPolicy;
import io.kleaner.supervisor.service.CleanerService;
import io.kleaner.supervisor.service.SupervisionOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each key of the configuration arrives where it acts, and nothing else moves with it. */
class ServeSetupTest {

  private static final long MIB = 1 << 20;

  @TempDir private Path temp;

  private ServeSetup setup(String yaml) throws IOException {
    Path file = Files.writeString(temp.resolve("kleaner.yaml"), yaml);
    List<String> problems = new ArrayList<>();
    ServeConfig config =
        ServeConfig.of(new LocalFileSystem(), Optional.of(file), Map.of(), List.of(temp), problems);
    assertThat(problems).isEmpty();
    return new ServeSetup(new LocalFileSystem(), config, Map.of());
  }

  private CleanerService.Setup service(String yaml) throws IOException {
    AlertConfig alerts = AlertConfig.parse(Map.of(), new ArrayList<>());
    return setup(yaml).service(false, alerts, new AlertDispatcher(List.of()));
  }

  private CleanerOptions cleaning(String yaml) throws IOException {
    return service(yaml).cleaning();
  }

  /** What loses nothing that a reader may want. */
  @Test
  void cleaning_nothingSaid_keepsAndRefuses() throws IOException {
    CleanerOptions options = cleaning("");

    assertThat(options.topic()).isEmpty();
    assertThat(options.highWatermark()).isEqualTo(new HighWatermarkChoice.Checkpoint());
    assertThat(options.expireTombstones()).isFalse();
    assertThat(options.unkeyed()).isEqualTo(UnkeyedPolicy.REFUSE);
    assertThat(options.upgradeFormat()).isFalse();
    assertThat(options.clean())
        .isEqualTo(
            new CleanOptions(128 * MIB, Optional.empty(), CleanOptions.Verify.NORMAL, false));
    assertThat(options.maxRecordBytes()).isEqualTo(64 * (int) MIB);
    assertThat(options.scanIntervalMs()).isEqualTo(15_000);
    assertThat(options.fullScanIntervalMs()).isEqualTo(600_000);
  }

  @ParameterizedTest
  @CsvSource({"keep, false", "expire, true"})
  void cleaning_tombstones_areAsSaid(String value, boolean expire) throws IOException {
    assertThat(cleaning("tombstones: " + value).expireTombstones()).isEqualTo(expire);
  }

  @ParameterizedTest
  @EnumSource
  void cleaning_unkeyed_isAsSaid(UnkeyedPolicy policy) throws IOException {
    assertThat(cleaning("unkeyed: " + policy.name().toLowerCase(Locale.ROOT)).unkeyed())
        .isEqualTo(policy);
  }

  @ParameterizedTest
  @EnumSource
  void cleaning_verify_isAsSaid(CleanOptions.Verify verify) throws IOException {
    String yaml = "verify: " + verify.name().toLowerCase(Locale.ROOT);

    assertThat(cleaning(yaml).clean().verify()).isEqualTo(verify);
  }

  @Test
  void cleaning_restOfTheKeys_areAsSaid() throws IOException {
    assertThat(cleaning("topic: 'ord.*'").topic().map(Pattern::pattern)).contains("ord.*");
    assertThat(cleaning("high.watermark: log-end").highWatermark())
        .isEqualTo(new HighWatermarkChoice.LogEnd());
    assertThat(cleaning("upgrade.format: true").upgradeFormat()).isTrue();
    assertThat(cleaning("max.record.bytes: 3m").maxRecordBytes()).isEqualTo(3 * (int) MIB);
    assertThat(cleaning("spill.dir: /spill").clean().spill().map(SpillPlace::dir))
        .contains(Path.of("/spill"));
    assertThat(cleaning("scan.interval.ms: 4000").scanIntervalMs()).isEqualTo(4_000);
    assertThat(cleaning("full.scan.interval.ms: 70000").fullScanIntervalMs()).isEqualTo(70_000);
  }

  @Test
  void cleaning_memory_isSharedByAllThreads() throws IOException {
    assertThat(cleaning("memory: 32m").clean().memoryBytes()).isEqualTo(32 * MIB);
    assertThat(cleaning("memory: 32m\nthreads: 4").clean().memoryBytes()).isEqualTo(8 * MIB);
    assertThat(cleaning("memory: 8m\nthreads: 8").clean().memoryBytes())
        .as("the least that a clean needs")
        .isEqualTo(MIB);
  }

  @Test
  void service_itsOwnKeys_areAsSaid() throws IOException {
    CleanerService.Setup setup = service("exclusive: true\nthreads: 3\nstate.dir: /state");

    assertThat(setup.exclusive()).isTrue();
    assertThat(setup.threads()).isEqualTo(3);
    assertThat(setup.stateDir()).isEqualTo(Path.of("/state"));
    assertThat(setup.logDirs()).containsExactly(temp);
    assertThat(service("").exclusive()).isFalse();
  }

  @Test
  void supervision_eachKey_isWhereItBelongs() throws IOException {
    SupervisionOptions options =
        service(
                """
                heartbeat.interval.ms: 900
                hung.after.ms: 50001
                stalled.after.ms: 800001
                blind.after.ms: 110001
                trend.window.ms: 500001
                restart.backoff.ms: 401
                restart.backoff.max.ms: 20001
                restart.budget: 11
                restart.budget.window.ms: 500002
                failure.backoff.ms: 4001
                quarantine.retry.ms: 50002
                quarantine.retry.max.ms: 70001
                """)
            .supervision();

    assertThat(options.heartbeatIntervalMs()).isEqualTo(900);
    assertThat(options.hungAfterMs()).isEqualTo(50_001);
    assertThat(options.stalledAfterMs()).isEqualTo(800_001);
    assertThat(options.blindAfterMs()).isEqualTo(110_001);
    assertThat(options.trendWindowMs()).isEqualTo(500_001);
    assertThat(options.restarts())
        .isEqualTo(new RestartPolicy.Limits(401, 20_001, 11, 500_002, 60_000));
    assertThat(options.quarantine()).isEqualTo(new QuarantinePolicy(4_001, 50_002, 70_001));
  }

  @ParameterizedTest
  @CsvSource({"throttle.bytes.per.second: 5m, 5242880", "threads: 1, 9223372036854775807"})
  void throttle_rate_isAsSaidOrNone(String yaml, long bytesPerSecond) throws IOException {
    assertThat(setup(yaml).throttle(Clock.system()).bytesPerSecond()).isEqualTo(bytesPerSecond);
  }
}
