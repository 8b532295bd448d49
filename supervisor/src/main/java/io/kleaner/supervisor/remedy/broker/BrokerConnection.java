// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/** A connection to a cluster for whoever changes something there. Thread-safe. */
public final class BrokerConnection implements AutoCloseable {

  /** For one answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration CLOSE = Duration.ofSeconds(2);

  private final String bootstrap;
  private final Map<String, Object> properties;
  private Admin admin;

  private BrokerConnection(String bootstrap, Map<String, Object> properties) {
    this.bootstrap = bootstrap;
    this.properties = properties;
  }

  /**
   * Makes the client, which connects by itself.
   *
   * @param bootstrap {@code host:port}, several with commas between
   * @param properties of the client by Kafka's names: SASL, SSL and whatever else
   * @throws IOException if a property or the address is wrong
   */
  public static BrokerConnection open(String bootstrap, Map<String, String> properties)
      throws IOException {
    BrokerConnection connection = whenNeeded(bootstrap, properties);
    try {
      connection.admin();
      return connection;
    } catch (KafkaException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Makes the client when it is first asked for: not even a connection is made before.
   *
   * @throws IOException if a property has a value that none can have
   */
  public static BrokerConnection whenNeeded(String bootstrap, Map<String, String> properties)
      throws IOException {
    Map<String, Object> all = new HashMap<>();
    all.put(AdminClientConfig.CLIENT_ID_CONFIG, "kleaner");
    all.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
    all.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis() / 2);
    all.putAll(properties);
    all.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    try {
      new AdminClientConfig(all);
      return new BrokerConnection(bootstrap, all);
    } catch (KafkaException e) {
      throw noClient(bootstrap, e);
    }
  }

  private static IOException noClient(String bootstrap, KafkaException e) {
    Throwable why = e.getCause() == null ? e : e.getCause();
    return new IOException("no client for " + bootstrap + ": " + why.getMessage(), e);
  }

  /**
   * The client; it is closed with this.
   *
   * @throws KafkaException if it can't be made, as when a key store is not there
   */
  public synchronized Admin admin() {
    if (admin == null) {
      try {
        admin = Admin.create(properties);
      } catch (KafkaException e) {
        throw new KafkaException(noClient(bootstrap, e).getMessage(), e);
      }
    }
    return admin;
  }

  /** Reads and changes settings over it. */
  public ConfigAccess settings() {
    return new ConfigAccess(this::admin, PATIENCE);
  }

  /**
   * Aborts transactions over it.
   *
   * @param token ends waiting early
   */
  public TransactionAbort transactions(Clock clock, CancelToken token) {
    return new TransactionAbort(admin(), clock, token, PATIENCE);
  }

  /** How long an answer is waited for. */
  public Duration patience() {
    return PATIENCE;
  }

  @Override
  public synchronized void close() {
    if (admin != null) {
      admin.close(CLOSE);
    }
  }
}
