// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.supervisor.broker.BrokerJmx;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.demo.Sidecar;
import io.kleaner.supervisor.remedy.broker.LeftOverride;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A {@code kleaner watch} in a process of its own is killed while a setting of ours is made. */
@Tag("full")
class KilledSidecarTest {

  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final ConfigResource BROKER = new ConfigResource(ConfigResource.Type.BROKER, "1");

  /** A kill can come too late: the setting is there for a tenth of a second. */
  private static final int ATTEMPTS = 20;

  @TempDir private Path temp;

  private Sidecar watch(BrokerJvm broker, Path state) throws Exception {
    return Sidecar.start(
        List.of(
            "watch",
            "--bootstrap-server",
            broker.bootstrap(),
            "--jmx",
            broker.jmx(),
            "--log-dir",
            broker.logDir().toString(),
            "--state-dir",
            state.toString(),
            "--listen",
            "127.0.0.1:0"));
  }

  @Test
  void killedBetweenSettingAndRemoving_theNextRunTakesItBack() throws Exception {
    Path state = Files.createDirectories(temp.resolve("state"));
    try (BrokerJvm broker =
        BrokerJvm.format(temp.resolve("broker"), BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(400))) {
      broker.start();
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
        killWhileItIsSet(broker, state, admin);
      }
      assertThat(LeftOverride.isOpen(state)).as("it is in the journal").isTrue();

      try (Sidecar next = watch(broker, state);
          BrokerJmx jmx = BrokerJmx.of(broker)) {
        assertThat(
                next.await(
                    "/api/v1/incidents",
                    each -> each.toString().contains("not set there again"),
                    PATIENCE))
            .as(next.get("/api/v1/incidents").toPrettyString())
            .isPresent();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
          assertThat(isSet(admin)).isFalse();
        }
        assertThat(next.awaitStatus(status -> jmx.cleanerThreads().size() == 1, PATIENCE)).isTrue();
        assertThat(next.stop()).isTrue();
      }
      assertThat(LeftOverride.isOpen(state)).as("nothing is left").isFalse();
    }
  }

  /** Has the cleaner revived by hand, again and again until the kill meets it in the middle. */
  private void killWhileItIsSet(BrokerJvm broker, Path state, Admin admin) throws Exception {
    for (int i = 0; i < ATTEMPTS; i++) {
      try (Sidecar sidecar = watch(broker, state)) {
        assertThat(
                sidecar.await(
                    "/api/v1/workers",
                    each -> each.path("state").asText().equals("idle"),
                    PATIENCE))
            .isPresent();
        sidecar.post("/api/v1/broker/revive", "a test");
        long endNs = System.nanoTime() + PATIENCE.toNanos();
        while (!isSet(admin) && isUnderWay(sidecar)) {
          assertThat(System.nanoTime()).isLessThan(endNs);
        }
        sidecar.kill();
      }
      if (isSet(admin)) {
        return;
      }
    }
    throw new AssertionError("the kill came too late " + ATTEMPTS + " times");
  }

  private static boolean isUnderWay(Sidecar sidecar) throws Exception {
    for (JsonNode each : sidecar.get("/api/v1/remedies").path("items")) {
      if (each.path("state").asText().equals("effective")) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSet(Admin admin) throws Exception {
    return admin.describeConfigs(List.of(BROKER)).all().get().get(BROKER).entries().stream()
        .anyMatch(
            each ->
                each.name().equals("log.cleaner.threads")
                    && each.source() == ConfigEntry.ConfigSource.DYNAMIC_BROKER_CONFIG);
  }
}
