// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command lines of the sidecar as someone meets them who has not read about it. */
class WatchUsageTest {

  @TempDir private Path temp;

  @Test
  void watch_noSource_saysWhichThereAre() {
    Cli.Run run = Cli.run("watch");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("name a source").contains("--log-dir");
  }

  @Test
  void watch_manyProblems_areToldAtOnce() {
    Cli.Run run =
        Cli.run(
            "watch",
            "--bootstrap-server",
            "nowhere",
            "--jmx",
            "also-nowhere",
            "--pid",
            "7",
            "--log-dir",
            temp.resolve("missing"),
            "--remedy",
            "reveal=auto",
            "--remedy",
            "abort-transaction=auto",
            "--jmx-user",
            "me",
            "--broker-log-zone",
            "Mars/North");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err())
        .contains("'nowhere' is no address")
        .contains("give one of them")
        .contains("is no directory")
        .contains("--remedy reveal")
        .contains("abort-transaction=auto: it takes a person's yes")
        .contains("need each other")
        .contains("Mars/North is no time zone");
  }

  @Test
  void watch_portTaken_saysSoAndHasBegunNothing() throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Cli.Run run =
          Cli.run(
              "watch",
              "--log-dir",
              logs,
              "--state-dir",
              temp.resolve("state"),
              "--listen",
              "127.0.0.1:" + taken.getLocalPort());

      assertThat(run.exit()).as(run.all()).isEqualTo(1);
      assertThat(run.err()).contains("cannot listen on", "nothing was changed");
    }
    assertThat(Files.readString(temp.resolve("state").resolve("incidents.log")))
        .as("nobody began to look or to act")
        .isEmpty();
  }

  @Test
  void watch_tokenFileIsMissing_isToldWithAllElse() throws Exception {
    Path file =
        Files.writeString(
            temp.resolve("kleaner.yaml"), "http.token.file: " + temp.resolve("token") + "\n");

    Cli.Run run = Cli.run("watch", "--config-file", file);

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("name a source", "http.token.file: ", "does not exist");
  }

  /** By a link, too: a broker refuses to start on what it does not know. */
  @Test
  void watch_stateDirInALogDirectory_isToldWithAllElseAndNothingIsMade() throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));
    Path link = Files.createSymbolicLink(temp.resolve("link"), logs);

    Cli.Run run =
        Cli.run(
            "watch", "--log-dir", logs, "--state-dir", link.resolve("state"), "--jmx-user", "me");

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err())
        .contains(
            "need each other",
            "the state directory " + logs.resolve("state") + " lies in the log directory " + logs,
            "nothing was changed",
            "Name another with --state-dir");
    assertThat(logs).isEmptyDirectory();
  }

  @Test
  void compactNow_stateDirInALogDirectory_isWrongUseAsOfTheOthers() throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));

    Cli.Run run =
        Cli.run(
            "compact-now",
            "--bootstrap-server",
            "127.0.0.1:1",
            "--log-dir",
            logs,
            "--state-dir",
            logs.resolve("state"),
            "x");

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err())
        .contains("lies in the log directory", "nothing was changed", "Name another with");
    assertThat(logs).isEmptyDirectory();
  }

  @Test
  void watch_keyStoreIsMissing_isToldBeforeAnythingConnects() throws Exception {
    Path client =
        Files.writeString(
            temp.resolve("client.properties"),
            "security.protocol=SSL\nssl.keystore.location=" + temp.resolve("keys.p12") + "\n");

    Cli.Run run =
        Cli.run("watch", "--bootstrap-server", "127.0.0.1:9092", "--command-config", client);

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err())
        .contains("client.properties: ssl.keystore.location: ", "keys.p12 does not exist");
  }

  @Test
  void compactNow_noAddress_saysSoBeforeItConnects() {
    Cli.Run run = Cli.run("compact-now", "--bootstrap-server", "nowhere", "--log-dir", temp, "x");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("'nowhere' is no address: expected HOST:PORT");
  }

  @Test
  void explain_topicThatIsNotThere_saysSo() {
    Cli.Run run = Cli.run("explain", "nothing", "--log-dir", temp);

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("no topic or partition 'nothing' is seen");
  }

  @Test
  void compactNow_brokerThatMayBeOf09_isRefusedBeforeAnythingConnects() throws Exception {
    Path state = temp.resolve("state");
    String[] line = {
      "compact-now", "--bootstrap-server", "127.0.0.1:1", "--state-dir", state.toString()
    };
    Path old = Files.createDirectories(temp.resolve("old"));
    Path now = Files.createDirectories(temp.resolve("now"));
    Files.createFile(now.resolve("log-start-offset-checkpoint"));

    Cli.Run unknown = Cli.run(with(line, "--log-dir", old, "orders"));
    assertThat(unknown.exit()).isEqualTo(3);
    assertThat(unknown.err())
        .contains("nothing that only brokers since 0.11 write")
        .contains("--broker-version");
    Cli.Run stated = Cli.run(with(line, "--log-dir", now, "--broker-version", "0.9.0.1", "orders"));
    assertThat(stated.exit()).isEqualTo(3);
    assertThat(stated.err()).contains("the broker is Kafka 0.9.0.1");
    assertThat(state).as("nothing was begun").doesNotExist();
    assertThat(Cli.run(with(line, "--log-dir", now, "--broker-version", "new", "x")).all())
        .contains("exit 2", "is no release");
  }

  private static Object[] with(String[] line, Object... more) {
    List<Object> all = new ArrayList<>(List.of((Object[]) line));
    all.addAll(List.of(more));
    return all.toArray();
  }
}
