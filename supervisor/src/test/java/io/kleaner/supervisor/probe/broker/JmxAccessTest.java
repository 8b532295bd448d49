// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.supervisor.broker.ChildJvm;
import io.kleaner.supervisor.broker.FreePorts;
import io.kleaner.supervisor.broker.Kleaner;
import io.kleaner.supervisor.http.Certificates;
import io.kleaner.supervisor.probe.broker.JmxTarget.Credentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A JVM whose JMX asks for a user and a password, over TLS or not, or has no port at all. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class JmxAccessTest {

  private static final String USER = "monitor";
  private static final String PASSWORD = "of-a-test";

  @TempDir private Path temp;
  private int port;
  private Process process;

  /** Does nothing; as a broker would be there to be looked at. */
  public static final class Idle {

    private Idle() {}

    public static void main(String[] args) throws InterruptedException {
      new CountDownLatch(1).await();
    }
  }

  @BeforeEach
  void choosePort() throws IOException {
    port = FreePorts.find(1).get(0);
  }

  @AfterEach
  void end() {
    process.destroyForcibly();
  }

  private void start(String... more) throws Exception {
    Path passwords = Files.writeString(temp.resolve("jmx.password"), USER + " " + PASSWORD + "\n");
    Files.setPosixFilePermissions(passwords, PosixFilePermissions.fromString("rw-------"));
    Path access = Files.writeString(temp.resolve("jmx.access"), USER + " readwrite\n");
    List<String> options = new ArrayList<>(List.of("-Xmx64m", "-XX:+UseSerialGC"));
    options.add("-Djava.rmi.server.hostname=127.0.0.1");
    options.add(agent("host=127.0.0.1"));
    options.add(agent("port=" + port));
    options.add(agent("rmi.port=" + port));
    options.add(agent("authenticate=true"));
    options.add(agent("password.file=" + passwords));
    options.add(agent("access.file=" + access));
    options.addAll(List.of(more));
    process =
        ChildJvm.start(
            new ProcessBuilder(
                    ChildJvm.line(ChildJvm.ownClassPath(), options, List.of(Idle.class.getName())))
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("output").toFile()));
    awaitPort();
  }

  private static String agent(String setting) {
    return "-Dcom.sun.management.jmxremote." + setting;
  }

  private void awaitPort() throws Exception {
    while (true) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(socket.isConnected()).isTrue();
        return;
      } catch (IOException e) {
        assertThat(process.isAlive()).as(Files.readString(temp.resolve("output"))).isTrue();
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  private static JmxView look(JmxTarget target) throws IOException {
    try (JmxProbe probe = new JmxProbe(target)) {
      return probe.look();
    }
  }

  private static Optional<Credentials> as(String password) {
    return Optional.of(new Credentials(USER, password));
  }

  @Test
  void look_userAndPassword_byAddressUrlAndPid_seesThatJvm() throws Exception {
    start(agent("ssl=false"));
    String address = "127.0.0.1:" + port;
    String url = "service:jmx:rmi:///jndi/rmi://" + address + "/jmxrmi";

    for (JmxTarget target :
        List.of(
            JmxTarget.of(address, as(PASSWORD), false),
            JmxTarget.of(url, as(PASSWORD), false),
            new JmxTarget.Local(process.pid()))) {
      JmxView view = look(target);
      assertThat(view.broker().pid()).as("by %s", target).hasValue(process.pid());
      assertThat(view.threads()).as("no cleaner is there").isEmpty();
    }

    assertThatThrownBy(() -> look(JmxTarget.of(address, as("wrong"), false)))
        .isInstanceOf(SecurityException.class)
        .hasMessageContaining("Authentication failed");
    assertThatThrownBy(() -> look(JmxTarget.of(address, Optional.empty(), false)))
        .isInstanceOf(SecurityException.class);
  }

  @Test
  void look_pidOfNobody_saysWhatToCheck() throws Exception {
    start(agent("ssl=false"));
    process.destroyForcibly().waitFor();

    assertThatThrownBy(() -> look(new JmxTarget.Local(process.pid())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("pid " + process.pid());
  }

  /** As a user gives it all: what is not known is told line by line. */
  @Test
  @Tag("full")
  void explain_passwordFileAndTls_jmxIsKnownAndWithoutTheUserItIsNot() throws Exception {
    Certificates.make(temp, "broker");
    String store = temp.resolve("broker.p12").toString();
    String password = new String(Certificates.PASSWORD);
    start(
        agent("ssl=true"),
        agent("registry.ssl=true"),
        "-Djavax.net.ssl.keyStore=" + store,
        "-Djavax.net.ssl.keyStoreType=PKCS12",
        "-Djavax.net.ssl.keyStorePassword=" + password);
    Path file = Files.writeString(temp.resolve("password"), PASSWORD + "\n");
    List<String> trust =
        List.of(
            "-Djavax.net.ssl.trustStore=" + store,
            "-Djavax.net.ssl.trustStoreType=PKCS12",
            "-Djavax.net.ssl.trustStorePassword=" + password);

    String known =
        explain(trust, "--jmx-ssl", "--jmx-user", USER, "--jmx-password-file", file.toString());
    String unknown = explain(trust, "--jmx-ssl");

    assertThat(known.lines().filter(line -> line.startsWith("  ")))
        .as("what the other three sources would add; of JMX nothing is missing: %s", known)
        .hasSize(3);
    assertThat(unknown.lines().filter(line -> line.startsWith("  "))).hasSize(4);
    assertThat(unknown).contains("Authentication failed");
  }

  private String explain(List<String> options, String... more) throws Exception {
    List<String> line = new ArrayList<>(List.of("explain", "orders", "--jmx", "127.0.0.1:" + port));
    line.addAll(List.of(more));
    Process run = Kleaner.start(options, line.toArray(String[]::new));
    String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(run.waitFor()).as(output).isEqualTo(1);
    return output;
  }
}
