// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.broker.BrokerCluster;
import io.kleaner.supervisor.broker.BrokerJmx;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.broker.TestTopics;
import io.kleaner.supervisor.http.ServiceApi;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers of one cluster, a sidecar beside each. */
@Tag("full")
class ClusterTest {

  private static final int BROKERS = 3;
  private static final int ILL = 2;
  private static final String POISONED = "poisoned";
  private static final String REPLICATED = "replicated";

  @TempDir private Path temp;
  private BrokerCluster cluster;
  private final List<WatchLab> sidecars = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    cluster =
        BrokerCluster.start(
            temp.resolve("cluster"), BROKERS, BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(256));
    for (int node : cluster.nodes()) {
      sidecars.add(WatchLab.start(cluster.broker(node), temp.resolve("state-" + node)));
    }
    for (int node : cluster.nodes()) {
      beside(node).await("well", () -> beside(node).facade().ready().ok());
    }
  }

  @AfterEach
  void stop() throws IOException {
    for (WatchLab each : sidecars) {
      each.close();
    }
    cluster.close();
  }

  private WatchLab beside(int node) {
    return sidecars.get(node - 1);
  }

  /** Its topics' partitions are on these brokers. */
  private Incidents at(int node, List<List<Integer>> replicas) {
    return new Incidents(cluster.broker(node), replicas);
  }

  private Map<String, Long> threads(int node) throws IOException {
    try (BrokerJmx jmx = BrokerJmx.of(cluster.broker(node))) {
      return jmx.cleanerThreads();
    }
  }

  private static boolean isIsolated(WatchLab sidecar) {
    return sidecar.facade().status().get("isolatedTopics").equals(List.of(POISONED));
  }

  @Test
  void bombOnOneBroker_itsOwnSidecarAloneTellsAsksAndRevives_theTopicIsIsolatedOnAll()
      throws Exception {
    Map<Integer, Map<String, Long>> before = new TreeMap<>();
    for (int node : cluster.nodes()) {
      before.put(node, threads(node));
    }
    // The bomb is in partition 0, which only the ill one has; each other has one partition.
    try (Incidents incidents = at(ILL, List.of(List.of(ILL), List.of(1), List.of(3)))) {
      incidents.killByBomb(POISONED);
      WatchLab own = beside(ILL);
      own.await("alert", () -> own.isFiring("CleanerDead"));
      own.await("isolation asked", () -> own.remedy("isolate", "asked").isPresent());
      own.approve(own.remedy("isolate", "asked").orElseThrow());
      own.await("isolated", () -> own.remedy("isolate", "effective").isPresent());
      own.await("revived", () -> own.remedy("revive", "effective").isPresent());
      own.await("over", () -> own.facade().ready().ok() && !own.isFiring("CleanerDead"));
      assertThat(own.facade().status().get("broker").toString()).contains("nodeId=" + ILL);

      for (int node : cluster.nodes()) {
        WatchLab each = beside(node);
        each.await("isolation seen by " + node, () -> isIsolated(each));
        each.await("in quarantine at " + node, () -> states(each).contains("quarantined"));
      }
      for (int well : List.of(1, 3)) {
        assertThat(beside(well).facade().remedies()).as("remedies of " + well).isEmpty();
        assertThat(beside(well).incidents("WORKER_DEAD")).as("deaths of " + well).isEmpty();
        assertThat(threads(well)).as("threads of " + well).isEqualTo(before.get(well));
      }
      assertThat(threads(ILL)).hasSize(1).isNotEqualTo(before.get(ILL));

      compactsNothingOfItUntilReleased(1, 1);
    }
  }

  private static boolean hosts(WatchLab sidecar, String topic) {
    return sidecar.facade().partitions().stream().anyMatch(each -> each.get("topic").equals(topic));
  }

  private static List<Object> states(WatchLab sidecar) {
    return sidecar.facade().partitions().stream()
        .filter(each -> each.get("topic").equals(POISONED))
        .map(each -> each.get("state"))
        .toList();
  }

  /** By the log of a broker whose cleaner was well all the time. */
  private void compactsNothingOfItUntilReleased(int node, int partition) throws Exception {
    String cleaned = "leaned log " + POISONED + "-" + partition;
    try (Incidents other = at(node, List.of(List.of(node)))) {
      int from = cluster.broker(node).log().size();
      other.writer().roll(POISONED, partition, Incidents.KEYS);
      // Its cleaner goes round more than once meanwhile.
      other.healthy("orders");
      other.letItClean("orders");
      assertThat(cluster.broker(node).log().matching(line -> line.contains(cleaned)))
          .as("it is isolated on broker " + node + " too")
          .isEmpty();

      WatchLab own = beside(ILL);
      WatchLab stranger = beside(node);
      stranger.act(ServiceApi.Action.RELEASE, POISONED);
      stranger.await("refused", () -> stranger.remedy("release", "refused").isPresent());
      assertThat(stranger.incidents("REMEDY_REFUSED")).contains("by the sidecar that isolated it");
      own.act(ServiceApi.Action.RELEASE, POISONED);
      own.await("released", () -> own.remedy("release", "effective").isPresent());
      other.awaitLine(from, line -> line.contains(cleaned));
      stranger.await("release seen", () -> !isIsolated(stranger));
    }
  }

  @Test
  void bombOnAllReplicas_oneAnswerIsEnough_allAreRevived() throws Exception {
    try (Incidents incidents = at(ILL, List.of(List.of(ILL, 1, 3)))) {
      incidents.killByBomb(POISONED);
      for (int node : cluster.nodes()) {
        WatchLab each = beside(node);
        each.await("asked by " + node, () -> each.remedy("isolate", "asked").isPresent());
      }
      WatchLab one = beside(ILL);
      one.approve(one.remedy("isolate", "asked").orElseThrow());

      for (int node : cluster.nodes()) {
        WatchLab each = beside(node);
        each.await("revived by " + node, () -> each.remedy("revive", "effective").isPresent());
        each.await("over at " + node, () -> each.facade().ready().ok());
        assertThat(each.remedy("isolate", "asked")).as("still asked by " + node).isEmpty();
        assertThat(isIsolated(each)).as("seen by " + node).isTrue();
        assertThat(threads(node)).hasSize(1);
      }
      assertThat(beside(1).remedy("isolate", "withdrawn")).isPresent();
      assertThat(beside(3).remedy("isolate", "withdrawn")).isPresent();
    }
  }

  /** It would bring back what it did not see deleted. */
  @Test
  void replicaAway_isToldBySidecarsOfOthersUntilItIsBack() throws Exception {
    new TestTopics(cluster.broker(1).bootstrap(), List.of(List.of(1, 3)))
        .create(REPLICATED, Map.of("cleanup.policy", "compact", "delete.retention.ms", "60000"));
    WatchLab own = beside(1);
    own.await("seen", () -> hosts(own, REPLICATED));

    cluster.broker(3).kill();
    own.await("told", () -> own.isFiring("ReplicaAway"));
    assertThat(own.alert("ReplicaAway").orElseThrow())
        .contains("broker 3 has been out of sync for " + REPLICATED + "-0", "delete.retention.ms");
    assertThat(beside(2).isFiring("ReplicaAway")).as("it has no replica of it").isFalse();

    cluster.broker(3).start();
    own.await("back", () -> !own.isFiring("ReplicaAway"));
  }
}
