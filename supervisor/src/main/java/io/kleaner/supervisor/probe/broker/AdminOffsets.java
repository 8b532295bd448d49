// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;

/** Asks the leaders of partitions for their offsets, all partitions at once. Stateless. */
final class AdminOffsets {

  private AdminOffsets() {}

  static Map<TopicPartition, Seen<Offsets>> look(
      Admin admin, Collection<TopicPartition> partitions, long nowMs) throws InterruptedException {
    if (partitions.isEmpty()) {
      return Map.of();
    }
    ListOffsetsResult earliest =
        ask(admin, partitions, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
    // The stable one first: between two questions offsets only grow.
    ListOffsetsResult stable =
        ask(admin, partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
    Map<TopicPartition, Seen<Offsets>> offsets = new HashMap<>();
    Map<TopicPartition, Long> stableAt = new HashMap<>();
    for (TopicPartition partition : partitions) {
      try {
        stableAt.put(partition, AdminLink.await(stable.partitionResult(kafka(partition))).offset());
      } catch (KafkaException e) {
        offsets.put(partition, Seen.missing(Source.ADMIN, Reason.of(e)));
      }
    }
    ListOffsetsResult latest =
        ask(admin, partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    for (Map.Entry<TopicPartition, Long> each : stableAt.entrySet()) {
      org.apache.kafka.common.TopicPartition partition = kafka(each.getKey());
      try {
        long start = AdminLink.await(earliest.partitionResult(partition)).offset();
        long end = AdminLink.await(latest.partitionResult(partition)).offset();
        offsets.put(
            each.getKey(),
            Seen.known(new Offsets(start, end, Math.min(end, each.getValue())), nowMs));
      } catch (KafkaException e) {
        offsets.put(each.getKey(), Seen.missing(Source.ADMIN, Reason.of(e)));
      }
    }
    return offsets;
  }

  private static ListOffsetsResult ask(
      Admin admin, Collection<TopicPartition> partitions, OffsetSpec spec, IsolationLevel level) {
    return admin.listOffsets(
        partitions.stream().collect(Collectors.toMap(AdminOffsets::kafka, partition -> spec)),
        new ListOffsetsOptions(level));
  }

  static org.apache.kafka.common.TopicPartition kafka(TopicPartition partition) {
    return new org.apache.kafka.common.TopicPartition(partition.topic(), partition.partition());
  }
}
