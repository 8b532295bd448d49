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
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whether what {@code scripts/demo} shows is so; the demonstrations check each of their steps. What
 * they print stays in {@code target}.
 */
@Tag("full")
class DemoTest {

  @TempDir private Path temp;

  @Test
  void incidentDemo_realBrokerAndSidecar_allOfItHolds() throws Exception {
    JsonNode report = play("io.kleaner.supervisor.demo.IncidentDemo");

    assertThat(seconds(report, "alert CleanerDead firing")).isLessThan(5);
    assertThat(seconds(report, "cleaner revived")).isLessThan(10);
    assertThat(seconds(report, "cleaner dead again"))
        .isGreaterThan(seconds(report, "cleaner revived"));
    assertThat(seconds(report, "other topics compact again"))
        .isLessThan(30)
        .isGreaterThan(seconds(report, "cleaner dead again"));
    assertThat(report.path("whileDead").path("threads")).isEmpty();
    assertThat(report.path("whileDead").path("recordsWritten").asInt()).isPositive();
    assertThat(report.path("whileDead").path("allRead").asBoolean()).isTrue();
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

    assertThat(seconds(report, "alert CleanerDead firing")).isLessThan(5);
    assertThat(report.path("threadsBefore")).isNotEmpty();
    assertThat(report.path("threadsAfter")).isEmpty();
    assertThat(report.path("oldBrokerReadsResult").asBoolean(true)).isFalse();
    assertThat(report.path("verified").path("keys").asInt()).isEqualTo(10_000);
  }

  /** It writes no report: what it prints is all there is. */
  @Test
  void offlineDemo_realBrokerAndStoppedOne_allOfItHolds() throws Exception {
    String output = run("io.kleaner.supervisor.demo.Demo");

    assertThat(output)
        .contains(
            "$ kleaner plan --exact DEMO/broker/data/customers-0",
            "$ kleaner compact DEMO/broker/data/customers-0",
            "$ kleaner check --level 3 DEMO/broker/data/customers-0",
            "it found nothing to repair and nothing to warn of",
            "It held: ")
        .doesNotContain("FAILED", "WRONG");
    assertThat(output.lines().filter(line -> line.contains("have their newest record")))
        .as(output)
        .hasSize(2);
    Matcher sizes = Pattern.compile("It held: ([\\d.]+) MiB became ([\\d.]+) MiB").matcher(output);
    assertThat(sizes.find()).as(output).isTrue();
    assertThat(Double.parseDouble(sizes.group(2)))
        .as(output)
        .isLessThan(Double.parseDouble(sizes.group(1)));
  }

  /** When something happened, counted from the death. */
  private static double seconds(JsonNode report, String moment) {
    JsonNode moments = report.path("momentsMs");
    assertThat(moments.has(moment)).as("%s: %s", moment, moments).isTrue();
    return (moments.path(moment).asLong() - moments.path("death").asLong()) / 1_000.0;
  }

  private String run(String demo, String... arguments) throws IOException, InterruptedException {
    Path home = Files.createDirectories(temp.resolve("home"));
    List<String> command = new ArrayList<>(List.of(demo, home.toString()));
    command.addAll(List.of(arguments));
    Process process = ChildJvm.start(temp, List.of("-Xmx512m", "-XX:+UseSerialGC"), command);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String name = demo.substring(demo.lastIndexOf('.') + 1);
    Files.writeString(Path.of("target", name + ".txt"), output);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private JsonNode play(String demo) throws IOException, InterruptedException {
    Path file = temp.resolve("demo-report.json");
    String output = run(demo, file.toString());
    JsonNode report = new ObjectMapper().readTree(file.toFile());
    assertThat(report.path("held").asBoolean()).as(output).isTrue();
    return report;
  }
}
