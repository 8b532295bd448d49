// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Who a broker is, as far as any source says.
 *
 * @param nodeId its number in the cluster
 * @param clusterId of its cluster
 * @param address where clients reach it, {@code host:port}
 * @param version Kafka's release, from JMX or the broker's log
 * @param startedAtMs when its JVM started, milliseconds since the epoch, from JMX
 * @param pid of its process, from JMX
 * @param maxHeapBytes the greatest heap of its JVM, from JMX
 * @param clusterNodes the numbers of all brokers of the cluster that are up; empty if not known
 */
public record BrokerIdentity(
    OptionalInt nodeId,
    Optional<String> clusterId,
    Optional<String> address,
    Optional<String> version,
    OptionalLong startedAtMs,
    OptionalLong pid,
    OptionalLong maxHeapBytes,
    List<Integer> clusterNodes) {

  /** Keeps its own copy. */
  public BrokerIdentity {
    clusterNodes = List.copyOf(clusterNodes);
  }
}
