// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.broker.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a unit of systemd's hears of the real process, by a program in the place of its own. */
class SystemdTest {

  @TempDir private Path temp;

  /** Notes what it is told; told that the service is ready, first whether it can be reached. */
  private Path stub(int port, Path heard) throws IOException {
    Path bin = Files.createDirectories(temp.resolve("bin"));
    Path program =
        Files.writeString(
            bin.resolve("systemd-notify"),
            """
            #!/bin/bash
            if [ "$1" = --ready ] && (exec 3<> /dev/tcp/127.0.0.1/%d); then
              echo listening >> '%s'
            fi
            echo "$1" >> '%s'
            """
                .formatted(port, heard, heard));
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return bin;
  }

  private static List<String> heard(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  private static long pings(Path file) throws IOException {
    return heard(file).stream().filter("WATCHDOG=1"::equals).count();
  }

  @Test
  void serve_startedBySystemd_saysReadyOnceItListensThenPingsAndSaysThatItStops() throws Exception {
    int port = FreePorts.find(1).get(0);
    Path heard = temp.resolve("heard");
    ServiceHome home =
        new ServiceHome(temp)
            .partitions("orders", 1)
            .set("listen", "127.0.0.1:" + port)
            .wrappedIn(
                "env",
                "NOTIFY_SOCKET=" + temp.resolve("no-socket"),
                "WATCHDOG_USEC=600000",
                "PATH=" + stub(port, heard) + ":" + System.getenv("PATH"));
    try (ServiceProcess service = home.start()) {
      service.await("ready", () -> heard(heard).contains("--ready"));
      assertThat(heard(heard)).containsSubsequence("listening", "--ready");

      long before = pings(heard);
      service.await("it is pinged again and again", () -> pings(heard) >= before + 3);

      service.terminate();
      assertThat(service.awaitExit(Duration.ofSeconds(60))).isEqualTo(OptionalInt.of(0));
    }
    assertThat(heard(heard)).containsOnlyOnce("--ready", "STOPPING=1");
  }
}
