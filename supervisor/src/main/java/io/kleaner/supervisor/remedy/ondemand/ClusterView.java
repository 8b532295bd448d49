// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.remedy.broker.Answers;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What a cluster says of partitions. Thread-safe. */
final class ClusterView {

  private final Admin admin;
  private final Duration patience;

  ClusterView(Admin admin, Duration patience) {
    this.admin = admin;
    this.patience = patience;
  }

  /** The replicas of each partition of a topic by node id; empty if there is no such topic. */
  Optional<SortedMap<TopicPartition, List<Integer>>> replicas(String topic) throws IOException {
    TopicDescription description;
    try {
      description =
          await(
              admin.describeTopics(List.of(topic)).topicNameValues().get(topic),
              "describe topic " + topic);
    } catch (IOException e) {
      Throwable why = e.getCause() == null ? e : e.getCause().getCause();
      if (why instanceof UnknownTopicOrPartitionException || why instanceof InvalidTopicException) {
        return Optional.empty();
      }
      throw e;
    }
    SortedMap<TopicPartition, List<Integer>> all = new TreeMap<>();
    description
        .partitions()
        .forEach(
            each ->
                all.put(
                    new TopicPartition(topic, each.partition()),
                    each.replicas().stream().map(Node::id).sorted().toList()));
    return Optional.of(all);
  }

  /** The high watermark of each partition, or of committed records the last stable offset. */
  Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions, IsolationLevel level)
      throws IOException {
    Map<org.apache.kafka.common.TopicPartition, OffsetSpec> wanted =
        partitions.stream()
            .collect(Collectors.toMap(ClusterView::kafka, each -> OffsetSpec.latest()));
    Map<org.apache.kafka.common.TopicPartition, ListOffsetsResultInfo> found =
        await(admin.listOffsets(wanted, new ListOffsetsOptions(level)).all(), "read the log ends");
    Map<TopicPartition, Long> ends = new HashMap<>();
    found.forEach(
        (partition, info) ->
            ends.put(new TopicPartition(partition.topic(), partition.partition()), info.offset()));
    return ends;
  }

  private static org.apache.kafka.common.TopicPartition kafka(TopicPartition partition) {
    return new org.apache.kafka.common.TopicPartition(partition.topic(), partition.partition());
  }

  private <T> T await(KafkaFuture<T> answer, String what) throws IOException {
    return Answers.await(answer, patience, what);
  }
}
