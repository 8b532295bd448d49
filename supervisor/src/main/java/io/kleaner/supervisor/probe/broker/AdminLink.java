// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;

/**
 * A client of the Admin API that is made when it is needed and kept. Every wait has an end. Not
 * thread-safe; owned by one probe, or one pair of hands.
 */
public final class AdminLink implements AutoCloseable {

  private static final long WAIT_MS = 15_000;
  private static final Duration CLOSE = Duration.ofSeconds(2);

  private final AdminTarget target;
  private Admin admin;

  /** Not connected yet. */
  public AdminLink(AdminTarget target) {
    this.target = target;
  }

  /**
   * The client; made if there is none.
   *
   * @throws KafkaException if its properties are not what they should be
   */
  public Admin admin() {
    if (admin == null) {
      Map<String, Object> properties = new HashMap<>();
      properties.put(AdminClientConfig.CLIENT_ID_CONFIG, "kleaner");
      properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, "5000");
      properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "10000");
      properties.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, "2000");
      properties.put(AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG, "false");
      properties.putAll(target.properties());
      properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, target.bootstrapServers());
      admin = Admin.create(properties);
    }
    return admin;
  }

  /**
   * Waits for an answer, at most 15 seconds.
   *
   * @throws KafkaException what the broker answered, or that it did not
   */
  public static <T> T await(KafkaFuture<T> answer) throws InterruptedException {
    try {
      return answer.get(WAIT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof KafkaException kafka) {
        throw kafka;
      }
      throw new KafkaException(e.getCause());
    } catch (TimeoutException e) {
      throw new org.apache.kafka.common.errors.TimeoutException(
          "no answer in " + WAIT_MS + " ms", e);
    }
  }

  /** Requests that this client sent so far. */
  long requests() {
    if (admin == null) {
      return 0;
    }
    return admin.metrics().entrySet().stream()
        .filter(each -> each.getKey().name().equals("request-total"))
        .filter(each -> each.getKey().group().equals("admin-client-metrics"))
        .mapToLong(each -> ((Number) each.getValue().metricValue()).longValue())
        .max()
        .orElse(0);
  }

  /** Lets go of the client, after failures or at the end; the next use makes another. */
  @Override
  public void close() {
    Admin open = admin;
    admin = null;
    if (open != null) {
      open.close(CLOSE);
    }
  }
}
