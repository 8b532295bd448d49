// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * Asks a broker for offsets by time. It picks the segment by the last entry of its time index, and
 * takes an index that is not there for an empty one without a word: records are skipped then.
 */
final class TimeLookup {

  private static final int SAMPLES = 60;

  private TimeLookup() {}

  /** What the broker finds otherwise than one who has read all of partition 0. */
  static List<String> problems(String bootstrap, String topic, Reading all) {
    TopicPartition partition = new TopicPartition(topic, 0);
    NavigableMap<Long, Long> firstOffsets = firstOffsetsByTime(all.timestamps());
    int stride = Math.max(1, firstOffsets.size() / SAMPLES);
    List<String> problems = new ArrayList<>();
    int next = 0;
    try (KafkaConsumer<String, String> consumer =
        Reading.open(bootstrap, IsolationLevel.READ_UNCOMMITTED)) {
      for (Map.Entry<Long, Long> each : firstOffsets.entrySet()) {
        if (next++ % stride == 0) {
          OffsetAndTimestamp found =
              consumer.offsetsForTimes(Map.of(partition, each.getKey())).get(partition);
          // It may be earlier: readers don't get to see the marker of a transaction.
          if (found == null || found.offset() > each.getValue()) {
            problems.add(
                "of time " + each.getKey() + " is offset " + each.getValue() + ", found " + found);
          }
        }
      }
    }
    return problems;
  }

  /** For each time that occurs, the first offset of that time or a later one. */
  private static NavigableMap<Long, Long> firstOffsetsByTime(NavigableMap<Long, Long> timestamps) {
    NavigableMap<Long, Long> first = new TreeMap<>();
    timestamps.forEach((offset, timestampMs) -> first.merge(timestampMs, offset, Math::min));
    long least = Long.MAX_VALUE;
    for (Map.Entry<Long, Long> each : first.descendingMap().entrySet()) {
      least = Math.min(least, each.getValue());
      each.setValue(least);
    }
    return first;
  }
}
