// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Talks to an old broker by the client of its own time: a client of today must not. It runs in a
 * JVM on that version's class path, so it uses only what all versions of the client have, and
 * reflection for what changed.
 */
public final class OldClient {

  private OldClient() {}

  /** The record at each offset that {@link #write} makes: its key. */
  public static String key(int offset, int keys) {
    return "k" + offset % keys;
  }

  /** The record at each offset that {@link #write} makes: its value. */
  public static String value(int offset) {
    return "v" + offset;
  }

  /** What is newest of each key when so many were written. */
  public static Map<String, String> newest(int records, int keys) {
    Map<String, String> newest = new TreeMap<>();
    for (int i = 0; i < records; i++) {
      newest.put(key(i, keys), value(i));
    }
    return newest;
  }

  /** Writes records to partition 0 of a topic, which the broker makes if need be. */
  public static void write(BrokerJvm broker, String topic, int records, int keys)
      throws IOException, InterruptedException {
    run(broker, "write", topic, records, keys, Duration.ZERO);
  }

  /**
   * Reads all of partition 0 of a topic and holds it against what was written.
   *
   * @throws IOException if it can't be read in time, or is something else
   */
  public static void read(BrokerJvm broker, String topic, int records, int keys, Duration atMost)
      throws IOException, InterruptedException {
    run(broker, "read", topic, records, keys, atMost);
  }

  private static void run(
      BrokerJvm broker, String what, String topic, int records, int keys, Duration atMost)
      throws IOException, InterruptedException {
    Process process =
        ChildJvm.start(
            Path.of("."),
            BrokerClassPath.of(broker.spec().version()),
            List.of("-Xmx256m"),
            List.of(
                OldClient.class.getName(),
                what,
                broker.bootstrap(),
                topic,
                String.valueOf(records),
                String.valueOf(keys),
                String.valueOf(atMost.toMillis())));
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("the old client could not " + what + " " + topic + ":\n" + output);
    }
  }

  /**
   * The old client's side.
   *
   * @param args what to do, the broker, the topic, how many records there are, of how many keys,
   *     and how long reading may take, in ms
   */
  public static void main(String[] args) throws Exception {
    int records = Integer.parseInt(args[3]);
    int keys = Integer.parseInt(args[4]);
    if (args[0].equals("write")) {
      produce(args[1], args[2], records, keys);
    } else {
      consume(args[1], args[2], records, keys, Long.parseLong(args[5]));
    }
  }

  private static void produce(String bootstrap, String topic, int records, int keys)
      throws InterruptedException, ExecutionException {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers", bootstrap,
            "key.serializer", "org.apache.kafka.common.serialization.StringSerializer",
            "value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
    KafkaProducer<String, String> producer = new KafkaProducer<>(config);
    Future<RecordMetadata> last = null;
    for (int i = 0; i < records; i++) {
      last = producer.send(new ProducerRecord<>(topic, 0, key(i, keys), value(i)));
    }
    if (last == null || last.get().offset() != records - 1) {
      throw new IllegalStateException("the last record has another offset than expected");
    }
    producer.close();
  }

  /** All by reflection: these methods took other types then. */
  private static void consume(String bootstrap, String topic, int records, int keys, long atMostMs)
      throws ReflectiveOperationException {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers", bootstrap,
            "auto.offset.reset", "earliest",
            "enable.auto.commit", "false",
            "group.id", "old",
            "key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer",
            "value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
    Class<?> type = Class.forName("org.apache.kafka.clients.consumer.KafkaConsumer");
    Object consumer = type.getConstructor(Map.class).newInstance(config);
    Object partition =
        Class.forName("org.apache.kafka.common.TopicPartition")
            .getConstructor(String.class, int.class)
            .newInstance(topic, 0);
    type.getMethod("assign", List.class).invoke(consumer, List.of(partition));
    Map<String, String> newest = new TreeMap<>();
    long deadlineNs = System.nanoTime() + atMostMs * 1_000_000;
    long position = 0;
    while (position < records && System.nanoTime() < deadlineNs) {
      Iterable<?> polled = (Iterable<?>) type.getMethod("poll", long.class).invoke(consumer, 500L);
      for (Object record : polled) {
        Class<?> recordType = record.getClass();
        newest.put(
            (String) recordType.getMethod("key").invoke(record),
            (String) recordType.getMethod("value").invoke(record));
        position = (Long) recordType.getMethod("offset").invoke(record) + 1;
      }
    }
    type.getMethod("close").invoke(consumer);
    if (!newest.equals(newest(records, keys))) {
      throw new IllegalStateException(
          "read up to offset " + position + ", " + newest.size() + " keys, not as written");
    }
  }
}
