// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.supervisor.broker.BrokerJmx;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.demo.Sidecar;
import io.kleaner.supervisor.http.Certificates;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Brokers that ask who we are: strangers learn nothing, and {@code --command-config} and {@code
 * --jmx-password-file} let us in.
 */
@Tag("full")
class SecuredBrokerTest {

  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final String JMX_USER = "monitor";
  private static final String JMX_PASSWORD = "of-another-test";
  private static final String PASSWORD = "of-a-test";
  private static final String WRONG = "of-nobody";
  private static final String LOGIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required"
          + " username=\"admin\" password=\""
          + PASSWORD
          + "\"";

  @TempDir private Path temp;

  @Test
  void saslAndJmxWithAPassword_filesOfBoth_brokerIsSeenAndRevivedByHand() throws Exception {
    Properties client = new Properties();
    client.setProperty("security.protocol", "SASL_PLAINTEXT");
    client.setProperty("sasl.mechanism", "PLAIN");
    client.setProperty("sasl.jaas.config", LOGIN + ";");
    Properties stranger = new Properties();
    stranger.putAll(client);
    stranger.setProperty("sasl.jaas.config", LOGIN.replace(PASSWORD, WRONG) + ";");

    seenAndRevived(
        listening("SASL_PLAINTEXT")
            .with("sasl.mechanism.inter.broker.protocol", "PLAIN")
            .with("sasl.enabled.mechanisms", "PLAIN")
            .with(
                "listener.name.sasl_plaintext.plain.sasl.jaas.config",
                LOGIN + " user_admin=\"" + PASSWORD + "\";"),
        client,
        stranger,
        true);
  }

  @Test
  void sslOfBothSides_commandConfigFile_brokerIsSeenAndRevivedByHand() throws Exception {
    Certificates.make(temp, "broker");
    Certificates.make(temp, "sidecar");
    Properties client = new Properties();
    client.setProperty("security.protocol", "SSL");
    client.putAll(ssl("sidecar", "broker"));
    Properties stranger = new Properties();
    stranger.putAll(client);
    client.stringPropertyNames().stream()
        .filter(each -> each.startsWith("ssl.keystore."))
        .forEach(stranger::remove);

    // The broker is its own client too: it has to trust itself.
    Path trusted = temp.resolve("trusted.crt");
    Files.writeString(
        trusted,
        Files.readString(temp.resolve("broker.crt"))
            + Files.readString(temp.resolve("sidecar.crt")));
    seenAndRevived(
        listening("SSL").with(ssl("broker", "trusted")).with("ssl.client.auth", "required"),
        client,
        stranger,
        false);
  }

  private Map<String, String> ssl(String own, String trusted) {
    String password = new String(Certificates.PASSWORD);
    return Map.of(
        "ssl.keystore.type",
        "PKCS12",
        "ssl.keystore.location",
        temp.resolve(own + ".p12").toString(),
        "ssl.keystore.password",
        password,
        "ssl.truststore.type",
        "PEM",
        "ssl.truststore.location",
        temp.resolve(trusted + ".crt").toString());
  }

  private static BrokerSpec listening(String protocol) {
    return BrokerSpec.of(KafkaVersion.V4_3_1)
        .heapMib(400)
        .with("listeners", protocol + "://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controllerPort}")
        .with("listener.security.protocol.map", protocol + ":" + protocol + ",CONTROLLER:PLAINTEXT")
        .with("security.inter.broker.protocol", protocol);
  }

  /** Has the broker's JMX ask for a password too. */
  private String[] jmxPassword() throws IOException {
    Path passwords =
        Files.writeString(temp.resolve("jmx.password"), JMX_USER + " " + JMX_PASSWORD + "\n");
    Files.setPosixFilePermissions(passwords, PosixFilePermissions.fromString("rw-------"));
    Path access = Files.writeString(temp.resolve("jmx.access"), JMX_USER + " readwrite\n");
    String agent = "-Dcom.sun.management.jmxremote.";
    return new String[] {
      agent + "authenticate=true",
      agent + "password.file=" + passwords,
      agent + "access.file=" + access
    };
  }

  /**
   * @param stranger properties of a client that the broker does not let in
   * @param jmxAsks whether JMX is closed to strangers too
   */
  private void seenAndRevived(
      BrokerSpec spec, Properties client, Properties stranger, boolean jmxAsks) throws Exception {
    try (BrokerJvm broker = BrokerJvm.format(temp.resolve("home"), spec)) {
      if (jmxAsks) {
        broker.jvmOptions(jmxPassword());
      }
      broker.start();
      try (WatchLab nobody =
          WatchLab.start(broker, temp.resolve("stranger"), WatchLab.soonSilent())) {
        nobody.await("the log", () -> nobody.knows("broker_log"));
        if (jmxAsks) {
          nobody.await(
              "jmx lets nobody in",
              () -> nobody.facade().status().toString().contains("Authentication failed"));
        } else {
          nobody.await("jmx", () -> nobody.knows("jmx"));
        }
        // Not only that there was no answer yet: it was asked, and let nobody in.
        nobody.await(
            "told",
            () ->
                nobody
                    .alert("SourceSilent")
                    .filter(each -> !each.contains("not looked at yet"))
                    .isPresent());
        assertThat(nobody.knows("admin")).isFalse();
        assertThat(nobody.knows("jmx")).isNotEqualTo(jmxAsks);
      }
      // As a user gives it: a file, named on the command line of a process of its own.
      Path file = written("client.properties", client);
      List<String> command =
          new ArrayList<>(
              List.of(
                  "watch",
                  "--bootstrap-server",
                  broker.bootstrap(),
                  "--command-config",
                  file.toString(),
                  "--jmx",
                  broker.jmx(),
                  "--state-dir",
                  temp.resolve("state").toString(),
                  "--listen",
                  "127.0.0.1:0"));
      if (jmxAsks) {
        Path password = Files.writeString(temp.resolve("password"), JMX_PASSWORD + "\n");
        command.addAll(List.of("--jmx-user", JMX_USER));
        command.addAll(List.of("--jmx-password-file", password.toString()));
      }
      try (Sidecar sidecar = Sidecar.start(command);
          BrokerJmx jmx =
              jmxAsks ? BrokerJmx.of(broker, JMX_USER, JMX_PASSWORD) : BrokerJmx.of(broker)) {
        assertThat(sidecar.awaitStatus(SecuredBrokerTest::knowsAdmin, PATIENCE))
            .as(sidecar.get("/api/v1/status").toPrettyString())
            .isTrue();
        assertThat(sidecar.await("/api/v1/workers", each -> state(each, "idle"), PATIENCE))
            .isPresent();
        Map<String, Long> before = jmx.cleanerThreads();
        sidecar.post("/api/v1/broker/revive", "a test");
        assertThat(sidecar.await("/api/v1/remedies", each -> state(each, "effective"), PATIENCE))
            .as(sidecar.get("/api/v1/remedies").toPrettyString())
            .isPresent();

        assertThat(jmx.cleanerThreads()).hasSize(1).isNotEqualTo(before);
        assertThat(sidecar.stop()).isTrue();
      }
      SecuredCommands commands = new SecuredCommands(broker, client, temp.resolve("of-commands"));
      List<String> secrets = List.of(PASSWORD, WRONG, new String(Certificates.PASSWORD));
      Path nobody = written("nobody.properties", stranger);
      // Once, and beside the others: it looks for as long as it may.
      Optional<Process> blind = jmxAsks ? Optional.of(commands.explain(nobody)) : Optional.empty();
      commands.turnNobodyAwayAndLetTheClientIn(nobody, file, secrets);
      if (blind.isPresent()) {
        commands.tellFilesAlone(blind.get(), secrets);
      }
    }
  }

  private Path written(String name, Properties client) throws IOException {
    Path file = temp.resolve(name);
    try (Writer out = Files.newBufferedWriter(file)) {
      client.store(out, "of a test");
    }
    return file;
  }

  private static boolean knowsAdmin(JsonNode status) {
    return StreamSupport.stream(status.path("sources").spliterator(), false)
        .anyMatch(each -> each.path("source").asText().equals("admin") && state(each, "known"));
  }

  private static boolean state(JsonNode item, String state) {
    return item.path("state").asText().equals(state);
  }
}
