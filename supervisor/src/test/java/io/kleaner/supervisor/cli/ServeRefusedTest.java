// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What keeps {@code kleaner serve} from starting, all of it said before anything is taken or made.
 */
class ServeRefusedTest {

  private static final String ANY = "127.0.0.1:0";

  @TempDir private Path temp;

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
}
