// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Whether a listing of transactions leaves none out. A broker leaves out, without an error, those
 * whose ids the asker may not describe, and nobody lists those of a coordinator that is down. So it
 * is complete only where no broker authorizes anything and each part of the coordinators' log has a
 * leader. Stateless.
 */
final class CompleteListing {

  private static final String AUTHORIZER = "authorizer.class.name";
  private static final String COORDINATORS_LOG = "__transaction_state";

  private CompleteListing() {}

  /**
   * Asks for it.
   *
   * @param own the watched broker's settings, if they are known: where it has an authorizer nobody
   *     else need be asked
   * @return false also where the cluster doesn't say
   */
  static boolean isProven(Admin admin, Optional<BrokerConfig> own) throws InterruptedException {
    if (!own.map(CompleteListing::authorizesNothing).orElse(false)) {
      return false;
    }
    try {
      Collection<Node> nodes = AdminLink.await(admin.describeCluster().nodes());
      return AdminConfigs.brokers(admin, nodes.stream().map(Node::id).toList()).stream()
              .allMatch(CompleteListing::authorizesNothing)
          && areAllLed(admin);
    } catch (KafkaException e) {
      return false;
    }
  }

  /** Whether a broker says that it has no authorizer; one that doesn't say may have one. */
  static boolean authorizesNothing(BrokerConfig config) {
    return config.get(AUTHORIZER).filter(each -> each.text().isBlank()).isPresent();
  }

  private static boolean areAllLed(Admin admin) throws InterruptedException {
    try {
      return AdminLink.await(
              admin
                  .describeTopics(List.of(COORDINATORS_LOG))
                  .topicNameValues()
                  .get(COORDINATORS_LOG))
          .partitions()
          .stream()
          .allMatch(CompleteListing::isLed);
    } catch (UnknownTopicOrPartitionException e) {
      // No transaction was ever coordinated here.
      return true;
    }
  }

  private static boolean isLed(TopicPartitionInfo partition) {
    return partition.leader() != null && !partition.leader().isEmpty();
  }
}
