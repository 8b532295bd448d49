// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.supervisor.broker.FreePorts;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.probe.broker.AdminTarget;
import io.kleaner.supervisor.probe.broker.JmxTarget;
import io.kleaner.supervisor.probe.broker.ProbeTargets;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * One record kills the cleaner of a broker in a container, watched from the host by the Admin API
 * and JMX alone: what there is where a broker's files are out of reach. Skipped where no Docker
 * engine answers.
 */
@Tag("full")
class ContainerTest {

  private static final String IMAGE = "apache/kafka:4.3.1";

  @TempDir private Path temp;

  /** A container whose ports are the same inside and outside, as JMX needs them to be. */
  private static final class Broker extends GenericContainer<Broker> {

    private final int port;
    private final int jmxPort;

    Broker(int port, int jmxPort) {
      super(DockerImageName.parse(IMAGE));
      this.port = port;
      this.jmxPort = jmxPort;
      addFixedExposedPort(port, port);
      addFixedExposedPort(jmxPort, jmxPort);
      withEnv(settings());
      waitingFor(
          Wait.forLogMessage(".*Kafka Server started.*", 1)
              .withStartupTimeout(Duration.ofMinutes(5)));
    }

    private Map<String, String> settings() {
      Map<String, String> all = new HashMap<>();
      all.put("KAFKA_NODE_ID", "1");
      all.put("KAFKA_PROCESS_ROLES", "broker,controller");
      all.put("KAFKA_LISTENERS", "PLAINTEXT://0.0.0.0:" + port + ",CONTROLLER://localhost:9093");
      all.put("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://" + address());
      all.put("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER");
      all.put("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT");
      all.put("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9093");
      all.put("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1");
      all.put("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1");
      all.put("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1");
      all.put("KAFKA_LOG_CLEANER_BACKOFF_MS", "500");
      all.put("KAFKA_LOG_CLEANER_DEDUPE_BUFFER_SIZE", "4194304");
      all.put("KAFKA_HEAP_OPTS", "-Xmx400m");
      all.put(
          "KAFKA_JMX_OPTS",
          "-Dcom.sun.management.jmxremote -Dcom.sun.management.jmxremote.authenticate=false"
              + " -Dcom.sun.management.jmxremote.ssl=false -Djava.rmi.server.hostname=localhost"
              + " -Dcom.sun.management.jmxremote.port="
              + jmxPort
              + " -Dcom.sun.management.jmxremote.rmi.port="
              + jmxPort);
      return all;
    }

    String address() {
      return "localhost:" + port;
    }

    String jmx() {
      return "localhost:" + jmxPort;
    }
  }

  @Test
  void bomb_brokerInAContainer_cleanerIsToldDeadAndRevivedByHand() throws Exception {
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(),
        "no Docker engine answers here: a broker's container cannot be started");
    List<Integer> ports = FreePorts.find(2);
    try (Broker broker = new Broker(ports.get(0), ports.get(1))) {
      broker.start();
      try (WatchLab lab =
              WatchLab.start(targets(broker), temp.resolve("state"), RemedyPolicy.defaults(false));
          Incidents incidents = Incidents.at(broker.address())) {
        lab.await("well", () -> lab.facade().ready().ok());
        incidents.plantBomb("poisoned");
        incidents.topics().cleanable("poisoned", true);
        lab.await("alert", () -> lab.isFiring("CleanerDead"));
        lab.await("it dies again", () -> lab.count("REMEDY_FAILED") > 0);

        incidents.topics().cleanable("poisoned", false);
        lab.await("revived", () -> lab.remedy("revive", "effective").isPresent());
        lab.await("over", () -> lab.facade().ready().ok() && !lab.isFiring("CleanerDead"));
        assertThat(lab.facade().status().get("isolatedTopics")).isEqualTo(List.of());
      }
    }
  }

  private static ProbeTargets targets(Broker broker) {
    return new ProbeTargets(
        Optional.of(new AdminTarget(broker.address(), Map.of())),
        Optional.of(JmxTarget.of(broker.jmx(), Optional.empty(), false)),
        List.of(),
        List.of(),
        ZoneId.systemDefault(),
        new SettingsResolver(List.of(SettingsSource.internalTopics())));
  }
}
