// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.TestTopics;
import io.kleaner.supervisor.probe.broker.CleanerThread;
import io.kleaner.supervisor.probe.broker.FreshThreads;
import io.kleaner.supervisor.probe.broker.JmxTarget;
import io.kleaner.supervisor.probe.broker.Seen;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A real broker, and the hands for it. Not thread-safe. */
public final class RemedyLab implements AutoCloseable {

  /** Generous: the machine may be busy with other things. */
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final LeverTimes TIMES = new LeverTimes(20_000, 10_000, 3_000, 60_000, 10);

  private final Path state;
  private final BrokerJvm broker;
  private final BrokerConnection connection;
  private final FreshThreads threads;
  private final Random random = new Random(1);
  private OverrideJournal journal;

  private RemedyLab(Path home, BrokerJvm broker) throws IOException {
    this.state = Files.createDirectories(home.resolve("state"));
    this.broker = broker;
    this.connection = BrokerConnection.open(broker.bootstrap(), Map.of());
    this.threads =
        new FreshThreads(JmxTarget.of(broker.jmx(), Optional.empty(), false), Clock.system());
    this.journal = OverrideJournal.open(new LocalFileSystem(), state, "overrides");
  }

  /** Starts a broker. */
  public static RemedyLab start(Path home, BrokerSpec spec) throws Exception {
    BrokerJvm broker = BrokerJvm.format(home.resolve("broker"), spec);
    broker.start();
    RemedyLab lab = new RemedyLab(home, broker);
    lab.await("the first cleaner thread", () -> !lab.ids().isEmpty());
    return lab;
  }

  public BrokerJvm broker() {
    return broker;
  }

  public Admin admin() {
    return connection.admin();
  }

  ConfigAccess config() {
    return new ConfigAccess(admin(), Duration.ofSeconds(30));
  }

  OverrideJournal journal() {
    return journal;
  }

  Overrides overrides() {
    return new Overrides(config(), journal, Clock.system());
  }

  BrokerLever lever() {
    return lever(() -> null);
  }

  /**
   * @param beforeLook run before each look at the threads
   */
  BrokerLever lever(Callable<?> beforeLook) {
    return new BrokerLever(
        1,
        overrides(),
        () -> {
          try {
            beforeLook.call();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
          return threads.get();
        },
        CheckpointView.of(new LocalFileSystem(), List.of(broker.logDir())),
        TIMES,
        Clock.system(),
        new CancelToken());
  }

  CleanerTuning tuning() {
    return tuning(TIMES);
  }

  CleanerTuning tuning(LeverTimes times) {
    return new CleanerTuning(1, overrides(), threads, times, Clock.system(), new CancelToken());
  }

  /** Isolates topics, with a journal of its own. */
  public TopicIsolation isolation() {
    return new TopicIsolation(overrides(), Clock.system(), new CancelToken());
  }

  /**
   * What a {@code kill -9} and a new start do to the journal: nothing is taken back by the first.
   */
  void restartSidecar() throws IOException {
    journal.close();
    journal = OverrideJournal.open(new LocalFileSystem(), state, "overrides");
  }

  Seen<List<CleanerThread>> threads() {
    return threads.get();
  }

  List<Long> ids() {
    return ThreadWatch.ids(threads.get());
  }

  /** An operator's own change. */
  void operator(ConfigTarget target, String key, String text) throws Exception {
    config().change(target, Map.of(key, Optional.ofNullable(text)));
    await(
        key + " is " + text,
        () -> config().read(target, key).own().equals(Optional.ofNullable(text)));
  }

  /** An operator's change for all brokers. */
  void dynamicDefault(String key, String text) throws Exception {
    List<Long> before = ids();
    AlterConfigOp change =
        new AlterConfigOp(
            new ConfigEntry(key, text == null ? "" : text),
            text == null ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET);
    Map<ConfigResource, Collection<AlterConfigOp>> all =
        Map.of(new ConfigResource(ConfigResource.Type.BROKER, ""), List.of(change));
    admin().incrementalAlterConfigs(all).all().get();
    awaitThreads("a restart", seen -> ids(seen).stream().anyMatch(id -> !before.contains(id)));
  }

  private static List<Long> ids(Seen<List<CleanerThread>> seen) {
    return ThreadWatch.ids(seen);
  }

  Former setting(ConfigTarget target, String key) throws IOException {
    return config().read(target, key);
  }

  /** Makes a compacted topic of small segments. */
  public void topic(String name, int partitions, Map<String, String> more) throws Exception {
    Map<String, String> settings = new HashMap<>();
    settings.put("cleanup.policy", "compact");
    settings.put("segment.bytes", "1048576");
    settings.put("min.cleanable.dirty.ratio", "0.01");
    settings.putAll(more);
    TestTopics.make(admin(), List.of(new NewTopic(name, partitions, (short) 1).configs(settings)));
    await("the broker knows " + name, () -> isKnown(ConfigTarget.topic(name)));
  }

  private boolean isKnown(ConfigTarget topic) throws IOException {
    try {
      return config().read(topic, "cleanup.policy").own().isPresent();
    } catch (Answers.NoSuchTopicException e) {
      return false;
    }
  }

  /** Appends records of a hundred keys to partition 0. */
  public void write(String topic, int records, int valueBytes) throws Exception {
    try (Producer<String, byte[]> producer = producer(Map.of())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = 0; i < records; i++) {
        byte[] value = new byte[valueBytes];
        random.nextBytes(value);
        sent.add(producer.send(new ProducerRecord<>(topic, 0, "key-" + i % 100, value)));
      }
      for (Future<RecordMetadata> each : sent) {
        each.get();
      }
    }
  }

  /** Appends one record with a value of zeros, which needs its whole size to be decompressed. */
  void writeBomb(String topic, int valueBytes) throws Exception {
    Map<String, Object> large =
        Map.of(
            "compression.type",
            "zstd",
            "max.request.size",
            Integer.MAX_VALUE,
            "buffer.memory",
            2L * valueBytes);
    try (Producer<String, byte[]> producer = producer(large)) {
      producer.send(new ProducerRecord<>(topic, 0, "bomb", new byte[valueBytes])).get();
    }
  }

  /** Appends a tombstone. */
  public void writeTombstone(String topic, String key) throws Exception {
    try (Producer<String, byte[]> producer = producer(Map.of())) {
      producer.send(new ProducerRecord<>(topic, 0, key, null)).get();
    }
  }

  /** Appends a small record of a key that nobody else writes, and waits a moment. */
  public void writeOther(String topic) throws Exception {
    try (Producer<String, byte[]> producer = producer(Map.of())) {
      producer.send(new ProducerRecord<>(topic, 0, "other", new byte[10])).get();
    }
    new CancelToken().sleep(100_000_000);
  }

  /** Begins a transaction, which is open until this is closed. */
  public AutoCloseable openTransaction(String topic) throws Exception {
    Producer<String, byte[]> producer =
        producer(Map.of("transactional.id", topic, "transaction.timeout.ms", 600_000));
    producer.initTransactions();
    producer.beginTransaction();
    producer.send(new ProducerRecord<>(topic, 0, "open", new byte[10])).get();
    return () -> {
      producer.abortTransaction();
      producer.close();
    };
  }

  /** The log end offset of partition 0. */
  public long end(String topic) throws Exception {
    TopicPartition partition = new TopicPartition(topic, 0);
    return admin()
        .listOffsets(Map.of(partition, OffsetSpec.latest()))
        .partitionResult(partition)
        .get()
        .offset();
  }

  Producer<String, byte[]> producer(Map<String, Object> more) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("bootstrap.servers", broker.bootstrap());
    properties.put("linger.ms", 20);
    properties.putAll(more);
    return new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer());
  }

  /** Where the cleaner's checkpoint of partition 0 is. */
  public OptionalLong cleanedTo(String topic) {
    Long offset =
        CheckpointView.of(new LocalFileSystem(), List.of(broker.logDir()))
            .look()
            .orElse(Map.of())
            .get(new io.kleaner.core.logdir.TopicPartition(topic, 0));
    return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  Seen<List<CleanerThread>> awaitThreads(String what, Predicate<Seen<List<CleanerThread>>> wanted)
      throws Exception {
    await(what, () -> wanted.test(threads.get()));
    return threads.get();
  }

  /** Waits until it is so. */
  public void await(String what, Callable<Boolean> wanted) throws Exception {
    long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
    CancelToken pause = new CancelToken();
    while (!wanted.call()) {
      assertThat(System.nanoTime() - deadlineNs)
          .as("waiting for: %s; %s%n%s", what, threads.get(), broker.log().tail(20))
          .isNegative();
      pause.sleep(20_000_000);
    }
  }

  @Override
  public void close() throws IOException {
    journal.close();
    threads.close();
    connection.close();
    broker.close();
  }
}
