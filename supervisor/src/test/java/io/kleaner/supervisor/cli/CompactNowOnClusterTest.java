// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.supervisor.broker.BrokerCluster;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.broker.KeyedWriter;
import io.kleaner.supervisor.broker.TestTopics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kleaner compact-now} beside one of three brokers, each of which has a replica. */
@Tag("full")
class CompactNowOnClusterTest {

  private static final int BESIDE = 2;
  private static final String TOPIC = "erased";
  private static final String KEY = "key of a person";
  private static final int OTHER_KEYS = 100;

  private static final Map<String, String> LAZY =
      Map.of(
          "cleanup.policy",
          "compact",
          "segment.bytes",
          String.valueOf(TestTopics.SEGMENT_BYTES),
          "min.cleanable.dirty.ratio",
          "1.0",
          "file.delete.delay.ms",
          "1000");

  @TempDir private Path temp;

  /** A proof is worth what it was read from: what else there is, is named. */
  @Test
  void compactNow_replicasOnOtherBrokers_namesThoseAndTheRangesItRead() throws Exception {
    try (BrokerCluster cluster =
        BrokerCluster.start(
            temp.resolve("cluster"), 3, BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(256))) {
      TestTopics topics =
          new TestTopics(cluster.broker(1).bootstrap(), List.of(List.of(1, BESIDE, 3)));
      topics.create(TOPIC, LAZY);
      long newest = writeTwice(cluster.broker(1).bootstrap());
      Map<String, String> before = topics.own(TOPIC);

      Cli.Run run =
          Cli.run(
              "compact-now",
              "--json",
              "--bootstrap-server",
              cluster.broker(BESIDE).bootstrap(),
              "--log-dir",
              cluster.broker(BESIDE).logDir(),
              "--state-dir",
              temp.resolve("state"),
              "--prove-erased",
              Files.writeString(temp.resolve("key"), KEY),
              TOPIC);

      assertThat(run.exit()).as(run.all()).isZero();
      assertThat(run.json().get("partitions")).hasSize(1);
      JsonNode partition = run.json().get("partitions").get(0);
      assertThat(brokers(partition.get("unwatchedBrokers"))).containsExactly(1, 3);
      long endOffset = partition.get("oldEndOffset").asLong();
      assertThat(endOffset).isGreaterThan(newest);

      assertThat(run.json().get("proofs")).hasSize(1);
      JsonNode proof = run.json().get("proofs").get(0);
      assertThat(proof.get("directory").asText())
          .isEqualTo(cluster.broker(BESIDE).logDir().resolve(TOPIC + "-0").toString());
      assertThat(brokers(proof.get("unreadBrokers"))).as(run.all()).containsExactly(1, 3);
      assertThat(proof.get("readFromOffset").asLong()).isZero();
      assertThat(proof.get("readEndOffset").asLong()).isEqualTo(endOffset);
      assertThat(proof.get("activeSegmentFromOffset").asLong()).isBetween(newest + 1, endOffset);
      assertThat(proof.get("notRead")).isEmpty();
      assertThat(proof.get("proven").asBoolean()).as(run.all()).isTrue();
      assertThat(proof.get("newestOffset").asLong()).isEqualTo(newest);
      assertThat(topics.own(TOPIC)).isEqualTo(before);
    }
  }

  /** Two values of the key, each in a segment that is sealed; the offset of the second. */
  private static long writeTwice(String bootstrap) throws Exception {
    try (KeyedWriter writer = new KeyedWriter(bootstrap)) {
      writer.put(TOPIC, KEY, "earlier");
      writer.roll(TOPIC, OTHER_KEYS);
      long newest = writer.put(TOPIC, KEY, "present");
      writer.roll(TOPIC, OTHER_KEYS);
      return newest;
    }
  }

  private static List<Integer> brokers(JsonNode ids) {
    List<Integer> all = new ArrayList<>();
    ids.forEach(each -> all.add(each.asInt()));
    return all;
  }
}
