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
 * @param version Kafka's release, from JMX
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

  /**
   * Why no client of today may be connected to it, a sentence: a broker of 0.9 logs an exception
   * for each call. Empty if one may be, or its release is not known.
   */
  public Optional<String> noClient() {
    return ReleaseGate.tooOld(version);
  }
}
