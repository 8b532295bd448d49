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
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What a cluster says of partitions. Thread-safe. */
final class ClusterView {

  private static final String LOG_ENDS = "read the log ends";

  /** For one look of many: a client asks for a leader that is not there again and again. */
  private static final Duration OF_A_LOOK = Duration.ofSeconds(2);

  private final Admin admin;
  private final Duration patience;
  private final Duration ofALook;

  ClusterView(Admin admin, Duration patience) {
    this(admin, patience, OF_A_LOOK);
  }

  /**
   * @param ofALook how long {@link #ends} waits, which is asked again and again
   */
  ClusterView(Admin admin, Duration patience, Duration ofALook) {
    this.admin = admin;
    this.patience = patience;
    this.ofALook = ofALook;
  }

  /** The replicas of each partition of a topic by node id; empty if there is no such topic. */
  Optional<SortedMap<TopicPartition, List<Integer>>> replicas(String topic) throws IOException {
    TopicDescription description;
    try {
      description =
          Answers.await(
              admin.describeTopics(List.of(topic)).topicNameValues().get(topic),
              patience,
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
        Answers.await(
            list(partitions, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED)).all(),
            patience,
            LOG_ENDS);
    Map<TopicPartition, Long> ends = new HashMap<>();
    found.forEach(
        (partition, info) ->
            ends.put(new TopicPartition(partition.topic(), partition.partition()), info.offset()));
    return ends;
  }

  /**
   * Where those partitions end of which that is told now, in two seconds: not those that have no
   * leader, or were deleted.
   *
   * @throws IOException if it is told of none
   */
  Map<TopicPartition, End> ends(Collection<TopicPartition> partitions) throws IOException {
    ListOffsetsResult high = list(partitions, atOnce(IsolationLevel.READ_UNCOMMITTED));
    ListOffsetsResult stable = list(partitions, atOnce(IsolationLevel.READ_COMMITTED));
    Answers.awaitAll(List.of(high.all(), stable.all()), ofALook);
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
      Answers.await(high.all(), ofALook, LOG_ENDS);
      Answers.await(stable.all(), ofALook, LOG_ENDS);
    }
    return ends;
  }

  private ListOffsetsOptions atOnce(IsolationLevel level) {
    return new ListOffsetsOptions(level).timeoutMs((int) ofALook.toMillis());
  }

  private ListOffsetsResult list(
      Collection<TopicPartition> partitions, ListOffsetsOptions options) {
    return admin.listOffsets(
        partitions.stream()
            .collect(Collectors.toMap(ClusterView::kafka, each -> OffsetSpec.latest())),
        options);
  }

  private static org.apache.kafka.common.TopicPartition kafka(TopicPartition partition) {
    return new org.apache.kafka.common.TopicPartition(partition.topic(), partition.partition());
  }
}
