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
 * @param timestamps by offset, in ms
 */
public record Reading(
    NavigableMap<Long, Ledger.Entry> records, NavigableMap<Long, Long> timestamps) {

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Reads all that the isolation level shows, once no transaction is open. */
  public static Reading of(String bootstrap, String topic, IsolationLevel isolation) {
    TopicPartition partition = new TopicPartition(topic, 0);
    long end = logEnd(bootstrap, partition);
    NavigableMap<Long, Ledger.Entry> records = new TreeMap<>();
    NavigableMap<Long, Long> timestamps = new TreeMap<>();
    try (KafkaConsumer<String, String> consumer = open(bootstrap, isolation)) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
      while (consumer.position(partition) < end) {
        if (System.nanoTime() > deadlineNs) {
          throw new AssertionError(
              partition + " could be read up to " + consumer.position(partition) + " of " + end);
        }
        for (ConsumerRecord<String, String> record : consumer.poll(POLL)) {
          timestamps.put(record.offset(), record.timestamp());
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
    return new Reading(records, timestamps);
  }

  /**
   * Where the log ends. To a reader of committed data it seems to end earlier as long as the last
   * transaction's marker is not there, and a producer does not wait for that.
   */
  private static long logEnd(String bootstrap, TopicPartition partition) {
    try (KafkaConsumer<String, String> consumer =
        open(bootstrap, IsolationLevel.READ_UNCOMMITTED)) {
      return consumer.endOffsets(List.of(partition)).get(partition);
    }
  }

  static KafkaConsumer<String, String> open(String bootstrap, IsolationLevel isolation) {
    Map<String, Object> config = new HashMap<>();
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation.toString());
    return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
  }

  /**
   * What is wrong with this reading; nothing if it shows what the ledger says.
   *
   * @param cleanedTo below it only the newest of each key may be there, from it on all must be
   */
  public List<String> problems(Ledger ledger, boolean committedOnly, long cleanedTo) {
    return problems(ledger, committedOnly, cleanedTo, cleanedTo);
  }

  /**
   * The same where it is not known how far a clean went, as with a broker that goes on cleaning.
   *
   * @param cleanedTo below it only the newest of each key may be there
   * @param wholeFrom from it on all must be
   */
  List<String> problems(Ledger ledger, boolean committedOnly, long cleanedTo, long wholeFrom) {
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
    for (long offset : ledger.removable(cleanedTo)) {
      if (records.containsKey(offset)) {
        problems.add("offset " + offset + " was to be cleaned away and is there");
      }
    }
    ledger
        .entries()
        .tailMap(wholeFrom, true)
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
