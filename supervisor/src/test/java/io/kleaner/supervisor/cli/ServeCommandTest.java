// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.io.LocalFileSystem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code kleaner serve}, as someone types it. */
class ServeCommandTest {

  private static final String ANY = "127.0.0.1:0";

  @TempDir private Path temp;

  private Served served(String... more) throws Exception {
    return new Served(temp, temp.resolve("state"), more);
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
}
