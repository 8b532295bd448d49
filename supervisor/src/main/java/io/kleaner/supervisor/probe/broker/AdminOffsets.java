// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
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
    Map<org.apache.kafka.common.TopicPartition, OffsetSpec> latest = new HashMap<>();
    partitions.forEach(partition -> latest.put(kafka(partition), OffsetSpec.latest()));
    // The stable one first: between two questions offsets only grow.
    ListOffsetsResult stable =
        admin.listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED));
    Map<TopicPartition, Seen<Offsets>> offsets = new HashMap<>();
    Map<TopicPartition, Long> stableAt = new HashMap<>();
    for (TopicPartition partition : partitions) {
      try {
        stableAt.put(partition, AdminLink.await(stable.partitionResult(kafka(partition))).offset());
      } catch (KafkaException e) {
        offsets.put(partition, Seen.missing(Source.ADMIN, Reason.of(e)));
      }
    }
    ListOffsetsResult end =
        admin.listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED));
    for (Map.Entry<TopicPartition, Long> each : stableAt.entrySet()) {
      try {
        long endOffset = AdminLink.await(end.partitionResult(kafka(each.getKey()))).offset();
        offsets.put(
            each.getKey(),
            Seen.known(new Offsets(endOffset, Math.min(endOffset, each.getValue())), nowMs));
      } catch (KafkaException e) {
        offsets.put(each.getKey(), Seen.missing(Source.ADMIN, Reason.of(e)));
      }
    }
    return offsets;
  }

  static org.apache.kafka.common.TopicPartition kafka(TopicPartition partition) {
    return new org.apache.kafka.common.TopicPartition(partition.topic(), partition.partition());
  }
}
