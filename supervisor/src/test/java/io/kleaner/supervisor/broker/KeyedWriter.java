// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes plain keyed records, to partition 0 of topics unless another is named, and remembers the
 * newest value of each key. Not thread-safe.
 */
public final class KeyedWriter implements AutoCloseable {

  private static final int PADDING = 400;

  private final Producer<String, String> producer;
  private final Random random = new Random(7);
  private final Map<String, Map<String, String>> newest = new TreeMap<>();

  /** To the broker at that address. */
  public KeyedWriter(String bootstrap) {
    this(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap));
  }

  /** To a broker that asks who its clients are, by the properties of one that it lets in. */
  public KeyedWriter(Map<String, Object> client) {
    Map<String, Object> all = new HashMap<>(client);
    all.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    producer = new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
  }

  /**
   * Writes records of some keys, about half a kilobyte each, and waits until the broker has them.
   */
  public void write(String topic, int records, int keys)
      throws InterruptedException, ExecutionException {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int i = 0; i < records; i++) {
      sent.add(send(topic, "key-" + random.nextInt(keys), random.nextLong() + "x".repeat(PADDING)));
    }
    settle(sent);
  }

  /** Writes enough to have the active segment of a {@link TestTopics} topic sealed. */
  public void roll(String topic, int keys) throws InterruptedException, ExecutionException {
    write(topic, 2 * TestTopics.SEGMENT_BYTES / PADDING, keys);
  }

  /** Does the same to any partition; what was written there is not remembered. */
  public void roll(String topic, int partition, int keys)
      throws InterruptedException, ExecutionException {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int i = 0; i < 2 * TestTopics.SEGMENT_BYTES / PADDING; i++) {
      sent.add(
          producer.send(
              new ProducerRecord<>(
                  topic, partition, "key-" + random.nextInt(keys), "x".repeat(PADDING))));
    }
    settle(sent);
  }

  /**
   * Writes records as of a time, of a key each, to any partition; they are not remembered. Where
   * that time is more than a topic's {@code segment.ms} after the active segment's first, it is
   * sealed, however short it is.
   */
  public void writeAt(String topic, int partition, long timestampMs, int records, int valueBytes)
      throws InterruptedException, ExecutionException {
    String value = "x".repeat(valueBytes);
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int i = 0; i < records; i++) {
      Future<RecordMetadata> each =
          producer.send(new ProducerRecord<>(topic, partition, timestampMs, "key-" + i, value));
      if (i == 0) {
        // A broker that learns of a topic just now may refuse a batch and take the next one, and
        // then takes the first one never: it is out of sequence.
        each.get();
      }
      sent.add(each);
    }
    settle(sent);
  }

  private void settle(List<Future<RecordMetadata>> sent)
      throws InterruptedException, ExecutionException {
    producer.flush();
    for (Future<RecordMetadata> each : sent) {
      each.get();
    }
  }

  /** Writes records of some keys in turn, of a size; they are not remembered. */
  public void bulk(String topic, int records, int keys, int valueBytes)
      throws InterruptedException, ExecutionException {
    String value = "x".repeat(valueBytes);
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int i = 0; i < records; i++) {
      sent.add(producer.send(new ProducerRecord<>(topic, 0, "bulk-" + i % keys, value)));
    }
    settle(sent);
  }

  /** Writes one record and returns its offset; the key may be null. */
  public long put(String topic, String key, String value)
      throws InterruptedException, ExecutionException {
    return send(topic, key, value).get().offset();
  }

  private Future<RecordMetadata> send(String topic, String key, String value) {
    if (key != null) {
      newest.computeIfAbsent(topic, name -> new TreeMap<>()).put(key, value);
    }
    return producer.send(new ProducerRecord<>(topic, 0, key, value));
  }

  /** The newest value of each key of a topic. */
  public Map<String, String> newest(String topic) {
    return newest.getOrDefault(topic, Map.of());
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
