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
import org.apache.kafka.clients.admin.ListOffsetsResult;
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

  private static final String LOG_ENDS = "read the log ends";

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

  /**
   * Where a log ends.
   *
   * @param high its high watermark
   * @param stable its last stable offset, up to which transactions are over
   */
  record End(long high, long stable) {}

  /**
   * The high watermark of each partition.
   *
   * @throws IOException if one is not told
   */
  Map<TopicPartition, Long> highWatermarks(Collection<TopicPartition> partitions)
      throws IOException {
    Map<org.apache.kafka.common.TopicPartition, ListOffsetsResultInfo> found =
        await(list(partitions, IsolationLevel.READ_UNCOMMITTED).all(), LOG_ENDS);
    Map<TopicPartition, Long> ends = new HashMap<>();
    found.forEach(
        (partition, info) ->
            ends.put(new TopicPartition(partition.topic(), partition.partition()), info.offset()));
    return ends;
  }

  /**
   * Where those partitions end of which that is told now: not those that have no leader, or were
   * deleted.
   *
   * @throws IOException if it is told of none
   */
  Map<TopicPartition, End> ends(Collection<TopicPartition> partitions) throws IOException {
    ListOffsetsResult high = list(partitions, IsolationLevel.READ_UNCOMMITTED);
    ListOffsetsResult stable = list(partitions, IsolationLevel.READ_COMMITTED);
    Answers.awaitAll(List.of(high.all(), stable.all()), patience);
    Map<TopicPartition, End> ends = new HashMap<>();
    for (TopicPartition each : partitions) {
      Answers.ifThere(high.partitionResult(kafka(each)))
          .ifPresent(
              first ->
                  Answers.ifThere(stable.partitionResult(kafka(each)))
                      .ifPresent(
                          second -> ends.put(each, new End(first.offset(), second.offset()))));
    }
    if (ends.isEmpty()) {
      await(high.all(), LOG_ENDS);
      await(stable.all(), LOG_ENDS);
    }
    return ends;
  }

  private ListOffsetsResult list(Collection<TopicPartition> partitions, IsolationLevel level) {
    return admin.listOffsets(
        partitions.stream()
            .collect(Collectors.toMap(ClusterView::kafka, each -> OffsetSpec.latest())),
        new ListOffsetsOptions(level));
  }

  private static org.apache.kafka.common.TopicPartition kafka(TopicPartition partition) {
    return new org.apache.kafka.common.TopicPartition(partition.topic(), partition.partition());
  }

  private <T> T await(KafkaFuture<T> answer, String what) throws IOException {
    return Answers.await(answer, patience, what);
  }
}
