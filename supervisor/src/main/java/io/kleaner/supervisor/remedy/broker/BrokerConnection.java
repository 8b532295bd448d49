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

  private final Admin admin;

  private BrokerConnection(Admin admin) {
    this.admin = admin;
  }

  /**
   * Connects when it is first used.
   *
   * @param bootstrap {@code host:port}, several with commas between
   * @param properties of the client by Kafka's names: SASL, SSL and whatever else
   * @throws IOException if a property or the address is wrong
   */
  public static BrokerConnection open(String bootstrap, Map<String, String> properties)
      throws IOException {
    Map<String, Object> all = new HashMap<>();
    all.put(AdminClientConfig.CLIENT_ID_CONFIG, "kleaner");
    all.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
    all.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis() / 2);
    all.putAll(properties);
    all.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    try {
      return new BrokerConnection(Admin.create(all));
    } catch (KafkaException e) {
      Throwable why = e.getCause() == null ? e : e.getCause();
      throw new IOException("no client for " + bootstrap + ": " + why.getMessage(), e);
    }
  }

  /** The client; it is closed with this. */
  public Admin admin() {
    return admin;
  }

  /** Reads and changes settings over it. */
  public ConfigAccess settings() {
    return new ConfigAccess(admin, PATIENCE);
  }

  /**
   * Aborts transactions over it.
   *
   * @param token ends waiting early
   */
  public TransactionAbort transactions(Clock clock, CancelToken token) {
    return new TransactionAbort(admin, clock, token, PATIENCE);
  }

  /** How long an answer is waited for. */
  public Duration patience() {
    return PATIENCE;
  }

  @Override
  public void close() {
    admin.close(CLOSE);
  }
}
