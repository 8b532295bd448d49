// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether what {@code scripts/demo} shows is so; the demonstrations check each of their steps. */
@Tag("full")
class DemoTest {

  @TempDir private Path temp;

  @Test
  void incidentDemo_realBrokerAndSidecar_allOfItHolds() throws Exception {
    JsonNode report = play("io.kleaner.supervisor.demo.IncidentDemo");

    assertThat(report.path("culprit").path("topic").asText()).isEqualTo("clicks");
    assertThat(report.path("threadsAfter")).isNotEmpty().isNotEqualTo(report.path("threadsBefore"));
    assertThat(report.path("verified orders").path("keys").asInt())
        .isPositive()
        .isEqualTo(report.path("verified orders").path("keysWritten").asInt());
  }

  @Test
  void heroku2017Demo_realBrokerAndSidecar_allOfItHolds() throws Exception {
    assumeThat(BrokerJvm.unobtainable(KafkaVersion.V0_9_0_1)).isEmpty();
    assumeThat(BrokerJvm.unobtainable(KafkaVersion.V2_8_2)).isEmpty();
    JsonNode report = play("io.kleaner.supervisor.demo.Heroku2017Demo");

    assertThat(report.path("threadsBefore")).isNotEmpty();
    assertThat(report.path("threadsAfter")).isEmpty();
    assertThat(report.path("oldBrokerReadsResult").asBoolean(true)).isFalse();
    assertThat(report.path("verified").path("keys").asInt()).isEqualTo(10_000);
  }

  private JsonNode play(String demo) throws IOException, InterruptedException {
    Path home = Files.createDirectories(temp.resolve("home"));
    Path file = temp.resolve("demo-report.json");
    Process process =
        ChildJvm.start(
            temp,
            List.of("-Xmx512m", "-XX:+UseSerialGC"),
            List.of(demo, home.toString(), file.toString()));
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    JsonNode report = new ObjectMapper().readTree(file.toFile());
    assertThat(report.path("held").asBoolean()).as(output).isTrue();
    return report;
  }
}
