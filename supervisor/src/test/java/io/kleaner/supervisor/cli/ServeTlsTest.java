// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.http.Certificates;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service that speaks TLS, and the commands that trust its authority. */
@Timeout(180)
class ServeTlsTest {

  @TempDir private Path temp;

  private Certificates certificates;
  private Path file;

  @BeforeEach
  void configure() throws Exception {
    certificates = Certificates.make(temp, "service");
    file =
        Files.writeString(
            temp.resolve("kleaner.yaml"),
            "http.tls.certificate: "
                + certificates.certificate()
                + "\nhttp.tls.key: "
                + certificates.key()
                + "\n");
  }

  @Test
  void status_authorityNamed_isTrustedAndElseNot() throws Exception {
    try (Served served = new Served(temp, temp.resolve("s"), "--config-file", file.toString())) {
      Cli.Run stranger = Cli.run("status", "--url", served.url());
      Cli.Run known =
          Cli.run("status", "--url", served.url(), "--ca-file", certificates.certificate());

      assertThat(served.url()).startsWith("https://");
      assertThat(stranger.exit()).as(stranger.all()).isEqualTo(1);
      assertThat(stranger.err()).contains("is not trusted", "with --ca-file");
      // It answers before it has looked at anything.
      assertThat(known.out()).as(known.all()).contains(" partitions");
    }
  }

  @Test
  void throttle_overTls_isDone() throws Exception {
    try (Served served = new Served(temp, temp.resolve("s"), "--config-file", file.toString())) {
      Cli.Run run =
          Cli.run(
              "throttle",
              "--url",
              served.url(),
              "--ca-file",
              certificates.certificate(),
              "--token-file",
              served.token(),
              "5m");

      assertThat(run.all()).contains("exit 0", "5242880 bytes/s");
    }
  }

  /** As where Netty's OpenSSL cannot be loaded: another libc, another processor, noexec on /tmp. */
  @Test
  void serve_openSslDoesNotLoad_speaksTlsByTheJdk() throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));
    Files.createDirectories(logs.resolve("orders-0"));
    Process service =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dio.netty.handler.ssl.noOpenSsl=true",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve",
                "--log-dir",
                logs.toString(),
                "--state-dir",
                temp.resolve("s").toString(),
                "--listen",
                "127.0.0.1:0",
                "--config-file",
                file.toString())
            .redirectError(temp.resolve("err").toFile())
            .start();
    try (BufferedReader out = service.inputReader()) {
      List<String> said = List.of(line(out), line(out), line(out));
      String url = said.get(0).replaceAll("^.* ", "");

      assertThat(said.get(2)).isEqualTo("TLS by JDK");
      awaitStatus(url, "1 partitions");
      Cli.Run json =
          Cli.run("status", "--url", url, "--ca-file", certificates.certificate(), "--json");
      assertThat(json.json().path("status").path("tls").asText()).isEqualTo("JDK");
    } finally {
      service.destroy();
      if (!service.waitFor(60, TimeUnit.SECONDS)) {
        service.destroyForcibly();
      }
    }
  }

  /** The first scan takes its time. */
  private void awaitStatus(String url, String wanted) {
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    Cli.Run status;
    do {
      status = Cli.run("status", "--url", url, "--ca-file", certificates.certificate());
      assertThat(System.nanoTime() - endNanos).as(status.all()).isNegative();
    } while (!status.out().contains(wanted));
  }

  private String line(BufferedReader out) throws Exception {
    String line = out.readLine();
    assertThat(line).as(Files.readString(temp.resolve("err"))).isNotNull();
    return line;
  }
}
