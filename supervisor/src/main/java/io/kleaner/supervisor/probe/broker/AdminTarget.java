// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.Map;

/**
 * How a cluster is reached by the Admin API.
 *
 * @param bootstrapServers {@code host:port,…}: of the broker that is watched
 * @param properties of Kafka's clients, as for SASL and TLS
 */
public record AdminTarget(String bootstrapServers, Map<String, String> properties) {

  /** Keeps its own copy. */
  public AdminTarget {
    properties = Map.copyOf(properties);
  }

  /** Never shows the properties: there are passwords among them. */
  @Override
  public String toString() {
    return "AdminTarget[" + bootstrapServers + "]";
  }
}
