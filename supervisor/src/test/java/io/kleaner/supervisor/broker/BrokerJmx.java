// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What a test itself sees of a broker by JMX, to hold ours against. Not thread-safe. */
public final class BrokerJmx implements AutoCloseable {

  private static final String CLEANER = "kafka-log-cleaner-thread-";

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final long POLL_MS = 50;

  private final JMXConnector connector;
  private final MBeanServerConnection connection;
  private final ThreadMXBean threads;

  private BrokerJmx(JMXConnector connector) throws IOException {
    this.connector = connector;
    this.connection = connector.getMBeanServerConnection();
    this.threads =
        ManagementFactory.newPlatformMXBeanProxy(
            connection, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
  }

  /** Connects to a broker that this test started. */
  public static BrokerJmx of(BrokerJvm broker) throws IOException {
    return connect(broker, Map.of());
  }

  /** The same as a user whom the broker asks for a password. */
  public static BrokerJmx of(BrokerJvm broker, String user, String password) throws IOException {
    return connect(broker, Map.of(JMXConnector.CREDENTIALS, new String[] {user, password}));
  }

  @SuppressWarnings("BanJNDI") // A process of our own, on loopback.
  private static BrokerJmx connect(BrokerJvm broker, Map<String, Object> environment)
      throws IOException {
    return new BrokerJmx(
        JMXConnectorFactory.connect(
            new JMXServiceURL("service:jmx:rmi:///jndi/rmi://" + broker.jmx() + "/jmxrmi"),
            environment));
  }

  /** Ids of the live cleaner threads by name. */
  public Map<String, Long> cleanerThreads() {
    Map<String, Long> ids = new TreeMap<>();
    Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(Objects::nonNull)
        .filter(info -> info.getThreadName().startsWith(CLEANER))
        .forEach(info -> ids.put(info.getThreadName(), info.getThreadId()));
    return ids;
  }

  /** Waits until the live cleaner threads are such, for a minute at most. */
  public void awaitCleanerThreads(Predicate<Map<String, Long>> wanted) throws InterruptedException {
    long endNs = System.nanoTime() + PATIENCE.toNanos();
    while (!wanted.test(cleanerThreads()) && System.nanoTime() < endNs) {
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  /** The stack of a live thread; empty when it is gone. */
  public Optional<ThreadInfo> stack(long threadId) {
    return Optional.ofNullable(threads.getThreadInfo(threadId, Integer.MAX_VALUE));
  }

  /** A gauge of a broker; empty when it has none of that name. */
  public Optional<Object> gauge(String name) throws IOException, JMException {
    try {
      return Optional.of(connection.getAttribute(new ObjectName(name), "Value"));
    } catch (InstanceNotFoundException e) {
      return Optional.empty();
    }
  }

  /**
   * Takes MBeans away, as releases lose the cleaner's (KAFKA-16574).
   *
   * @param pattern of their names
   * @return how many there were
   */
  public int unregister(String pattern) throws IOException, JMException {
    Set<ObjectName> names = connection.queryNames(new ObjectName(pattern), null);
    for (ObjectName name : names) {
      connection.unregisterMBean(name);
    }
    return names.size();
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
