// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes to partition 0 of topics by all kinds of producers, and keeps the ledgers. Its producers
 * stay open while the broker is down, so that what it remembers of them is put to the test.
 *
 * <p>Not thread-safe.
 */
public final class Workload implements AutoCloseable {

  private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

  private static final String LINGERING = "lingering";
  private static final int TRANSACTION_TIMEOUT_MS = 600_000;
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final String bootstrap;
  private final Random random;
  private final Map<String, Ledger> ledgers = new HashMap<>();
  private final Map<String, Producer<String, String>> idempotent = new HashMap<>();
  private final Map<String, Producer<String, String>> transactional = new HashMap<>();
  private List<Sent> left = List.of();

  /**
   * @param seed of keys, values and who writes what
   */
  public Workload(String bootstrap, long seed) {
    this.bootstrap = bootstrap;
    this.random = new Random(seed);
  }

  /** What was written to a topic. */
  public Ledger ledger(String topic) {
    return ledgers.computeIfAbsent(topic, name -> new Ledger());
  }

  /** Writes records by idempotent producers, one for each codec in turn. */
  public void write(String topic, int records, int keys)
      throws InterruptedException, ExecutionException {
    int share = records / CODECS.size();
    for (String codec : CODECS) {
      Producer<String, String> producer =
          idempotent.computeIfAbsent(codec, name -> open(name, Optional.empty()));
      settle(topic, send(producer, topic, share, keys), true);
    }
  }

  /** Writes records by a producer that is not idempotent, each in a batch of its own. */
  public void writeOneByOne(String topic, int records, int keys)
      throws InterruptedException, ExecutionException {
    Map<String, Object> config = new HashMap<>();
    config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
    config.put(ProducerConfig.BATCH_SIZE_CONFIG, 0);
    // Several under way could come in another order than the ledger's.
    config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    try (Producer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      settle(topic, send(producer, topic, records, keys), true);
    }
  }

  /** Writes transactions; every third is aborted. */
  public void writeTransactions(String topic, int transactions, int keys)
      throws InterruptedException, ExecutionException {
    for (int i = 0; i < transactions; i++) {
      String codec = CODECS.get(i % CODECS.size());
      Producer<String, String> producer =
          transactional.computeIfAbsent(codec, id -> openTransactional(id, codec));
      boolean commit = i % 3 != 2;
      producer.beginTransaction();
      List<Sent> sent = send(producer, topic, 20, keys);
      producer.flush();
      if (commit) {
        producer.commitTransaction();
      } else {
        producer.abortTransaction();
      }
      settle(topic, sent, commit);
    }
  }

  /** Writes records in a transaction that is left open, at most one at a time. */
  public void openTransaction(String topic, int records, int keys) {
    Producer<String, String> producer =
        transactional.computeIfAbsent(LINGERING, id -> openTransactional(id, "zstd"));
    producer.beginTransaction();
    left = send(producer, topic, records, keys);
  }

  /** Commits the transaction that was left open. */
  public void commitOpenTransaction(String topic) throws InterruptedException, ExecutionException {
    transactional.get(LINGERING).commitTransaction();
    settle(topic, left, true);
  }

  /** Lets go of all producers; further writes open others, of the same transactional ids. */
  public void closeProducers() {
    // Without a limit, one would wait for a broker that is gone for good.
    idempotent.values().forEach(producer -> producer.close(CLOSE));
    transactional.values().forEach(producer -> producer.close(CLOSE));
    idempotent.clear();
    transactional.clear();
  }

  private record Sent(ProducerRecord<String, String> record, Future<RecordMetadata> future) {}

  private List<Sent> send(Producer<String, String> producer, String topic, int count, int keys) {
    List<Sent> sent = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String key = "key-" + random.nextInt(keys);
      String value =
          random.nextInt(12) == 0
              ? null
              : "value " + random.nextLong() + "x".repeat(random.nextInt(90));
      ProducerRecord<String, String> record = new ProducerRecord<>(topic, 0, key, value);
      if (random.nextInt(4) == 0) {
        record.headers().add("trace", String.valueOf(i).getBytes(StandardCharsets.UTF_8));
      }
      sent.add(new Sent(record, producer.send(record)));
    }
    producer.flush();
    return sent;
  }

  private void settle(String topic, List<Sent> sent, boolean committed)
      throws InterruptedException, ExecutionException {
    for (Sent each : sent) {
      ledger(topic)
          .add(
              each.future().get().offset(),
              new Ledger.Entry(
                  each.record().key(),
                  Optional.ofNullable(each.record().value()),
                  Ledger.line(each.record().headers()),
                  committed));
    }
  }

  private Producer<String, String> openTransactional(String id, String codec) {
    Producer<String, String> producer = open(codec, Optional.of("tx-" + id));
    producer.initTransactions();
    return producer;
  }

  private Producer<String, String> open(String codec, Optional<String> transactionalId) {
    Map<String, Object> config = new HashMap<>();
    config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, codec);
    config.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
    transactionalId.ifPresent(id -> config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id));
    return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
  }

  @Override
  public void close() {
    closeProducers();
  }
}
