// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a broker is to be like.
 *
 * @param heapMib its greatest heap
 * @param nodeId its id, from 1 on
 * @param clusterId empty for one of its own
 * @param properties beside those that a single node needs, or instead of them; in the values {@code
 *     {port}}, {@code {controllerPort}} and {@code {home}} are replaced
 * @param systemProperties system properties of its JVM
 */
public record BrokerSpec(
    KafkaVersion version,
    int heapMib,
    int nodeId,
    Optional<String> clusterId,
    Map<String, String> properties,
    Map<String, String> systemProperties) {

  /** A single node that cleans often, with little memory. */
  public static BrokerSpec of(KafkaVersion version) {
    return new BrokerSpec(version, 512, 1, Optional.empty(), Map.of(), Map.of());
  }

  /** With this heap. */
  public BrokerSpec heapMib(int mib) {
    return new BrokerSpec(version, mib, nodeId, clusterId, properties, systemProperties);
  }

  /** With this id, in this cluster. */
  public BrokerSpec node(int id, String cluster) {
    return new BrokerSpec(version, heapMib, id, Optional.of(cluster), properties, systemProperties);
  }

  /** With a property more. */
  public BrokerSpec with(String key, String value) {
    return new BrokerSpec(
        version, heapMib, nodeId, clusterId, added(properties, key, value), systemProperties);
  }

  /** With properties more. */
  public BrokerSpec with(Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(properties);
    all.putAll(more);
    return new BrokerSpec(version, heapMib, nodeId, clusterId, all, systemProperties);
  }

  /** With a system property more of its JVM. */
  public BrokerSpec withSystemProperty(String key, String value) {
    return new BrokerSpec(
        version, heapMib, nodeId, clusterId, properties, added(systemProperties, key, value));
  }

  /** Renames its cleaner's log away when it has such a size, as {@code 8 KB}. */
  public BrokerSpec cleanerLogSize(String size) {
    return withSystemProperty(BrokerLogging.CLEANER_LOG_SIZE, size);
  }

  private static Map<String, String> added(Map<String, String> map, String key, String value) {
    Map<String, String> all = new TreeMap<>(map);
    all.put(key, value);
    return all;
  }
}
