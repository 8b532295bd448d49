// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kleaner alert}, as someone types it. */
class AlertCommandTest {

  @TempDir private Path temp;

  @Test
  void alertTest_secretThatIsNotThere_isToldWithTheFix() throws Exception {
    Path file =
        Files.writeString(
            temp.resolve("kleaner.yaml"),
            "alerts: { sinks: [ { type: webhook, url: 'http://127.0.0.1:1', secret.file: "
                + temp.resolve("secret")
                + " } ] }\n");

    Cli.Run run = Cli.run("alert", "test", "--config-file", file);

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err()).contains("does not exist", "leave secret.file out to send unsigned");
  }

  @Test
  void alertTest_logAlone_isDelivered() {
    assertThat(Cli.run("alert", "test").all()).contains("exit 0", "log: delivered");
  }

  @Test
  void alertTest_sinkThatFails_isOne() throws Exception {
    Path file = temp.resolve("kleaner.yaml");
    Files.writeString(
        file, "alerts:\n  sinks:\n    - type: exec\n      command: [ /no/such/program ]\n");

    assertThat(Cli.run("alert", "test", "--config-file", file).all())
        .contains("exit 1", "NOT delivered");
  }

  @Test
  void alert_noCommand_isUsage() {
    assertThat(Cli.run("alert").exit()).isEqualTo(2);
  }
}
