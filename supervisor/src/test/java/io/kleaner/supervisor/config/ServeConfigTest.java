// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ServeConfigTest {

  @TempDir private Path temp;
  private final List<String> problems = new ArrayList<>();

  private ServeConfig read(String yaml) throws IOException {
    Path file = Files.writeString(temp.resolve("kleaner.yaml"), yaml);
    return ServeConfig.of(new LocalFileSystem(), Optional.of(file), Map.of(), List.of(), problems);
  }

  @Test
  void of_emptyFile_isValidAndHasTheDefaults() throws IOException {
    ServeConfig config = read("");

    assertThat(problems).isEmpty();
    assertThat(config.number(ServeSetting.THREADS)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void problem_ofTheDefault_isNone(ServeSetting setting) {
    assertThat(setting.problem(setting.defaultValue())).isEmpty();
  }

  @Test
  void of_severalThingsAreWrong_allAreTold() throws IOException {
    read("threads: 0\nverify: maybe\nhung-after-ms: 5\nmemory: much\nheartbeat.interval.ms: x\n");

    assertThat(problems)
        .hasSize(5)
        .anyMatch(each -> each.contains("threads is a whole number from 1 to 1024"))
        .anyMatch(each -> each.contains("verify is none or normal or deep"))
        .anyMatch(each -> each.contains("is 'hung.after.ms' meant?"))
        .anyMatch(each -> each.contains("memory is a size above 0"))
        .anyMatch(each -> each.contains("heartbeat.interval.ms is a whole number"));
  }

  @ParameterizedTest
  @CsvSource({
    "threads, 2147483648",
    "threads, 1025",
    "restart.budget, 4294967297",
    "http.max.connections, 1000001",
    "hung.after.ms, 9223372036854775807",
  })
  void of_numberThatWouldOverflow_isAProblem(String key, String value) throws IOException {
    read(key + ": " + value + "\n");

    assertThat(problems).singleElement().asString().contains(key, value);
  }

  @ParameterizedTest
  @CsvSource({
    "heartbeat.interval.ms: 60000, hung.after.ms is 60000",
    "scan.interval.ms: 120000, blind.after.ms is 120000",
    "full.scan.interval.ms: 14999, full.scan.interval.ms is 14999",
    "restart.backoff.ms: 30001, restart.backoff.max.ms is 30000",
    "quarantine.retry.max.ms: 59999, quarantine.retry.max.ms is 59999",
  })
  void of_intervalsThatMakeNoSenseTogether_areAProblem(String line, String told)
      throws IOException {
    read(line + "\n");

    assertThat(problems).singleElement().asString().contains(told);
  }

  @Test
  void of_lessMemoryThanItsThreadsNeed_isAProblemThatSaysHowMuch() throws IOException {
    read("memory: 7m\nthreads: 8\n");

    assertThat(problems).singleElement().asString().contains("memory is 7340032", "8m for threads");
  }
}
