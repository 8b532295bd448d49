// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a demonstration makes of something that comes too late, or not at all. */
class StageTest {

  @TempDir private Path temp;

  private long nowMs;
  private final Stage stage = new Stage(() -> nowMs * 1_000_000);

  private JsonNode report() throws IOException {
    return new ObjectMapper().readTree(temp.resolve("report.json").toFile());
  }

  private int play(DemoReport.Play play) {
    return DemoReport.exit(stage, new DemoReport(temp.resolve("report.json"), "a test"), play);
  }

  private void deathAndAlertAfter(long ms) {
    stage.moment("death");
    nowMs += ms;
    stage.moment("alert");
  }

  @Test
  void exit_allCameInTime_isZero() throws IOException {
    int exit =
        play(
            () -> {
              deathAndAlertAfter(5_000);
              stage.inTime("alert", "death", 5_000);
            });

    assertThat(exit).isZero();
    assertThat(report().path("held").asBoolean()).isTrue();
  }

  @Test
  void exit_somethingCameTooLate_isOneAndSaysWhatAndHowLate() throws IOException {
    int exit =
        play(
            () -> {
              deathAndAlertAfter(5_300);
              stage.inTime("alert", "death", 5_000);
            });

    assertThat(exit).isEqualTo(1);
    assertThat(report().path("held").asBoolean()).isFalse();
    assertThat(report().path("failures").get(0).asText())
        .isEqualTo("alert: 5.3 s after the death, promised within 5 s: TOO LATE");
  }

  @Test
  void exit_somethingNeverCame_isOneAndSaysWhat() throws IOException {
    int exit =
        play(
            () -> {
              stage.moment("death");
              stage.inTime("alert", "death", 5_000);
            });

    assertThat(exit).isEqualTo(1);
    assertThat(report().path("failures").get(0).asText()).isEqualTo("alert: never seen");
  }

  @Test
  void exit_aStepThrows_isOneAndSaysWhy() throws IOException {
    int exit =
        play(
            () -> {
              throw new IOException("the broker did not start");
            });

    assertThat(exit).isEqualTo(1);
    assertThat(report().path("failed").asText()).contains("the broker did not start");
  }
}
