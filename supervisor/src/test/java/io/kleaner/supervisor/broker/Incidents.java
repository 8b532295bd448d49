// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * What kills or stalls the cleaner of a real broker, done to one of 2.8 or newer. Each method
 * returns when the harm is done and the broker's own log says so, if it says anything.
 *
 * <p>Not thread-safe.
 */
public final class Incidents implements AutoCloseable {

  /** How far the record of {@link #plantBomb} decompresses. */
  public static final int BOMB_VALUE_BYTES = Bomb.ZSTD_VALUE_BYTES;

  /** The key of the record that decompresses far. */
  public static final String BOMB_KEY = "bomb";

  /** Where brokers keep the offsets of consumers. */
  public static final String OFFSETS = "__consumer_offsets";

  /** Keys of all topics that are written to. */
  public static final int KEYS = 500;

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final long POLL_MS = 50;
  private static final long LOST_PRODUCER = 987_654;
  private static final String LOG_SUFFIX = ".log";

  private final String bootstrap;
  private final BrokerJvm broker;
  private final Supplier<BrokerLog> log;
  private final TestTopics topics;
  private final KeyedWriter writer;
  private Producer<String, String> hanging;

  /** With a broker that runs. */
  public Incidents(BrokerJvm broker) {
    this(broker.bootstrap(), broker, broker::log, List.of());
  }

  /**
   * With one broker of a cluster.
   *
   * @param replicas where each partition of a topic is put that is made here; that broker is to
   *     lead the first one
   */
  public Incidents(BrokerJvm broker, List<List<Integer>> replicas) {
    this(broker.bootstrap(), broker, broker::log, replicas);
  }

  private Incidents(
      String bootstrap, BrokerJvm broker, Supplier<BrokerLog> log, List<List<Integer>> replicas) {
    this.bootstrap = bootstrap;
    this.broker = broker;
    this.log = log;
    this.topics = new TestTopics(bootstrap, replicas);
    this.writer = new KeyedWriter(bootstrap);
  }

  /**
   * With a broker of which nothing but its address and what it prints is known: what writes into
   * its files cannot be used.
   */
  public static Incidents at(String bootstrap, BrokerLog log) {
    return new Incidents(bootstrap, null, () -> log, List.of());
  }

  /**
   * A record that harms.
   *
   * @param segmentBaseOffset of the segment that holds it
   */
  public record Culprit(String topic, int partition, long segmentBaseOffset, long offset) {}

  /** The topics of the broker. */
  public TestTopics topics() {
    return topics;
  }

  /** Who writes. */
  public KeyedWriter writer() {
    return writer;
  }

  /** A compacted topic that the broker has cleaned. */
  public void healthy(String topic) throws Exception {
    topics.createCompacted(topic);
    letItClean(topic);
  }

  /**
   * Writes to a topic until another segment is sealed, and waits for the broker to clean it: all
   * that can be cleaned, where the broker's files are known.
   */
  public void letItClean(String topic) throws Exception {
    int from = log.get().size();
    writer.roll(topic, KEYS);
    awaitLine(from, line -> line.contains("leaned log " + topic + "-0"));
    if (broker != null) {
      // A clean that began while this was written had a part of it only; another one follows.
      awaitCleanerCheckpoint(topic, activeBaseOffset(topic));
    }
  }

  /** Of the segment that is written to, up to which all can be cleaned. */
  private long activeBaseOffset(String topic) throws IOException {
    try (Stream<Path> files = Files.list(partition(topic))) {
      return files
          .map(each -> each.getFileName().toString())
          .filter(name -> name.endsWith(LOG_SUFFIX))
          .mapToLong(name -> Long.parseLong(name.substring(0, name.indexOf('.'))))
          .max()
          .orElseThrow();
    }
  }

  /**
   * Puts the record that decompresses far into a sealed segment of a new topic that the cleaner is
   * kept from, and a newer record of its key after it.
   */
  public Culprit plantBomb(String topic) throws Exception {
    return plant(topic, Bomb.zstd(BOMB_KEY, System.currentTimeMillis()));
  }

  private Culprit plant(String topic, MemoryRecords bomb) throws Exception {
    topics.createCompacted(topic);
    topics.cleanable(topic, false);
    writer.write(topic, 100, KEYS);
    long offset = RawProduce.send(bootstrap, topic, null, bomb);
    writer.put(topic, BOMB_KEY, "defused");
    writer.roll(topic, KEYS);
    return new Culprit(topic, 0, 0, offset);
  }

  /** Kills a cleaner thread, and the next one that comes by. */
  public Culprit killByBomb(String topic) throws Exception {
    return lightTheFuse(plantBomb(topic));
  }

  /** The same by a record that gzip made small; the broker's heap must be below half a gigabyte. */
  public Culprit killByGzipBomb(String topic) throws Exception {
    return lightTheFuse(plant(topic, Bomb.gzip(BOMB_KEY, System.currentTimeMillis())));
  }

  /**
   * Kills a cleaner thread, and the next one that comes by, in the topic of consumers' offsets,
   * which is made. Their coordinator takes no more offsets after it.
   */
  public void killByBombInOffsets() throws Exception {
    int from = log.get().size();
    try (Admin admin = admin()) {
      admin
          .alterConsumerGroupOffsets(
              "readers", Map.of(new TopicPartition(OFFSETS, 0), new OffsetAndMetadata(0)))
          .all()
          .get();
    }
    topics.set(OFFSETS, "segment.ms", "1");
    RawProduce.send(bootstrap, OFFSETS, null, Bomb.zstd(BOMB_KEY, System.currentTimeMillis()));
    // What comes next has the bomb's segment sealed.
    RawProduce.send(
        bootstrap,
        OFFSETS,
        null,
        MemoryRecords.withRecords(
            Compression.NONE,
            new SimpleRecord(System.currentTimeMillis(), utf8(BOMB_KEY), utf8("defused"))));
    awaitDeath(from);
  }

  private Culprit lightTheFuse(Culprit culprit) throws Exception {
    int from = log.get().size();
    topics.cleanable(culprit.topic(), true);
    awaitDeath(from);
    return culprit;
  }

  private void awaitDeath(int from) throws IOException, InterruptedException {
    awaitLine(from, line -> line.contains("OutOfMemoryError"));
    awaitLine(from, line -> line.contains("kafka-log-cleaner-thread-") && line.contains("Stopped"));
  }

  /** Takes away all that a topic holds while its broker runs, whatever it is that harms there. */
  public void deleteAll(String topic) throws Exception {
    int from = log.get().size();
    topics.set(topic, "cleanup.policy", "compact,delete");
    topics.deleteRecords(topic);
    awaitLine(
        from,
        line ->
            line.contains(topic + "-0")
                && line.contains("log start offset")
                && line.contains("breach"));
    topics.set(topic, "cleanup.policy", "compact");
  }

  /**
   * Kills one of two threads. The broker must have {@code log.cleaner.threads=2} and a {@code
   * log.cleaner.backoff.ms} of several seconds, in which the second one does not look.
   */
  public Culprit killOneOfTwo(String topic) throws Exception {
    Culprit culprit = killByBomb(topic);
    topics.cleanable(topic, false);
    return culprit;
  }

  /**
   * Changes a setting of the broker that has the cleaner's threads replaced, as an operator would.
   */
  public void pullLever(String loadFactor) throws InterruptedException, ExecutionException {
    topics.setBroker(broker.spec().nodeId(), "log.cleaner.io.buffer.load.factor", loadFactor);
  }

  /** Has a partition marked uncleanable: garbage stands where a batch of it says its length. */
  public Culprit garbageLength(String topic) throws Exception {
    return garbage(topic, SegmentHarm.LENGTH);
  }

  /** The same: garbage stands where a batch of it says its format. */
  public Culprit garbageMagic(String topic) throws Exception {
    return garbage(topic, SegmentHarm.MAGIC);
  }

  private Culprit garbage(String topic, SegmentHarm harm) throws Exception {
    Culprit culprit = harmed(topic, harm);
    int from = log.get().size();
    topics.cleanable(topic, true);
    awaitLine(from, line -> line.contains("Marking its partition (" + topic + "-0)"));
    return culprit;
  }

  /** In a sealed segment of a new topic that the cleaner is kept from. */
  private Culprit harmed(String topic, SegmentHarm harm) throws Exception {
    topics.createCompacted(topic);
    topics.cleanable(topic, false);
    writer.roll(topic, KEYS);
    return new Culprit(topic, 0, 0, harm.to(partition(topic).resolve("00000000000000000000.log")));
  }

  private Path partition(String topic) {
    return broker.logDir().resolve(topic + "-0");
  }

  /** What a cleaner leaves that died while it copied: an output without a byte. */
  public Path emptyOutput(String topic) throws IOException {
    return Files.createFile(partition(topic).resolve("00000000000000000000.log.cleaned"));
  }

  /** Flips one bit of a value in a sealed segment, which the cleaner neither sees nor mends. */
  public void flippedByte(String topic) throws Exception {
    harmed(topic, SegmentHarm.FLIPPED_BIT);
  }

  /** A transaction that nobody ends soon, with sealed segments after its first record. */
  public long openTransaction(String topic, String transactionalId) throws Exception {
    topics.createCompacted(topic);
    writer.write(topic, 10, KEYS);
    hanging =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrap,
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                transactionalId,
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                600_000),
            new StringSerializer(),
            new StringSerializer());
    hanging.initTransactions();
    hanging.beginTransaction();
    long first = hanging.send(new ProducerRecord<>(topic, 0, "open", "1")).get().offset();
    writer.roll(topic, KEYS);
    return first;
  }

  /**
   * A transaction that its coordinator knows nothing of, so that nobody ends it: what a producer
   * leaves whose records come late. The broker must have {@code
   * transaction.partition.verification.enable=false}.
   *
   * @return the id of its producer
   */
  public long hangingTransaction(String topic) throws Exception {
    topics.createCompacted(topic);
    MemoryRecords records =
        MemoryRecords.withTransactionalRecords(
            Compression.NONE,
            LOST_PRODUCER,
            (short) 0,
            0,
            new SimpleRecord(System.currentTimeMillis(), utf8("late"), utf8("1")));
    RawProduce.send(bootstrap, topic, "lost", records);
    return LOST_PRODUCER;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Records without a key in a topic that becomes compacted: the cleaner deletes them. */
  public int nullKeysAfterPolicyFlip(String topic) throws Exception {
    topics.create(
        topic,
        Map.of(
            "cleanup.policy",
            "delete",
            "segment.bytes",
            String.valueOf(TestTopics.SEGMENT_BYTES),
            "min.cleanable.dirty.ratio",
            "0.01"));
    int records = 600;
    for (int i = 0; i < records; i++) {
      writer.put(topic, null, "v" + i);
    }
    writer.roll(topic, KEYS);
    int from = log.get().size();
    topics.set(topic, "cleanup.policy", "compact");
    awaitLine(from, line -> line.contains("invalid messages during compaction"));
    return records;
  }

  /** Something to clean: in a broker whose settings starve the cleaner it will not be. */
  public void dirty(String topic) throws Exception {
    topics.createCompacted(topic);
    // A cleaner that spins leaves the broker no time to take what is written.
    topics.cleanable(topic, false);
    writer.roll(topic, KEYS);
    topics.cleanable(topic, true);
  }

  /** Waits for a line of the broker. */
  public String awaitLine(int from, Predicate<String> wanted)
      throws IOException, InterruptedException {
    return log.get()
        .await(from, wanted, PATIENCE)
        .orElseThrow(() -> new IOException("the broker did not say so:\n" + log.get().tail(30)));
  }

  /** What the checkpoint of the cleaner says of partition 0 of a topic; -1 if nothing. */
  public static long cleanerCheckpoint(Path logDir, String topic) throws IOException {
    Path file = logDir.resolve("cleaner-offset-checkpoint");
    if (!Files.exists(file)) {
      return -1;
    }
    try (Stream<String> lines = Files.lines(file)) {
      List<String> found = lines.filter(line -> line.startsWith(topic + " 0 ")).toList();
      return found.isEmpty() ? -1 : Long.parseLong(found.get(0).substring(topic.length() + 3));
    }
  }

  /**
   * What that checkpoint says of partition 0 of a topic as soon as it says something: the broker
   * logs the end of a clean before it writes it.
   */
  public long awaitCleanerCheckpoint(String topic) throws IOException, InterruptedException {
    return awaitCleanerCheckpoint(topic, 0);
  }

  private long awaitCleanerCheckpoint(String topic, long atLeast)
      throws IOException, InterruptedException {
    long endNs = System.nanoTime() + PATIENCE.toNanos();
    long found = cleanerCheckpoint(broker.logDir(), topic);
    while (found < atLeast) {
      if (System.nanoTime() > endNs) {
        throw new IOException(
            "the cleaner checkpoint of " + topic + " is " + found + ", not yet " + atLeast);
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
      found = cleanerCheckpoint(broker.logDir(), topic);
    }
    return found;
  }

  /** A client of the broker's administrator, to be closed. */
  public Admin admin() {
    return topics.admin();
  }

  @Override
  public void close() {
    writer.close();
    if (hanging != null) {
      hanging.close(Duration.ZERO);
    }
  }
}
