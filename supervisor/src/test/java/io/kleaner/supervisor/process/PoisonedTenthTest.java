// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.beyond.Bomb;
import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tenth of the partitions is poisoned, in every way that a disk or a client can poison one. */
class PoisonedTenthTest {

  private static final int HEALTHY = 54;
  private static final int POISONED = 6;
  private static final String LOG = "00000000000000000000.log";
  private static final int BOMB_BYTES = 300 * 1024 * 1024;

  @TempDir private Path temp;

  @Test
  void clean_aTenthIsPoisoned_allHealthyAreCleanedAndEachOfTheOthersIsExplained() throws Exception {
    ServiceHome home =
        new ServiceHome(temp)
            .set("threads", 2)
            .set("failure.backoff.ms", 200)
            .set("memory", "8m")
            .set("max.record.bytes", "4m")
            .jvm("-Xmx96m")
            .partitions("orders", HEALTHY)
            .partitions("crc", 2)
            .partitions("unreadable", 1)
            .partitions("header", 1);
    for (int i = 0; i < 2; i++) {
      flip(home.partition("crc-" + i).resolve(LOG), 76 + i);
      home.put(bomb(temp.resolve("bomb-model-" + i), i == 0 ? "gzip" : "zstd"), "bomb-" + i);
    }
    Files.delete(home.partition("unreadable-0").resolve(LOG));
    Files.createDirectory(home.partition("unreadable-0").resolve(LOG));
    // The length of the first batch.
    flip(home.partition("header-0").resolve(LOG), 8);
    try (ServiceProcess service = home.start()) {
      service.await("healthy ones are clean", () -> service.count("clean") >= HEALTHY);
      service.await("the others are left alone", () -> service.count("quarantined") == POISONED);

      for (JsonNode partition : service.partitions()) {
        String name = partition.path("partition").asText();
        assertThat(partition.path("state").asText())
            .as(name)
            .isEqualTo(name.startsWith("orders") ? "clean" : "quarantined");
      }
      assertReason(service, "crc-0", "CRC mismatch", "byte");
      assertReason(service, "crc-1", "CRC mismatch", "byte");
      assertReason(service, "bomb-0", "bound");
      assertReason(service, "bomb-1", "bound");
      assertReason(service, "unreadable-0", "is a directory where a regular file is expected");
      assertReason(service, "header-0", LOG);
      assertThat(service.incidents("WORKER_DEAD")).as("nobody dies of it").isEmpty();
      assertThat(service.statusOf("/readyz")).isEqualTo(200);
      int clean = service.count("clean");
      Figures.note(
          "healthy partitions cleaned while 10 % are poisoned",
          "100 %", 100 * clean / HEALTHY + " % (" + clean + " of " + HEALTHY + ")");
    }
  }

  private static void assertReason(ServiceProcess service, String name, String... parts)
      throws Exception {
    JsonNode partition = service.partition(name).orElseThrow();
    assertThat(partition.path("reason").asText()).as(name).contains(parts);
    assertThat(partition.path("nextStep").asText()).as(name).isNotEmpty();
  }

  private static void flip(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 0x40;
    Files.write(file, bytes);
  }

  /** A batch that decompresses to far more than the heap, and is partly superseded. */
  private static Path bomb(Path dir, String codec) throws IOException {
    try (ScriptedLog log = ScriptedLog.in(Files.createDirectories(dir), Map.of())) {
      log.raw(Bomb.batch(codec, 0, "small", "large", BOMB_BYTES));
      log.put("small", "newer");
      log.roll();
      log.put("active", "1");
    }
    return ScriptedLog.partition(dir);
  }
}
