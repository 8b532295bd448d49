// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.net.MalformedURLException;
import java.util.Optional;
import javax.management.remote.JMXServiceURL;

/** How a broker's JMX is reached. */
public sealed interface JmxTarget {

  /**
   * Over the network.
   *
   * @param url a service URL
   * @param credentials if it asks for them
   * @param ssl whether the registry speaks TLS; trust comes from the JVM's own properties
   */
  record Remote(JMXServiceURL url, Optional<Credentials> credentials, boolean ssl)
      implements JmxTarget {}

  /**
   * A JVM on this machine, of the same user.
   *
   * @param pid number of its process
   */
  record Local(long pid) implements JmxTarget {}

  /**
   * A user and a password.
   *
   * @param user the name
   * @param password never shown
   */
  record Credentials(String user, String password) {

    @Override
    public String toString() {
      return "Credentials[user=" + user + ", password=hidden]";
    }
  }

  /**
   * Understands {@code host:port} or a service URL.
   *
   * @throws IllegalArgumentException if it is neither; the message says what is expected
   */
  static Remote of(String address, Optional<Credentials> credentials, boolean ssl) {
    String url = address.strip();
    if (!url.startsWith("service:jmx:")) {
      if (!url.matches("(\\[[0-9a-fA-F:.]+\\]|[^:/\\s]+):\\d{1,5}")) {
        throw new IllegalArgumentException(
            "'"
                + address
                + "' is no JMX address: expected host:port, as in 127.0.0.1:9999, or"
                + " service:jmx:rmi:///jndi/rmi://host:port/jmxrmi");
      }
      url = "service:jmx:rmi:///jndi/rmi://" + url + "/jmxrmi";
    }
    try {
      return new Remote(new JMXServiceURL(url), credentials, ssl);
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(
          "'" + address + "' is no JMX service URL: " + e.getMessage(), e);
    }
  }
}
