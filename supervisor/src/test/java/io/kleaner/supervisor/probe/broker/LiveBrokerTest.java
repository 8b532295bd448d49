// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.TestTopics;
import io.kleaner.supervisor.broker.Workload;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every source of a real broker. */
@Tag("full")
class LiveBrokerTest {

  private static final int ORDERS = 40_000;

  @TempDir static Path home;
  private static BrokerJvm broker;
  private static Workload workload;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = BrokerJvm.format(home.resolve("broker"), Map.of("log.cleaner.threads", "2"));
    broker.start();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      TestTopics.make(admin, List.of(compacted("orders"), compacted("pinned"), deleted()));
    }
    workload = new Workload(broker.bootstrap(), 7);
    workload.write("orders", ORDERS, 50);
    workload.write("events", 100, 10);
    workload.write("pinned", 100, 10);
    workload.openTransaction("pinned", 10, 5);
  }

  private static NewTopic compacted(String topic) {
    return new NewTopic(topic, 1, (short) 1)
        .configs(
            Map.of(
                "cleanup.policy", "compact",
                "min.cleanable.dirty.ratio", "0.1",
                "segment.bytes", "1048576"));
  }

  private static NewTopic deleted() {
    return new NewTopic("events", 1, (short) 1);
  }

  @AfterAll
  static void stopBroker() {
    workload.close();
    broker.close();
  }

  @Test
  void sample_allSources_knowsThreadsGaugesSettingsAndCleans() throws Exception {
    try (Watching watching = Watching.all(broker)) {
      BrokerPartition orders =
          watching.awaitPartition(
              "orders",
              each ->
                  each.offsets() instanceof Seen.Known
                      && each.lastClean().isPresent()
                      && each.files()
                          .get()
                          .filter(f -> f.cleanerCheckpoint().isPresent())
                          .isPresent());
      BrokerSample sample =
          watching.await(
              s -> s.threads() instanceof Seen.Known && s.config() instanceof Seen.Known);

      assertThat(orders.offsets().get()).hasValue(new Offsets(ORDERS, ORDERS));
      assertThat(orders.files().get().orElseThrow().logEndOffset()).isEqualTo(ORDERS);
      assertThat(orders.replication().get().orElseThrow().leader()).hasValue(1);
      assertThat(orders.config().get().orElseThrow().get("min.cleanable.dirty.ratio"))
          .hasValue(new ConfigValue("0.1", ConfigValue.Origin.TOPIC));
      assertThat(orders.transactions().get().orElseThrow()).isEmpty();
      assertThat(orders.uncleanable()).isEmpty();
      assertThat(sample.threads().get().orElseThrow())
          .extracting(CleanerThread::name)
          .containsExactly("kafka-log-cleaner-thread-0", "kafka-log-cleaner-thread-1");
      assertThat(sample.gauges().get().orElseThrow().get(Gauge.DEAD_THREAD_COUNT)).hasValue(0);
      assertThat(sample.gauges().get().orElseThrow().uncleanable())
          .containsKey(broker.logDir().toString());
      assertThat(sample.config().get().orElseThrow().get("log.cleaner.threads"))
          .hasValue(new ConfigValue("2", ConfigValue.Origin.STATIC));
      BrokerIdentity identity = sample.broker().get().orElseThrow();
      assertThat(identity.nodeId()).isEqualTo(OptionalInt.of(1));
      assertThat(identity.version()).hasValue("4.3.1");
      assertThat(identity.pid()).hasValue(broker.pid());
      assertThat(identity.address()).hasValue(broker.bootstrap());
      assertThat(watching.probes().requestsPerMinute())
          .isBetween(1L, AdminProbe.MAX_REQUESTS_PER_MINUTE);
    }
  }

  @Test
  void sample_openTransaction_isNamedWithItsProducer() throws Exception {
    try (Watching watching = Watching.all(broker)) {
      BrokerPartition pinned =
          watching.awaitPartition(
              "pinned",
              each ->
                  each.offsets().get().filter(o -> o.lastStableLag() == 10).isPresent()
                      && each.transactions().get().filter(LiveBrokerTest::isNamed).isPresent());

      assertThat(pinned.offsets().get().orElseThrow().lastStableLag()).isEqualTo(10);
      OpenTransaction open = pinned.transactions().get().orElseThrow().get(0);
      assertThat(open.startOffset()).isEqualTo(100);
      assertThat(open.transactionalId()).hasValue("tx-lingering");
      assertThat(open.coordinator()).isEqualTo(OpenTransaction.Coordinator.KNOWS);
      assertThat(open.startedAtMs()).isPresent();
    }
  }

  /** The files tell first that it is open, and don't know who it is; its coordinator does. */
  private static boolean isNamed(List<OpenTransaction> open) {
    return !open.isEmpty()
        && open.get(0).coordinator() == OpenTransaction.Coordinator.KNOWS
        && open.get(0).transactionalId().isPresent()
        && open.get(0).startedAtMs().isPresent();
  }

  @Test
  void sample_topicThatIsNotCompacted_isAskedForLittle() throws Exception {
    try (Watching watching = Watching.all(broker)) {
      BrokerPartition events =
          watching.awaitPartition(
              "events",
              each ->
                  each.files()
                      .get()
                      .filter(f -> f.eligibility().kind() == Eligibility.Kind.NOT_COMPACTED)
                      .isPresent());

      assertThat(events.offsets())
          .isEqualTo(Seen.missing(Source.ADMIN, "it is asked for compacted topics only"));
    }
  }

  @Test
  void sample_byPid_knowsThreadsToo() throws Exception {
    try (Watching watching = Watching.byPid(broker)) {
      BrokerSample sample =
          watching.await(s -> s.threads().get().filter(t -> t.size() == 2).isPresent());

      assertThat(sample.config()).isInstanceOf(Seen.Missing.class);
      assertThat(sample.broker().get().orElseThrow().pid()).hasValue(broker.pid());
    }
  }

  @Test
  @Tag("full")
  void sample_brokerThatFreezes_isGivenAtOnceAndSoonMissing() throws Exception {
    try (Watching watching = Watching.all(broker)) {
      watching.await(s -> s.threads() instanceof Seen.Known && s.config() instanceof Seen.Known);
      signal("STOP");
      try {
        BrokerSample frozen =
            watching.await(
                s -> s.threads() instanceof Seen.Missing && s.config() instanceof Seen.Missing);
        assertThat(frozen.logDirs().values()).allMatch(dir -> dir instanceof Seen.Known);
      } finally {
        signal("CONT");
      }
      watching.await(s -> s.threads() instanceof Seen.Known && s.config() instanceof Seen.Known);
    }
  }

  private static void signal(String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(broker.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }
}
