// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.Map;

/**
 * What the Admin API says of a broker.
 *
 * @param broker who it is
 * @param config its settings
 * @param partitions that it has a replica of, by what is known of their topics; empty if topics
 *     could not be listed
 * @param topics why partitions are missing, if they are
 * @param requestsPerMinute that were put on the cluster for it in the last minute
 */
record AdminView(
    BrokerIdentity broker,
    Seen<BrokerConfig> config,
    Map<TopicPartition, AdminPartition> partitions,
    Seen<Integer> topics,
    long requestsPerMinute) {

  AdminView {
    partitions = Map.copyOf(partitions);
  }
}
