// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.io.LocalFileSystem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service and the commands that drive it, as someone types them. */
class ServeCommandTest {

  private static final String ANY = "127.0.0.1:0";

  @TempDir private Path temp;

  private Served served(String... more) throws Exception {
    return new Served(temp, temp.resolve("state"), more);
  }

  @Test
  void serve_manyMistakes_areAllSaidAtOnce() throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));
    Path empty = Files.createFile(temp.resolve("empty"));
    Path file =
        Files.writeString(
            temp.resolve("kleaner.yaml"),
            """
            threads: none
            threds: 1
            listen: nowhere
            topic: '['
            http.tls.certificate: x.pem
            http.token.file: %s
            metadata.log.dir: %s
            state.dir: %s
            spill.dir: %s
            alerts:
              sinks:
                - { type: webhook, url: "http://127.0.0.1:1", secret.file: %s }
                - { type: webhook, url: "http://127.0.0.1:1", secret.file: %s }
            """
                .formatted(
                    Files.writeString(temp.resolve("token"), "short"),
                    temp,
                    logs.resolve("state"),
                    logs.resolve("spills"),
                    temp.resolve("secret"),
                    empty));

    Cli.Run run =
        Cli.run("serve", "--config-file", file, "--log-dir", logs, "--log-dir", temp.resolve("no"));

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err())
        .contains(
            "threads is a whole number from 1 to 1024, not 'none'",
            "unknown key 'threds'",
            temp.resolve("no") + " does not exist",
            "topic is no pattern",
            "listen is HOST:PORT",
            "http.tls.certificate and http.tls.key need each other",
            "http.token.file: " + temp.resolve("token") + " holds no token",
            "metadata.log.dir: " + temp + " has no __cluster_metadata-0",
            "the state directory " + logs.resolve("state") + " lies in the log directory " + logs,
            "Name another with --state-dir",
            "the spill directory " + logs.resolve("spills") + " lies in the log directory " + logs,
            "Name another with spill.dir",
            "secret.file: " + temp.resolve("secret") + " does not exist",
            "secret.file: " + empty + ", the secret of a webhook, is empty")
        .doesNotContain("Exception")
        .doesNotContain("short");
    assertThat(logs).as("nothing was taken or made").isEmptyDirectory();
  }

  private Path metadataLogDir(Path dir) throws IOException {
    return Files.writeString(
        temp.resolve("kleaner.yaml"), "topic: '['\nmetadata.log.dir: " + dir + "\n");
  }

  /** That the disk does not tell is one of the mistakes, and hides none of the others. */
  @Test
  void serve_directoriesThatCannotBeLookedAt_areSaidWithAllOtherMistakes() throws Exception {
    Path file = Files.createFile(temp.resolve("file"));
    Path locked = Files.createDirectories(temp.resolve("locked"));
    FailingDisk disk =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == FailingDisk.Op.STAT && path.equals(locked)) {
                throw new AccessDeniedException(path.toString());
              }
            });

    Cli.Run run =
        Cli.runOn(
            disk,
            "serve",
            "--config-file",
            metadataLogDir(file),
            "--log-dir",
            locked,
            "--log-dir",
            file.resolve("logs"),
            "--state-dir",
            temp.resolve("state"));

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err())
        .contains(
            "log directory " + locked + ": permission denied for " + locked,
            "log directory " + file.resolve("logs") + ": ",
            "metadata.log.dir: " + file,
            "; name the log directory in which it is",
            "topic is no pattern")
        .doesNotContain("Exception");
  }

  @Test
  void serve_metadataLogIsAFile_isToldAndALinkToADirectoryIsNot() throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));
    Path metadata = Files.createDirectories(temp.resolve("metadata"));
    Path log = Files.createFile(metadata.resolve("__cluster_metadata-0"));

    Cli.Run run = Cli.run("serve", "--config-file", metadataLogDir(metadata), "--log-dir", logs);
    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err()).contains("metadata.log.dir: " + log + " is no directory");

    Files.delete(log);
    Files.createSymbolicLink(log, Files.createDirectories(temp.resolve("elsewhere")));
    assertThat(Cli.run("serve", "--config-file", metadataLogDir(metadata), "--log-dir", logs).err())
        .contains("topic is no pattern")
        .doesNotContain("metadata.log.dir");
  }

  /** What is wrong with a token is told before a directory is taken, and never the token. */
  @Test
  void serve_tokenFileThatHoldsNone_isToldBeforeAnythingIsTaken() throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));
    Path token = Files.writeString(temp.resolve("token"), "hunter2");
    Path file = Files.writeString(temp.resolve("kleaner.yaml"), "http.token.file: " + token + "\n");

    Cli.Run run = Cli.run("serve", "--config-file", file, "--log-dir", logs, "--listen", ANY);

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err())
        .contains("holds no token", "write a token there")
        .doesNotContain("hunter2");
    assertThat(logs).isEmptyDirectory();
  }

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
  void serve_tlsFilesThatAreNone_areSaidBeforeAnythingIsTaken() throws Exception {
    Path pem = Files.writeString(temp.resolve("x.pem"), "no certificate");
    Path file = temp.resolve("kleaner.yaml");
    Files.writeString(file, "http.tls.certificate: " + pem + "\nhttp.tls.key: " + pem + "\n");
    Path logs = Files.createDirectories(temp.resolve("logs"));

    Cli.Run run = Cli.run("serve", "--config-file", file, "--log-dir", logs);

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err()).contains("TLS: ", "x.pem");
    assertThat(logs.resolve(".lock")).doesNotExist();
  }

  @Test
  void serve_everywhereWithoutTls_isRefused() throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));

    Cli.Run run = Cli.run("serve", "--log-dir", logs, "--listen", "0.0.0.0:0");

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err()).contains("not loopback", "http.tls.certificate");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--threads=x", "--no-such-flag", "--threads=0", "--throttle=fast"})
  void serve_wrongFlag_isUsage(String flag) throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));

    assertThat(Cli.run("serve", "--log-dir", logs, flag).exit()).isEqualTo(2);
  }

  @Test
  void serve_stateDirInALogDirectory_isRefusedAndNothingIsMade() throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));
    Path partition = Files.createDirectories(logs.resolve("orders-0"));

    Cli.Run run =
        Cli.run("serve", "--log-dir", logs, "--state-dir", logs.resolve("state"), "--listen", ANY);

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err()).contains("lies in the log directory", "Name another with --state-dir");
    try (var left = Files.list(logs)) {
      assertThat(left).containsExactly(partition);
    }
  }

  @Test
  void serve_stateDirCannotBeMade_noRemedyRunsAndThatIsSaid() throws Exception {
    Path file = Files.writeString(temp.resolve("file"), "no directory");
    try (Served served = new Served(temp, file.resolve("state"))) {
      Cli.Run status = served.statusOfALook();

      assertThat(served.out()).contains("actions are off: there is nowhere to keep a token");
      assertThat(status.exit()).as(status.all()).isEqualTo(1);
      assertThat(status.out()).contains("NOT READY: no remedy runs", "JournalUnwritable");
      assertThat(Cli.run("throttle", "--url", served.url(), "5m").exit()).isEqualTo(3);
    }
    assertThat(file).hasContent("no directory");
  }

  /** The lock and an empty journal can be made on a disk that has no room for anything else. */
  @Test
  @Timeout(120)
  void serve_stateDiskIsFullAtTheFirstStart_servesWithoutActionsAndSaysWhy() throws Exception {
    Path state = temp.resolve("state");
    FailingDisk full =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              boolean room = op != FailingDisk.Op.WRITE && op != FailingDisk.Op.SYNC;
              if (!room && path.startsWith(state)) {
                throw new IOException("No space left on device");
              }
            });
    try (Served served = new Served(full, temp, state, Map.of())) {
      assertThat(served.out())
          .contains("actions are off", "token cannot be kept: No space left on device");
      Cli.Run status = served.statusOfALook();
      while (!status.out().contains("JournalUnwritable")) {
        status = served.statusOfALook();
      }
      assertThat(status.out()).contains("NOT READY: no remedy runs");
      assertThat(Cli.run("throttle", "--url", served.url(), "5m").all())
          .contains("exit 3", "the state directory cannot be written to");
    }
  }

  @Test
  void serve_directoryNamedTwiceAndByALink_isServedOnce() throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));
    Path link = Files.createSymbolicLink(temp.resolve("link"), logs);
    try (Served served = served("--log-dir", logs.toString(), "--log-dir", link.toString())) {
      JsonNode all = served.statusOfALook("--json").json();

      assertThat(all.path("status").path("logDirs")).hasSize(1);
      assertThat(all.path("workers")).hasSize(2);
    }
  }

  /** What is not seen is an alert; that nothing could be done would be more. */
  @Test
  @Timeout(120)
  void serve_oneOfTwoDirectoriesCannotBeTaken_isReadyAndSaysWhich() throws Exception {
    Path broker = Files.createDirectories(temp.resolve("broker"));
    Files.writeString(broker.resolve("meta.properties"), "version=1\nnode.id=1\n");
    try (Served served = served("--log-dir", broker.toString())) {
      Cli.Run status = served.statusOfALook();
      while (!status.out().startsWith("ready")) {
        status = served.statusOfALook();
      }

      assertThat(status.out().lines().findFirst().orElseThrow())
          .contains("1 of 1 cleaners are well", broker.toString(), "meta.properties is there");
    }
  }

  @Test
  void serve_brokersDirectoryAfterACrash_isRefusedWithWhatToDo() throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));
    Files.writeString(logs.resolve("meta.properties"), "version=1\nnode.id=1\n");

    Cli.Run run =
        Cli.run(
            "serve",
            "--log-dir",
            logs,
            "--exclusive",
            "--state-dir",
            temp.resolve("state"),
            "--listen",
            ANY);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err())
        .contains("has not stopped cleanly", "Nothing was changed")
        .contains("Start that broker once and stop it cleanly", "kleaner compact --after-crash");
    assertThat(logs.resolve(".lock")).doesNotExist();
  }

  @Test
  void serve_brokersDirectory_needsExclusive() throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));
    Files.writeString(logs.resolve("meta.properties"), "version=1\nnode.id=1\n");
    Files.writeString(logs.resolve(".kafka_cleanshutdown"), "{\"version\":0}");

    Cli.Run run =
        Cli.run("serve", "--log-dir", logs, "--state-dir", temp.resolve("state"), "--listen", ANY);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("meta.properties is there", "say so with --exclusive");
    assertThat(run.err().lines().filter(line -> line.contains("meta.properties"))).hasSize(1);
    assertThat(logs.resolve(".lock")).doesNotExist();
    try (Served served = served("--exclusive")) {
      assertThat(Cli.run("status", "--url", served.url()).out()).contains("partitions");
    }
  }

  /** What README has a newcomer type, on the directory that a newcomer has. */
  @Test
  void serve_asReadmeSays_takesACopyOfABrokersDirectory() throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));
    Files.writeString(logs.resolve("meta.properties"), "version=1\nnode.id=1\n");
    Files.writeString(logs.resolve(".kafka_cleanshutdown"), "{\"version\":0}");
    String command = "    scripts/kleaner serve --log-dir COPY ";
    List<String> lines =
        Files.readAllLines(Path.of("..", "README.md")).stream()
            .filter(line -> line.startsWith(command))
            .toList();
    assertThat(lines).hasSize(1);

    try (Served served = served(lines.get(0).substring(command.length()).split(" ", -1))) {
      assertThat(Cli.run("status", "--url", served.url()).out()).contains("partitions");
    }
  }

  @Test
  void serve_portTaken_saysSoAndGivesTheDirectoryBack() throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));
    Files.createDirectories(logs.resolve("orders-0"));
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Cli.Run run =
          Cli.run(
              "serve",
              "--log-dir",
              logs,
              "--state-dir",
              temp.resolve("state"),
              "--listen",
              "127.0.0.1:" + taken.getLocalPort());

      assertThat(run.exit()).as(run.all()).isEqualTo(1);
      assertThat(run.err())
          .contains("cannot listen on", ":" + taken.getLocalPort(), "another address with --listen")
          .doesNotContain("Exception");
    }
    assertThat(logs.resolve(".lock")).doesNotExist();
    assertThat(Files.readString(temp.resolve("state").resolve("incidents.log")))
        .as("nobody began to work")
        .isEmpty();
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
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
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
