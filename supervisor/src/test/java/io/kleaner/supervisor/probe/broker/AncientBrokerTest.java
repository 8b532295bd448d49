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
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
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

/** A broker of 0.9 is named by --bootstrap-server, and its JMX too. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class AncientBrokerTest {

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
      try (BrokerProbes probes = probes(broker, jmx.getAddress())) {
        probes.start();
        BrokerSample sample = probes.sample();
        while (!why(sample).contains("0.9.0.1")) {
          TimeUnit.MILLISECONDS.sleep(20);
          sample = probes.sample();
        }
        assertThat(why(sample)).contains("it is not asked");
        assertThat(sample.broker().get().orElseThrow().noClient()).isPresent();
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

  private static BrokerProbes probes(ServerSocket broker, JMXServiceURL jmx) {
    return new BrokerProbes(
        new ProbeTargets(
            Optional.of(new AdminTarget("127.0.0.1:" + broker.getLocalPort(), Map.of())),
            Optional.of(JmxTarget.of(jmx.toString(), Optional.empty(), false)),
            List.of(),
            List.of(),
            ZoneId.systemDefault(),
            new SettingsResolver(List.of())),
        new LocalFileSystem(),
        Clock.system());
  }

  @Test
  void gate_jmxSilent_isOpenAfterAWhileAndShutForGoodOnce09IsTold() throws Exception {
    HandClock clock = new HandClock();
    AtomicInteger asked = new AtomicInteger();
    Optional<BrokerIdentity> ancient = Optional.of(of("0.9.0.1"));
    ReleaseGate gate =
        new ReleaseGate(
            true,
            () -> {
              clock.passMs(ReleaseGate.WAIT_MS / 2);
              return asked.incrementAndGet() == 3 ? ancient : Optional.empty();
            },
            clock);

    assertThat(gate.shut()).as("JMX doesn't answer").isEmpty();
    assertThat(asked).as("it was waited for").hasValue(2);
    assertThat(gate.shut().orElseThrow()).contains("0.9.0.1");
    assertThat(gate.shut()).as("JMX is gone").isPresent();
  }

  @Test
  void gate_withoutJmx_orNewerThan09_isOpen() throws Exception {
    Clock clock = new HandClock();

    assertThat(new ReleaseGate(false, Optional::empty, clock).shut()).isEmpty();
    for (String release : List.of("0.10.2.2", "0.11.0.3", "1.1.1", "2.8.2", "4.3.1")) {
      assertThat(new ReleaseGate(true, () -> Optional.of(of(release)), clock).shut())
          .as(release)
          .isEmpty();
    }
  }

  private static BrokerIdentity of(String release) {
    return new BrokerIdentity(
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(release),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        List.of());
  }
}
