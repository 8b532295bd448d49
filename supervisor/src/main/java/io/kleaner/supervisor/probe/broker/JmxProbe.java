// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.RuntimeMXBean;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;

/**
 * Looks at a broker over JMX. Keeps one connection, and lets go of it after any failure.
 *
 * <p>Not thread-safe; owned by one lookout.
 */
final class JmxProbe implements AutoCloseable {

  private static final int GAUGES_EVERY = 2;

  private final JmxLink link;
  private final ThreadLook threads = new ThreadLook();
  private Optional<BrokerIdentity> broker = Optional.empty();
  private CleanerGauges gauges = new CleanerGauges(Map.of(), Map.of());
  private int looks;

  JmxProbe(JmxTarget target) {
    this.link = new JmxLink(target);
  }

  /** Looks once. */
  JmxView look() throws IOException {
    try {
      MBeanServerConnection connection = link.connection();
      // One that has just begun to start has no version and no number yet.
      if (broker.flatMap(BrokerIdentity::version).isEmpty()) {
        broker = Optional.of(identity(connection));
      }
      List<CleanerThread> found = threads.look(connection);
      if (looks++ % GAUGES_EVERY == 0) {
        gauges = GaugeLook.look(connection);
      }
      return new JmxView(broker.get(), found, gauges);
    } catch (IOException | RuntimeException e) {
      link.close();
      threads.reset();
      broker = Optional.empty();
      looks = 0;
      throw e;
    }
  }

  private static BrokerIdentity identity(MBeanServerConnection connection) throws IOException {
    RuntimeMXBean runtime =
        ManagementFactory.newPlatformMXBeanProxy(
            connection, ManagementFactory.RUNTIME_MXBEAN_NAME, RuntimeMXBean.class);
    String name = runtime.getName();
    int at = name.indexOf('@');
    Optional<String> version = Optional.empty();
    OptionalInt node = OptionalInt.empty();
    try {
      for (ObjectName app :
          connection.queryNames(new ObjectName("kafka.server:type=app-info,*"), null)) {
        version =
            attribute(connection, app, "version").or(() -> attribute(connection, app, "Version"));
        node = number(app.getKeyProperty("id"));
      }
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
    OptionalInt pid = at > 0 ? number(name.substring(0, at)) : OptionalInt.empty();
    return new BrokerIdentity(
        node,
        Optional.empty(),
        Optional.empty(),
        version,
        OptionalLong.of(runtime.getStartTime()),
        pid.isPresent() ? OptionalLong.of(pid.getAsInt()) : OptionalLong.empty(),
        maxHeapBytes(connection),
        List.of());
  }

  static OptionalLong maxHeapBytes(MBeanServerConnection connection) throws IOException {
    long bytes =
        ManagementFactory.newPlatformMXBeanProxy(
                connection, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class)
            .getHeapMemoryUsage()
            .getMax();
    return bytes > 0 ? OptionalLong.of(bytes) : OptionalLong.empty();
  }

  private static Optional<String> attribute(
      MBeanServerConnection connection, ObjectName name, String attribute) {
    try {
      return Optional.ofNullable(connection.getAttribute(name, attribute)).map(String::valueOf);
    } catch (JMException | IOException | RuntimeMBeanException e) {
      return Optional.empty();
    }
  }

  private static OptionalInt number(String text) {
    return text != null && text.matches("\\d{1,9}")
        ? OptionalInt.of(Integer.parseInt(text))
        : OptionalInt.empty();
  }

  @Override
  public void close() {
    link.close();
  }
}
