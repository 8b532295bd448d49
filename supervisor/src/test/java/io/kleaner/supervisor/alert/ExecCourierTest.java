// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.judge.Severity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs real programs: what a shell is made to do stands for any of them. */
@Timeout(60)
class ExecCourierTest {

  private static final long PATIENT_MS = 30_000;

  /** Tells the processes of this run from all others: an argument of sleep. */
  private final String seconds =
      Long.toString(ThreadLocalRandom.current().nextLong(1_000_000_000, 2_000_000_000));

  @TempDir Path dir;

  @Test
  void deliver_program_getsJsonOnItsInput() throws Exception {
    Path seen = dir.resolve("seen");

    deliver(PATIENT_MS, Samples.firing(7), "/bin/sh", "-c", "cat > " + seen);

    JsonNode json = new ObjectMapper().readTree(Files.readString(seen));
    assertThat(json.get("rule").asText()).isEqualTo("WorkerDead");
    assertThat(json.get("instance").asText()).isEqualTo("kleaner@test");
  }

  @Test
  void deliver_program_getsTheMainFieldsInItsEnvironment() throws Exception {
    Path seen = dir.resolve("seen");

    deliver(
        PATIENT_MS,
        Samples.event(AlertEvent.Kind.REPEATED, 7, Severity.WARNING, "two\nlines\0"),
        "/bin/sh",
        "-c",
        "env | grep '^KLEANER_' | sort > " + seen);

    assertThat(Files.readAllLines(seen))
        .containsExactly(
            "KLEANER_ALERT_EVENT=repeated",
            "KLEANER_ALERT_EVIDENCE=heartbeat 1,200 ms old",
            "KLEANER_ALERT_ID=7",
            "KLEANER_ALERT_INSTANCE=kleaner@test",
            "KLEANER_ALERT_NEXT_STEP=Look at the incident.",
            "KLEANER_ALERT_RULE=WorkerDead",
            "KLEANER_ALERT_SEVERITY=warning",
            "KLEANER_ALERT_SUBJECT=worker-1",
            "KLEANER_ALERT_SUMMARY=two lines ");
  }

  @Test
  void deliver_textWithShellInIt_isOnlyText() throws Exception {
    Path trap = dir.resolve("trap");
    Path seen = dir.resolve("seen");
    String text = "$(touch " + trap + "); touch " + trap + " `touch " + trap + "`";

    deliver(
        PATIENT_MS,
        Samples.event(AlertEvent.Kind.FIRING, 7, Severity.WARNING, text),
        "/bin/sh",
        "-c",
        "printf %s \"$KLEANER_ALERT_SUMMARY\" > " + seen);

    assertThat(trap).doesNotExist();
    assertThat(seen).hasContent(text);
  }

  @Test
  void deliver_programReadsNothing_itsExitCounts() throws Exception {
    deliver(PATIENT_MS, Samples.firing(7), "/bin/sh", "-c", "exec <&-; exit 0");
  }

  @Test
  void deliver_programFails_saysItsExitAndNoArgument() {
    assertThatThrownBy(
            () -> deliver(PATIENT_MS, Samples.firing(7), "/bin/sh", "-c", "exit 3 # hunter2"))
        .isInstanceOf(DeliveryException.class)
        .hasMessage("/bin/sh ended with 3");
  }

  @Test
  void deliver_noSuchProgram_saysSo() {
    assertThatThrownBy(() -> deliver(PATIENT_MS, Samples.firing(7), "/nonexistent/page", "hunter2"))
        .isInstanceOf(DeliveryException.class)
        .hasMessage("/nonexistent/page cannot be started");
  }

  @Test
  void deliver_programHangs_isKilledWithItsChildren() throws Exception {
    assertThatThrownBy(
            () -> deliver(500, Samples.firing(7), "/bin/sh", "-c", "sleep " + seconds + " & wait"))
        .isInstanceOf(DeliveryException.class)
        .hasMessage("/bin/sh had not ended after 500 ms and was killed");

    assertNothingIsLeft();
  }

  @Test
  void deliver_interrupted_killsTheProgram() throws Exception {
    Thread self = Thread.currentThread();
    Thread interrupting =
        new Thread(
            () -> {
              while (ProcessHandle.allProcesses().noneMatch(this::isOurSleep)) {
                Thread.onSpinWait();
              }
              self.interrupt();
            });
    interrupting.setDaemon(true);
    interrupting.start();

    assertThatThrownBy(
            () ->
                deliver(
                    PATIENT_MS, Samples.firing(7), "/bin/sh", "-c", "sleep " + seconds + " & wait"))
        .isInstanceOf(InterruptedException.class);

    assertNothingIsLeft();
  }

  private void assertNothingIsLeft() throws Exception {
    List<ProcessHandle> left = ProcessHandle.allProcesses().filter(this::isOurs).toList();
    for (ProcessHandle each : left) {
      // Killed already; its end may take a moment to be seen.
      each.onExit().get(10, TimeUnit.SECONDS);
    }
    assertThat(ProcessHandle.allProcesses().filter(this::isOurs)).isEmpty();
  }

  private boolean isOurs(ProcessHandle process) {
    Optional<String> line = process.info().commandLine();
    return line.isPresent() && line.get().contains(seconds);
  }

  private boolean isOurSleep(ProcessHandle process) {
    return isOurs(process) && process.info().commandLine().orElse("").matches("\\S*sleep .*");
  }

  private static void deliver(long timeoutMs, AlertEvent event, String... command)
      throws Exception {
    new ExecCourier(List.of(command), timeoutMs, "kleaner@test").deliver(event, new CancelToken());
  }
}
