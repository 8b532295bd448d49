// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;

/** Asks the leaders of partitions for their offsets, all partitions at once. Stateless. */
final class AdminOffsets {

  private AdminOffsets() {}

  /**
   * Asks for the high watermark of each, and for the last stable offset of those of which it is not
   * known: where that was the high watermark, and that still stands there, it still is.
   *
   * @param before what was found last
   */
  static Map<TopicPartition, Seen<Offsets>> look(
      Admin admin,
      Collection<TopicPartition> partitions,
      Map<TopicPartition, Seen<Offsets>> before,
      long nowMs)
      throws InterruptedException {
    Map<TopicPartition, Seen<Offsets>> offsets = new HashMap<>(2 * partitions.size());
    Map<TopicPartition, Long> highWatermarks = new HashMap<>(2 * partitions.size());
    List<TopicPartition> open = new ArrayList<>();
    ask(
        admin,
        partitions,
        IsolationLevel.READ_UNCOMMITTED,
        offsets,
        (partition, end) -> {
          highWatermarks.put(partition, end);
          Offsets settled = new Offsets(end, end);
          Seen<Offsets> last = before.get(partition);
          if (last != null && last.get().filter(settled::equals).isPresent()) {
            offsets.put(partition, Seen.known(settled, nowMs));
          } else {
            open.add(partition);
          }
        });
    ask(
        admin,
        open,
        IsolationLevel.READ_COMMITTED,
        offsets,
        (partition, stable) -> {
          // Asked for later, it may have got ahead of the high watermark of then.
          long end = highWatermarks.get(partition);
          offsets.put(partition, Seen.known(new Offsets(end, Math.min(end, stable)), nowMs));
        });
    return offsets;
  }

  /** What cannot be had of a partition is noted among the offsets. */
  private static void ask(
      Admin admin,
      Collection<TopicPartition> partitions,
      IsolationLevel level,
      Map<TopicPartition, Seen<Offsets>> offsets,
      BiConsumer<TopicPartition, Long> found)
      throws InterruptedException {
    if (partitions.isEmpty()) {
      return;
    }
    Map<org.apache.kafka.common.TopicPartition, OffsetSpec> latest = new HashMap<>();
    partitions.forEach(partition -> latest.put(kafka(partition), OffsetSpec.latest()));
    ListOffsetsResult result = admin.listOffsets(latest, new ListOffsetsOptions(level));
    for (TopicPartition partition : partitions) {
      try {
        found.accept(partition, AdminLink.await(result.partitionResult(kafka(partition))).offset());
      } catch (KafkaException e) {
        offsets.put(partition, Seen.missing(Source.ADMIN, Reason.of(e)));
      }
    }
  }

  static org.apache.kafka.common.TopicPartition kafka(TopicPartition partition) {
    return new org.apache.kafka.common.TopicPartition(partition.topic(), partition.partition());
  }
}
