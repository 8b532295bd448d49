// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * What a consumer makes of partition 0 of a topic.
 *
 * @param newest the last value of each key
 * @param records how many were read
 * @param below how many of them lie below the bound
 * @param keysBelow how many different keys these have; as many, where all of it is compacted
 * @param endOffset where the log ended
 */
public record Fold(
    Map<String, String> newest, long records, long below, long keysBelow, long endOffset) {

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Reads all of it. */
  public static Fold of(String bootstrap, String topic, long bound) {
    TopicPartition partition = new TopicPartition(topic, 0);
    Map<String, String> newest = new HashMap<>();
    Set<String> keysBelow = new HashSet<>();
    long records = 0;
    long below = 0;
    try (KafkaConsumer<String, String> consumer =
        Reading.open(bootstrap, IsolationLevel.READ_UNCOMMITTED)) {
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
      while (consumer.position(partition) < end) {
        if (System.nanoTime() > deadlineNs) {
          throw new IllegalStateException(
              topic + " could be read up to " + consumer.position(partition) + " of " + end);
        }
        for (ConsumerRecord<String, String> record : consumer.poll(POLL)) {
          records++;
          newest.put(record.key(), record.value());
          if (record.offset() < bound) {
            below++;
            keysBelow.add(record.key());
          }
        }
      }
      return new Fold(newest, records, below, keysBelow.size(), end);
    }
  }
}
