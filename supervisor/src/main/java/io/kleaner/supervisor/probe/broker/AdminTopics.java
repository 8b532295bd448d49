// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Finds the partitions that a broker has a replica of, and remembers since when replicas are out of
 * sync: since then at least, for no broker says so, and what was before the first look is not
 * known. Not thread-safe.
 */
final class AdminTopics {

  private Map<TopicPartition, Map<Integer, Long>> outOfSync = Map.of();

  Map<TopicPartition, Replication> look(Admin admin, int node, long nowMs)
      throws InterruptedException {
    Set<String> topics =
        AdminLink.await(admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
    Map<TopicPartition, Replication> hosted = new HashMap<>();
    Map<TopicPartition, Map<Integer, Long>> lagging = new HashMap<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> answer :
        admin.describeTopics(topics).topicNameValues().entrySet()) {
      try {
        for (TopicPartitionInfo info : AdminLink.await(answer.getValue()).partitions()) {
          if (info.replicas().stream().anyMatch(replica -> replica.id() == node)) {
            TopicPartition partition = new TopicPartition(answer.getKey(), info.partition());
            Replication replication = replication(partition, info, nowMs);
            hosted.put(partition, replication);
            if (!replication.outOfSyncSinceMs().isEmpty()) {
              lagging.put(partition, replication.outOfSyncSinceMs());
            }
          }
        }
      } catch (UnknownTopicOrPartitionException deletedSince) {
        lagging.keySet().removeIf(gone -> gone.topic().equals(answer.getKey()));
      } catch (KafkaException e) {
        throw new KafkaException("topic " + answer.getKey() + ": " + e.getMessage(), e);
      }
    }
    outOfSync = lagging;
    return hosted;
  }

  private Replication replication(TopicPartition partition, TopicPartitionInfo info, long nowMs) {
    Map<Integer, Long> before = outOfSync.getOrDefault(partition, Map.of());
    List<Integer> isr = info.isr().stream().map(Node::id).toList();
    Map<Integer, Long> since =
        info.replicas().stream()
            .map(Node::id)
            .filter(replica -> !isr.contains(replica))
            .collect(Collectors.toMap(replica -> replica, id -> before.getOrDefault(id, nowMs)));
    return new Replication(
        info.leader() == null || info.leader().isEmpty()
            ? OptionalInt.empty()
            : OptionalInt.of(info.leader().id()),
        info.replicas().stream().map(Node::id).toList(),
        isr,
        since);
  }
}
