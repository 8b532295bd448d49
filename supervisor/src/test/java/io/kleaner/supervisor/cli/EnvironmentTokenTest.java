// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.broker.ChildJvm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The token from the environment: what it is stronger than, and where it is never seen. */
class EnvironmentTokenTest {

  private static final String SECRET = "secret-of-the-environment-1";
  private static final Map<String, String> IN = Map.of("KLEANER_TOKEN", SECRET);

  @TempDir private Path temp;

  private Served served(String... more) throws Exception {
    return new Served(temp, temp.resolve("state"), IN, more);
  }

  @Test
  void serve_tokenOfTheEnvironment_countsAndNoneIsMade() throws Exception {
    try (Served served = served()) {
      assertThat(served.out()).contains("token for actions: KLEANER_TOKEN of the environment");
      assertThat(Cli.runIn(IN, "throttle", "--url", served.url(), "5m").all()).contains("exit 0");
      assertThat(Cli.run("throttle", "--url", served.url(), "5m").exit()).isEqualTo(3);
      assertThat(served.token()).doesNotExist();
    }
  }

  @Test
  void serve_tokenFileIsNamedToo_theEnvironmentIsStronger() throws Exception {
    Path named = Files.writeString(temp.resolve("named"), "0123456789abcdef");
    Path file = Files.writeString(temp.resolve("kleaner.yaml"), "http.token.file: " + named);
    try (Served served = served("--config-file", file.toString())) {
      Object[] url = {"throttle", "--url", served.url(), "5m", "--token-file", named};

      assertThat(Cli.run(url).all()).contains("exit 3", "the token is wrong");
      assertThat(Cli.runIn(IN, "throttle", "--url", served.url(), "5m").exit()).isZero();
    }
  }

  @Test
  void command_tokenFileIsNamedToo_theFlagIsStronger() throws Exception {
    Path wrong = Files.writeString(temp.resolve("wrong"), "0123456789abcdef");
    try (Served served = served()) {
      Cli.Run run = Cli.runIn(IN, "throttle", "--url", served.url(), "5m", "--token-file", wrong);

      assertThat(run.all()).contains("exit 3", "the token is wrong");
    }
  }

  @Test
  void serve_tokenOfTheEnvironment_isNowhereToBeSeen() throws Exception {
    try (Served served = served()) {
      Cli.Run run = Cli.runIn(IN, "status", "--url", served.url(), "--json");

      assertThat(run.all() + served.out() + served.err()).doesNotContain(SECRET);
    }
    try (var files = Files.walk(temp)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(SECRET);
      }
    }
  }

  @Test
  void command_ofAProcess_takesItsOwnEnvironment() throws Exception {
    try (Served served = served()) {
      ProcessBuilder builder =
          new ProcessBuilder(
              List.of(
                  ProcessHandle.current().info().command().orElseThrow(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Main.class.getName(),
                  "throttle",
                  "--url",
                  served.url(),
                  "5m"));
      builder.environment().putAll(IN);
      Process process = ChildJvm.start(builder.redirectErrorStream(true));
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(said).isZero();
      assertThat(said).contains("5242880 bytes/s");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"too-short", "two words of a token", "tökens-are-ascii-here"})
  void serve_tokenThatIsNone_isUsageAndNotShown(String token) throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));

    Cli.Run run = Cli.runIn(Map.of("KLEANER_TOKEN", token), "serve", "--log-dir", logs);

    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err()).contains("KLEANER_TOKEN holds").doesNotContain(token);
    assertThat(logs.resolve(".lock")).doesNotExist();
  }

  @Test
  void command_tokenThatCannotBeSent_isUsageAndNotShown() throws Exception {
    String broken = "0123456789\nabcdef";
    Path file = Files.writeString(temp.resolve("broken"), broken);

    Cli.Run environment = Cli.runIn(Map.of("KLEANER_TOKEN", broken), "status");
    Cli.Run named = Cli.run("status", "--token-file", file);

    for (Cli.Run run : List.of(environment, named)) {
      assertThat(run.exit()).as(run.all()).isEqualTo(2);
      assertThat(run.err()).contains("holds no token").doesNotContain("0123456789");
    }
  }
}
