// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.broker.FreePorts;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that drive a running service, as someone types them. */
class ServiceCommandsTest {

  @TempDir private Path temp;

  private Served served(String... more) throws Exception {
    return new Served(temp, temp.resolve("state"), more);
  }

  @Test
  void commands_runningService_doWhatTheySay() throws Exception {
    try (Served served = served("--chaos")) {
      Object[] how = {"--url", served.url(), "--token-file", served.token()};

      assertThat(with("throttle", how, "5m").all()).contains("exit 0", "5242880 bytes/s");
      assertThat(with("throttle", how, "none").all()).contains("exit 0", "no limit");
      assertThat(with("throttle", how, "fast").exit()).isEqualTo(2);
      assertThat(with("chaos", how, "cleaner-0", "oom").all()).contains("exit 0", "meets oom");
      assertThat(with("chaos", how, "cleaner-0", "flood").all()).contains("exit 3", "no fault");
      assertThat(with("chaos", how, "cleaner-9", "oom").exit()).isEqualTo(1);
      assertThat(with("release", how, "none-0").all()).contains("exit 1", "no partition 'none-0'");
      assertThat(with("clean", how, "none-0").exit()).isEqualTo(1);
      assertThat(with("quarantine", how, "none-0").exit()).isEqualTo(1);
      assertThat(Cli.run("status", "--url", served.url()).out()).contains("partitions");
      assertThat(Cli.run("status", "--url", served.url(), "--json").json().path("status").size())
          .isPositive();
    }
  }

  private static Cli.Run with(String command, Object[] how, Object... more) {
    Object[] all = new Object[1 + how.length + more.length];
    all[0] = command;
    System.arraycopy(how, 0, all, 1, how.length);
    System.arraycopy(more, 0, all, 1 + how.length, more.length);
    return Cli.run(all);
  }

  @Test
  void commands_wrongOrNoToken_areRefused() throws Exception {
    Path wrong = Files.writeString(temp.resolve("wrong"), "0123456789012345");
    try (Served served = served()) {
      Object[] url = {"--url", served.url()};

      Cli.Run none = with("throttle", url, "5m");
      assertThat(none.all()).contains("exit 3", "actions need a token");
      Cli.Run bad = with("throttle", url, "5m", "--token-file", wrong);
      assertThat(bad.all()).contains("exit 3", "the token is wrong");
      Cli.Run gone = with("throttle", url, "5m", "--token-file", temp.resolve("gone"));
      assertThat(gone.all()).contains("exit 2", "there is no file");
      assertThat(
              with(
                      "chaos",
                      new Object[] {"--url", served.url(), "--token-file", served.token()},
                      "cleaner-0",
                      "oom")
                  .exit())
          .as("the switch is off")
          .isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"status", "release x-0", "throttle 1m", "chaos cleaner-0 oom", "explain x"})
  void commands_noService_saySo(String command) throws Exception {
    int port = FreePorts.find(1).get(0);
    Object[] words = (command + " --url http://127.0.0.1:" + port).split(" ", -1);

    Cli.Run run = Cli.run(words);

    assertThat(run.exit()).as(run.all()).isEqualTo(1);
    assertThat(run.err()).contains("no service answers at", "kleaner serve");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://x", "nonsense", "http:///x"})
  void commands_urlThatIsNone_isUsage(String url) {
    assertThat(Cli.run("status", "--url", url).exit()).isEqualTo(2);
    assertThat(Cli.run("explain", "x", "--url", url).exit()).isEqualTo(2);
  }

  @Test
  void explain_serveIsAsked_saysThatItWatchesNoBroker() throws Exception {
    try (Served served = served()) {
      Cli.Run run = Cli.run("explain", "orders-0", "--url", served.url());

      assertThat(run.all()).contains("exit 1", "'kleaner serve', which watches no broker");
      assertThat(run.nextStep()).contains("/api/v1/partitions?search=orders-0");
    }
  }

  @Test
  void commands_caFileThatIsNone_saySo() throws Exception {
    Path file = Files.writeString(temp.resolve("ca.pem"), "nothing");

    Cli.Run run = Cli.run("status", "--url", "https://127.0.0.1:1", "--ca-file", file);

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("ca.pem holds no PEM certificate");
  }
}
