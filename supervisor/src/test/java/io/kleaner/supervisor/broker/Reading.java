// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * What a consumer gets of partition 0 of a topic, from its beginning to its end.
 *
 * @param records by offset
 */
public record Reading(NavigableMap<Long, Ledger.Entry> records) {

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Reads all that the isolation level shows. */
  public static Reading of(String bootstrap, String topic, IsolationLevel isolation) {
    Map<String, Object> config = new HashMap<>();
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation.toString());
    TopicPartition partition = new TopicPartition(topic, 0);
    NavigableMap<Long, Ledger.Entry> records = new TreeMap<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
      while (consumer.position(partition) < end) {
        if (System.nanoTime() > deadlineNs) {
          throw new AssertionError(
              partition + " could be read up to " + consumer.position(partition) + " of " + end);
        }
        for (ConsumerRecord<String, String> record : consumer.poll(POLL)) {
          records.put(
              record.offset(),
              new Ledger.Entry(
                  record.key(),
                  Optional.ofNullable(record.value()),
                  Ledger.line(record.headers()),
                  isolation == IsolationLevel.READ_COMMITTED));
        }
      }
    }
    return new Reading(records);
  }

  /**
   * What is wrong with this reading; nothing if it shows what the ledger says.
   *
   * @param untouchedFrom the offset from which on every record must still be there
   */
  public List<String> problems(Ledger ledger, boolean committedOnly, long untouchedFrom) {
    List<String> problems = new ArrayList<>();
    records.forEach(
        (offset, entry) -> {
          Ledger.Entry written = ledger.entries().get(offset);
          if (written == null || !written.says(entry)) {
            problems.add("offset " + offset + " was not written so");
          } else if (committedOnly && !written.committed()) {
            problems.add("offset " + offset + " was aborted and is shown");
          }
        });
    ledger
        .live()
        .forEach(
            (key, offset) -> {
              if (!records.containsKey(offset)) {
                problems.add("the newest record of " + key + " at offset " + offset + " is gone");
              }
            });
    ledger
        .entries()
        .tailMap(untouchedFrom, true)
        .forEach(
            (offset, entry) -> {
              if ((entry.committed() || !committedOnly) && !records.containsKey(offset)) {
                problems.add("offset " + offset + " above the cleaned range is gone");
              }
            });
    Map<String, Ledger.Entry> folded = new HashMap<>();
    if (committedOnly) {
      records.values().forEach(entry -> folded.put(entry.key(), entry));
      folded.values().removeIf(entry -> entry.value().isEmpty());
      if (!folded.keySet().equals(ledger.live().keySet())) {
        problems.add("other keys are live than were written");
      }
    }
    return problems;
  }
}
