// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import javax.rmi.ssl.SslRMIClientSocketFactory;

/**
 * A connection to a broker's JMX that is made when it is needed and kept: each one costs the broker
 * a thread until it is closed. Not thread-safe; owned by one probe.
 */
public final class JmxLink implements AutoCloseable {

  private static final String RESPONSE_TIMEOUT = "sun.rmi.transport.tcp.responseTimeout";
  private static final String HANDSHAKE_TIMEOUT = "sun.rmi.transport.tcp.handshakeTimeout";
  private static final String TIMEOUT_MS = "10000";

  static {
    // RMI has no time-out of its own, and takes one only from here, before its first use.
    setIfAbsent(RESPONSE_TIMEOUT);
    setIfAbsent(HANDSHAKE_TIMEOUT);
  }

  private final JmxTarget target;
  private JMXConnector connector;
  private MBeanServerConnection connection;

  /** Not connected yet. */
  public JmxLink(JmxTarget target) {
    this.target = target;
  }

  private static void setIfAbsent(String property) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, TIMEOUT_MS);
    }
  }

  /**
   * The connection; made if there is none.
   *
   * @throws IOException if it cannot be made
   */
  @SuppressWarnings("BanJNDI") // The address is the user's own, and the JDK filters what it reads.
  public MBeanServerConnection connection() throws IOException {
    if (connection == null) {
      connector = JMXConnectorFactory.connect(url(), environment());
      connection = connector.getMBeanServerConnection();
    }
    return connection;
  }

  private JMXServiceURL url() throws IOException {
    if (target instanceof JmxTarget.Local local) {
      try {
        return LocalAgent.open(local.pid());
      } catch (LinkageError e) {
        throw new IOException(
            "this Java runtime has no module jdk.attach; run kleaner by a JDK, or open a JMX port"
                + " and give --jmx",
            e);
      }
    }
    return ((JmxTarget.Remote) target).url();
  }

  private Map<String, Object> environment() {
    Map<String, Object> environment = new HashMap<>();
    // No thread that pings the broker: whoever looks sees whether it answers.
    environment.put("jmx.remote.x.client.connection.check.period", 0L);
    if (target instanceof JmxTarget.Remote remote) {
      remote
          .credentials()
          .ifPresent(
              each ->
                  environment.put(
                      JMXConnector.CREDENTIALS, new String[] {each.user(), each.password()}));
      if (remote.ssl()) {
        environment.put("com.sun.jndi.rmi.factory.socket", new SslRMIClientSocketFactory());
      }
    }
    return environment;
  }

  /** Lets go of the connection, after a failure or at the end; the next use makes another. */
  @Override
  public void close() {
    JMXConnector open = connector;
    connector = null;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // The broker is gone, and its end of it too.
        return;
      }
    }
  }
}
