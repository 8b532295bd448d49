// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.oracle.ScriptedLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service keeps tombstones that have been due for long, unless it is told to drop them: deleted
 * data could come back with a replica that has not seen them.
 */
class ServeTombstonesTest {

  private static final long PATIENCE_SECONDS = 60;

  @TempDir private Path temp;

  @Test
  void clean_nothingSaid_keepsATombstoneThatIsDue() throws Exception {
    assertThat(cleaned("")).isTrue();
  }

  @Test
  void clean_tombstonesExpire_dropsIt() throws Exception {
    assertThat(cleaned("tombstones: expire\n")).isFalse();
  }

  private static String hex(String key) {
    return HexFormat.of().formatHex(key.getBytes(StandardCharsets.UTF_8));
  }

  /** Has a service clean once, and returns whether the tombstone is still there. */
  private boolean cleaned(String yaml) throws Exception {
    Path logs = Files.createDirectories(temp.resolve("logs"));
    try (ScriptedLog log = ScriptedLog.in(logs, Map.of())) {
      log.put("gone", "1").put("gone", "2").stampedTombstone("gone").put("stays", "1").roll();
      log.put("stays", "2");
    }
    Path file =
        Files.writeString(
            temp.resolve("kleaner.yaml"), yaml + "high.watermark: log-end\nexclusive: true\n");
    try (Served served =
        new Served(
            temp,
            temp.resolve("state"),
            "--config-file",
            file.toString(),
            "--config",
            "cleanup.policy=compact")) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      JsonNode status;
      do {
        assertThat(System.nanoTime()).as(served.out() + served.err()).isLessThan(end);
        status = Cli.run("status", "--url", served.url(), "--json").json().path("status");
      } while (status.path("cleans").asLong() == 0);
    }
    Cli.Run dump =
        Cli.run("dump", "--keys", ScriptedLog.partition(logs).resolve("00000000000000000000.log"));
    assertThat(dump.exit()).as(dump.all()).isZero();
    assertThat(dump.out()).contains("keyHex=" + hex("stays"));
    return dump.out().contains("keyHex=" + hex("gone"));
  }
}
