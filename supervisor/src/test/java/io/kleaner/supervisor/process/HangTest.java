// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that hangs in the kernel, in a read that does not return. */
class HangTest {

  private static final int HEALTHY = 8;

  @TempDir private Path temp;

  @Test
  void read_neverReturns_isFoundWithItsStackFencedAndReplacedAndTheOthersAreCleaned()
      throws Exception {
    ServiceHome home =
        new ServiceHome(temp)
            .partitions("orders", HEALTHY)
            .partitions("hangs", 1)
            .set("heartbeat.interval.ms", 200)
            .set("hung.after.ms", 1_000)
            .set("failure.backoff.ms", 200);
    try (HeldFile held =
            HeldFile.make(home.partition("hangs-0").resolve("partition.metadata"), "version: 0\n");
        ServiceProcess service = home.start()) {
      service.await("others clean", () -> service.count("clean") == HEALTHY);
      service.await("left alone", () -> service.count("quarantined") == 1);

      JsonNode hung = service.incidents("WORKER_HUNG").get(0);
      assertThat(hung.path("evidence").asText())
          .contains("has not got on for", "hangs-0", "  at ", "PartitionMetadataFile");
      assertThat(service.incidents("WORKER_RESTARTED")).isNotEmpty();
      assertThat(service.isFiring("WorkerHung")).isTrue();
      assertThat(service.partition("hangs-0").orElseThrow().path("reason").asText())
          .contains("has not got on");
      assertThat(service.statusOf("/healthz")).isEqualTo(200);
      // New work is done, whoever hangs.
      home.partitions("later", 2);
      service.await("new ones clean", () -> service.count("clean") == HEALTHY + 2);

      held.answer();

      service.await("who was given up ends", () -> !service.incidents("ZOMBIE_ENDED").isEmpty());
      assertThat(service.count("quarantined")).isEqualTo(1);
      held.remove();
      service.post("/api/v1/partitions/hangs-0/release");
      service.await("well again", () -> service.count("clean") == HEALTHY + 3);
    }
  }

  @Test
  void cleaner_hangsForGood_isFoundWithinTheLimitAndTwoHeartbeats() throws Exception {
    ServiceHome home =
        new ServiceHome(temp).partitions("orders", 1).set("hung.after.ms", 2_000).flags("--chaos");
    try (ServiceProcess service = home.start()) {
      service.await("clean", () -> service.count("clean") == 1);
      long askedMs = System.currentTimeMillis();

      service.post("/api/v1/workers/cleaner-0/chaos?fault=hang");

      service.await("found", () -> !service.incidents("WORKER_HUNG").isEmpty());
      JsonNode hung = service.incidents("WORKER_HUNG").get(0);
      assertThat(hung.path("evidence").asText()).contains("FaultSwitch.hang", "  at ");
      Figures.note(
          "detection of a hang, beyond hung.after.ms (2 s here)",
          "2 s",
          hung.path("atMs").asLong() - askedMs - 2_000 + " ms");
      home.partitions("later", 1);
      service.await("work goes on", () -> service.count("clean") == 2);
    }
  }
}
