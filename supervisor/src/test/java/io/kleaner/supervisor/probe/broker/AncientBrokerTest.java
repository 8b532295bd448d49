// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.cleaner.HandClock;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A broker of 0.9 is named by --bootstrap-server, and something else tells its release. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class AncientBrokerTest {

  @TempDir private Path dir;

  /** As its client library registers it. */
  public interface AppInfoMBean {
    /** The release. */
    String getVersion();
  }

  @Test
  void probes_jmxTellsOf09_noClientOfTodayEverConnects() throws Exception {
    MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    ObjectName name = new ObjectName("kafka.server:type=app-info,id=7");
    AppInfoMBean info = () -> "0.9.0.1";
    beans.registerMBean(new StandardMBean(info, AppInfoMBean.class), name);
    AtomicInteger calls = new AtomicInteger();
    JMXConnectorServer jmx =
        JMXConnectorServerFactory.newJMXConnectorServer(
            new JMXServiceURL("service:jmx:rmi://127.0.0.1"), null, beans);
    try (ServerSocket broker = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      jmx.start();
      count(broker, calls);
      try (BrokerProbes probes =
          probes(broker, Optional.empty(), List.of(), Optional.of(jmx.getAddress()))) {
        probes.start();
        BrokerSample sample = probes.sample();
        while (!why(sample).contains("0.9.0.1")) {
          TimeUnit.MILLISECONDS.sleep(20);
          sample = probes.sample();
        }
        assertThat(why(sample)).contains("it is not asked");
        assertThat(probes.gate().shutNow()).isPresent();
      }
      assertThat(calls).hasValue(0);
    } finally {
      jmx.stop();
      beans.unregisterMBean(name);
    }
  }

  private static void count(ServerSocket server, AtomicInteger calls) {
    Thread thread =
        new Thread(
            () -> {
              while (!server.isClosed()) {
                try {
                  server.accept().close();
                  calls.incrementAndGet();
                } catch (java.io.IOException e) {
                  return;
                }
              }
            },
            "counting");
    thread.setDaemon(true);
    thread.start();
  }

  private static String why(BrokerSample sample) {
    return sample.config() instanceof Seen.Missing<BrokerConfig> missing ? missing.why() : "";
  }

  private static BrokerProbes probes(
      ServerSocket broker, Optional<String> stated, List<Path> logs, Optional<JMXServiceURL> jmx) {
    return new BrokerProbes(
        new ProbeTargets(
            Optional.of(new AdminTarget("127.0.0.1:" + broker.getLocalPort(), Map.of())),
            stated,
            jmx.map(url -> JmxTarget.of(url.toString(), Optional.empty(), false)),
            List.of(),
            logs,
            ZoneId.systemDefault(),
            new SettingsResolver(List.of())),
        new LocalFileSystem(),
        Clock.system());
  }

  @Test
  void probes_itsLogTellsOf09_noClientOfTodayEverConnects() throws Exception {
    Path log =
        Files.writeString(
            dir.resolve("server.log"),
            "[2026-11-25 03:59:15,824] INFO Kafka version : 0.9.0.1"
                + " (org.apache.kafka.common.utils.AppInfoParser)\n");
    AtomicInteger calls = new AtomicInteger();
    try (ServerSocket broker = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        BrokerProbes probes = probes(broker, Optional.empty(), List.of(log), Optional.empty())) {
      count(broker, calls);
      probes.start();
      while (!why(probes.sample()).contains("Kafka 0.9.0.1")) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertThat(probes.gate().shutNow().orElseThrow()).contains("it is not asked");
      assertThat(probes.sample().broker().get().orElseThrow().version()).hasValue("0.9.0.1");
      assertThat(calls).hasValue(0);
    }
  }

  @Test
  void probes_operatorStates09_noClientOfTodayEverConnects() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (ServerSocket broker = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        BrokerProbes probes = probes(broker, Optional.of("0.9"), List.of(), Optional.empty())) {
      count(broker, calls);
      probes.start();
      while (!why(probes.sample()).contains("Kafka 0.9,")) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertThat(calls).hasValue(0);
    }
  }

  private final HandClock clock = new HandClock();

  private static ReleaseGate.Testimony says(String version, boolean newFiles, String... awaited) {
    return new ReleaseGate.Testimony(Optional.ofNullable(version), newFiles, List.of(awaited));
  }

  private ReleaseGate gate(String stated, ReleaseGate.Testimony... inTurn) {
    AtomicInteger asked = new AtomicInteger();
    return new ReleaseGate(
        Optional.ofNullable(stated),
        () -> {
          clock.passMs(ReleaseGate.WAIT_MS / 2);
          return inTurn[Math.min(asked.getAndIncrement(), inTurn.length - 1)];
        },
        clock);
  }

  @Test
  void gate_sourceThatWouldTellIsSilent_isWaitedForAndStaysShutHoweverLong() throws Exception {
    ReleaseGate gate = gate(null, says(null, false, "JMX does not tell"));
    long beganNs = clock.nanoTime();

    assertThat(gate.shut().orElseThrow()).contains("JMX does not tell", "--broker-version");
    assertThat(clock.nanoTime() - beganNs)
        .isBetween(
            TimeUnit.MILLISECONDS.toNanos(ReleaseGate.WAIT_MS),
            TimeUnit.MILLISECONDS.toNanos(2 * ReleaseGate.WAIT_MS));
    clock.passMs(3_600_000);
    assertThat(gate.shut()).isPresent();
  }

  @Test
  void gate_09ToldOnce_isShutForGoodThoughTheSourceIsGone() throws Exception {
    ReleaseGate gate = gate(null, says("0.9.0.1", false, "JMX"), says(null, true));

    assertThat(gate.shut().orElseThrow()).contains("Kafka 0.9.0.1");
    assertThat(gate.shutNow()).as("new files are of another broker").isPresent();
  }

  @Test
  void gate_newReleaseToldOrShownByFilesOnce_isOpenThoughTheSourceIsGone() throws Exception {
    for (ReleaseGate.Testimony first :
        List.of(says("4.3.1", false, "JMX"), says(null, true, "JMX"))) {
      ReleaseGate gate = gate(null, first, says(null, false, "JMX"));

      assertThat(gate.shut()).isEmpty();
      assertThat(gate.shutNow()).isEmpty();
    }
  }

  @Test
  void gate_nobodyNamedThatCouldTell_isOpen() throws Exception {
    assertThat(gate(null, ReleaseGate.Testimony.NONE).shut()).isEmpty();
  }

  @Test
  void gate_operatorsWord_countsBeforeAnySource() throws Exception {
    assertThat(gate("4.3.1", says("0.9.0.1", false)).shut()).isEmpty();
    assertThat(gate("0.8.2.2", says("4.3.1", true)).shut()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.10.2.2", "0.11.0.3", "1.1.1", "2.8.2", "4.3.1"})
  void gate_newerThan09_isOpen(String release) throws Exception {
    assertThat(gate(null, says(release, false, "JMX")).shut()).isEmpty();
  }
}
