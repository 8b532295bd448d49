// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.core.oracle.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real broker writes, stops, is cleaned by Kleaner, and starts again as if nothing had happened,
 * twice; in between it cleans what Kleaner left.
 */
class BrokerRoundTripTest {

  private static final String TOPIC = "orders";
  private static final int KEYS = 700;
  private static final int FEW_KEYS = 50;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Without one of these a round trip proves less than it says. */
  private static final List<String> KINDS =
      List.of(
          "none",
          "gzip",
          "snappy",
          "lz4",
          "zstd",
          "tombstone",
          "idempotent",
          "transactional",
          "COMMIT",
          "ABORT");

  @TempDir private Path temp;

  @Test
  void compact_stoppedBroker_brokerAndClientsNoticeNothing() throws Exception {
    try (BrokerJvm broker = BrokerJvm.format(temp.resolve("broker"), Map.of());
        Workload workload = new Workload(broker.bootstrap(), 1)) {
      broker.start();
      createTopic(broker);
      workload.write(TOPIC, 20_000, KEYS);
      workload.writeTransactions(TOPIC, 60, KEYS);
      workload.write(TOPIC, 10_000, KEYS);
      // What is not cleaned needs its aborted transactions' index entries.
      workload.writeTransactions(TOPIC, 30, KEYS);
      assertReadsAsWritten(broker, workload, 0);

      long cleaned = stopCompactStart(broker, List.of());
      assertReadsAsWritten(broker, workload, cleaned);

      workload.write(TOPIC, 20_000, KEYS);
      workload.writeTransactions(TOPIC, 60, KEYS);
      letBrokerClean(broker);
      // How far it went, and whether it does again meanwhile, is not known.
      long end = workload.ledger(TOPIC).entries().lastKey() + 1;
      assertReadsAsWritten(broker, workload, cleaned, end);
      workload.writeTransactions(TOPIC, 60, KEYS);
      // At 40 bytes a record this seals a segment of 1 MiB, and so it does again further down.
      workload.write(TOPIC, 40_000, KEYS);
      // Sealed segments follow it, and may not be cleaned: nobody knows how it ends.
      long unstable = workload.ledger(TOPIC).entries().lastKey() + 1;
      workload.openTransaction(TOPIC, 100, KEYS);
      workload.writeTransactions(TOPIC, 30, KEYS);
      workload.write(TOPIC, 40_000, KEYS);

      cleaned = stopCompactStart(broker, List.of());
      assertThat(cleaned).isLessThanOrEqualTo(unstable);
      workload.commitOpenTransaction(TOPIC);
      assertReadsAsWritten(broker, workload, cleaned);

      workload.write(TOPIC, 1_000, KEYS);
      workload.writeTransactions(TOPIC, 10, KEYS);
      workload.closeProducers();
      workload.write(TOPIC, 1_000, KEYS);
      workload.writeTransactions(TOPIC, 10, KEYS);
      assertReadsAsWritten(broker, workload, cleaned);
      broker.stop();
    }
  }

  @Tag("full")
  @Test
  void compact_rebatchedAndRecompressed_brokerAndClientsNoticeNothing() throws Exception {
    List<String> merge = List.of("--rebatch", "--only-replica");
    List<String> both = List.of("--rebatch", "--only-replica", "--recompress", "zstd:9");
    try (BrokerJvm broker = BrokerJvm.format(temp.resolve("broker"), Map.of());
        Workload workload = new Workload(broker.bootstrap(), 2)) {
      broker.start();
      createTopic(broker);
      workload.write(TOPIC, 5_000, KEYS);
      workload.writeTransactions(TOPIC, 60, KEYS);
      workload.writeOneByOne(TOPIC, 6_000, KEYS);
      // Seals all of it, and leaves the newest records of most keys where they are.
      workload.write(TOPIC, 40_000, FEW_KEYS);

      long cleaned = stopCompactStart(broker, merge);
      assertReadsAsWritten(broker, workload, cleaned);

      workload.writeTransactions(TOPIC, 30, KEYS);
      workload.write(TOPIC, 40_000, FEW_KEYS);
      // The broker's own cleaner takes what it finds.
      letBrokerClean(broker);
      workload.writeOneByOne(TOPIC, 3_000, KEYS);
      workload.write(TOPIC, 40_000, FEW_KEYS);

      cleaned = stopCompactStart(broker, both);
      assertReadsAsWritten(broker, workload, cleaned);
      broker.stop();
    }
  }

  private static void createTopic(BrokerJvm broker) throws Exception {
    try (Admin admin = admin(broker)) {
      TestTopics.make(
          admin,
          List.of(
              new NewTopic(TOPIC, 1, (short) 1)
                  .configs(
                      Map.of(
                          "cleanup.policy", "compact",
                          "segment.bytes", "1048576",
                          // The broker itself is not to clean before it is told.
                          "min.cleanable.dirty.ratio", "1.0"))));
    }
  }

  /** Returns the offset up to which the topic was cleaned. */
  private long stopCompactStart(BrokerJvm broker, List<String> options) throws Exception {
    List<ProducerState> producers = producers(broker);
    broker.stop();
    String logDir = broker.logDir().toString();
    Path partition = broker.logDir().resolve(TOPIC + "-0");
    assertThat(PartitionContents.kinds(partition)).containsAll(KINDS);

    Path before =
        Trees.copy(partition, Files.createTempDirectory(temp, "before").resolve(TOPIC + "-0"));

    List<String> line = new ArrayList<>(List.of("compact", "--verify", "deep", "--json", logDir));
    line.addAll(options);
    Kleaner.Run compact = Kleaner.run(line.toArray(String[]::new));
    assertThat(compact.exit()).as(compact.output()).isZero();
    Kleaner.Run check = Kleaner.run("check", "--level", "3", "--json", logDir);
    assertThat(check.exit()).as(check.output()).isZero();
    Kleaner.Run diff = Kleaner.run("diff", before.toString(), partition.toString());
    assertThat(diff.exit()).as(diff.output()).isZero();

    Map<String, Long> compacted = PartitionContents.checksums(partition);

    broker.start();
    assertThat(broker.log().skippedRecovery()).isTrue();
    assertThat(broker.log().complaints()).isEmpty();
    assertThat(PartitionContents.checksums(partition)).isEqualTo(compacted).isNotEmpty();
    // A broker takes any sequence from a producer that it forgot: clients would not notice.
    assertThat(producers(broker)).containsExactlyInAnyOrderElementsOf(producers).isNotEmpty();
    if (!options.isEmpty()) {
      JsonNode reshaped = topicOf(compact.output()).path("reshaped");
      assertThat(reshaped.path("batchesMerged").asLong()).as(compact.output()).isPositive();
      assertThat(reshaped.path("batchesRecompressed").asLong() > 0)
          .as(compact.output())
          .isEqualTo(options.contains("--recompress"));
    }
    return endOffset(compact.output());
  }

  private static long endOffset(String json) throws IOException {
    JsonNode partition = topicOf(json);
    assertThat(partition.path("removed").path("superseded").asLong()).as(json).isPositive();
    return partition.get("endOffset").asLong();
  }

  private static JsonNode topicOf(String json) throws IOException {
    for (JsonNode partition : new ObjectMapper().readTree(json).get("partitions")) {
      if (partition.get("partition").asText().equals(TOPIC + "-0") && partition.has("endOffset")) {
        return partition;
      }
    }
    throw new AssertionError("no " + TOPIC + "-0 in " + json);
  }

  private static List<ProducerState> producers(BrokerJvm broker) throws Exception {
    TopicPartition partition = new TopicPartition(TOPIC, 0);
    try (Admin admin = admin(broker)) {
      return admin
          .describeProducers(List.of(partition))
          .partitionResult(partition)
          .get()
          .activeProducers();
    }
  }

  private static void letBrokerClean(BrokerJvm broker) throws Exception {
    int from = broker.log().size();
    setDirtyRatio(broker, "0.01");
    Optional<String> line =
        broker.log().await(from, each -> each.contains("cleaned log " + TOPIC + "-0"), PATIENCE);
    assertThat(line).as(broker.log().tail(20)).isPresent();
    assertThat(broker.log().complaints()).isEmpty();
    setDirtyRatio(broker, "1.0");
  }

  private static void setDirtyRatio(BrokerJvm broker, String ratio) throws Exception {
    try (Admin admin = admin(broker)) {
      Map<ConfigResource, java.util.Collection<AlterConfigOp>> change = new HashMap<>();
      change.put(
          new ConfigResource(ConfigResource.Type.TOPIC, TOPIC),
          List.of(
              new AlterConfigOp(
                  new ConfigEntry("min.cleanable.dirty.ratio", ratio), AlterConfigOp.OpType.SET)));
      admin.incrementalAlterConfigs(change).all().get();
    }
  }

  private static void assertReadsAsWritten(BrokerJvm broker, Workload workload, long cleaned) {
    assertReadsAsWritten(broker, workload, cleaned, cleaned);
  }

  private static void assertReadsAsWritten(
      BrokerJvm broker, Workload workload, long cleaned, long wholeFrom) {
    Ledger ledger = workload.ledger(TOPIC);
    Reading committed = Reading.of(broker.bootstrap(), TOPIC, IsolationLevel.READ_COMMITTED);
    assertThat(committed.problems(ledger, true, cleaned, wholeFrom)).isEmpty();
    Reading all = Reading.of(broker.bootstrap(), TOPIC, IsolationLevel.READ_UNCOMMITTED);
    assertThat(all.problems(ledger, false, cleaned, wholeFrom)).isEmpty();
    assertThat(TimeLookup.problems(broker.bootstrap(), TOPIC, all)).isEmpty();
    assertThat(committed.records().size()).isLessThan(ledger.entries().size());
  }

  private static Admin admin(BrokerJvm broker) {
    return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap()));
  }
}
