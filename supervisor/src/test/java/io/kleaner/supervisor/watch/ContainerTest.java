// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.supervisor.broker.BrokerLog;
import io.kleaner.supervisor.broker.FreePorts;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.probe.broker.AdminTarget;
import io.kleaner.supervisor.probe.broker.JmxTarget;
import io.kleaner.supervisor.probe.broker.ProbeTargets;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * The main scenario with a broker in a container, whose data are on a volume of the host and whose
 * log is what the container prints. Skipped where no Docker engine answers.
 */
@Tag("full")
class ContainerTest {

  private static final String IMAGE = "apache/kafka:4.3.1";
  private static final String DATA = "/var/lib/kafka/data";

  @TempDir private Path temp;

  /** A container whose ports are the same inside and outside, as JMX needs them to be. */
  private static final class Broker extends GenericContainer<Broker> {

    private final int port;
    private final int jmxPort;

    /**
     * @param data a directory that everyone may write to, as the broker's user is the image's
     */
    Broker(int port, int jmxPort, Path data, BrokerLog log) {
      super(DockerImageName.parse(IMAGE));
      this.port = port;
      this.jmxPort = jmxPort;
      addFixedExposedPort(port, port);
      addFixedExposedPort(jmxPort, jmxPort);
      withEnv(settings());
      withFileSystemBind(data.toString(), DATA, BindMode.READ_WRITE);
      withLogConsumer(frame -> take(frame.getUtf8StringWithoutLineEnding(), log));
      waitingFor(
          Wait.forLogMessage(".*Kafka Server started.*", 1)
              .withStartupTimeout(Duration.ofMinutes(5)));
    }

    private static void take(String lines, BrokerLog log) {
      try {
        for (String line : lines.split("\\R", -1)) {
          log.add(line);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** What the image's user wrote can be taken away by the test's. */
    void hand() throws Exception {
      execInContainer("chmod", "-R", "a+rwX", DATA);
    }

    private Map<String, String> settings() {
      Map<String, String> all = new HashMap<>();
      all.put("KAFKA_NODE_ID", "1");
      all.put("KAFKA_LOG_DIRS", DATA);
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
  void bomb_brokerInAContainer_isToldNamedIsolatedOnConsentAndOthersCompactAgain()
      throws Exception {
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(),
        "no Docker engine answers here: a broker's container cannot be started");
    Path data = Files.createDirectories(temp.resolve("data"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path printed = temp.resolve("server.log");
    BrokerLog log = new BrokerLog(Optional.of(printed));
    List<Integer> ports = FreePorts.find(2);
    try (Broker broker = new Broker(ports.get(0), ports.get(1), data, log)) {
      broker.start();
      try (WatchLab lab =
              WatchLab.start(
                  targets(broker, data, printed),
                  temp.resolve("state"),
                  RemedyPolicy.defaults(false));
          Incidents incidents = Incidents.at(broker.address(), log)) {
        new MainScenario(lab, incidents).play();
      } finally {
        broker.hand();
      }
    }
  }

  private static ProbeTargets targets(Broker broker, Path data, Path log) {
    return new ProbeTargets(
        Optional.of(new AdminTarget(broker.address(), Map.of())),
        Optional.empty(),
        Optional.of(JmxTarget.of(broker.jmx(), Optional.empty(), false)),
        List.of(data),
        List.of(log),
        ZoneOffset.UTC,
        new SettingsResolver(List.of(SettingsSource.internalTopics())));
  }
}
