// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.check.BombScan;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.PartitionLogReader;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.broker.BrokerJmx;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KafkaVersion;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What kills or stalls a real broker's cleaner, as our probes see it. */
@Tag("full")
class BrokerIncidentsSeenTest {

  @TempDir private Path temp;

  @Test
  void bomb_killsThread_deathIsNamedAndBombFound() throws Exception {
    try (BrokerJvm broker = start(Map.of());
        Incidents incidents = new Incidents(broker);
        Watching watching = Watching.all(broker)) {
      watching.await(s -> s.threads().get().filter(t -> t.size() == 1).isPresent());
      Incidents.Culprit culprit = incidents.killByBomb("poisoned");

      LogEvent.DiedOf death = watching.awaitEvent(LogEvent.DiedOf.class);
      assertThat(death.isOutOfMemory()).isTrue();
      assertThat(death.culprit()).hasValue(new TopicPartition("poisoned", 0));
      BrokerSample dead =
          watching.await(
              s ->
                  s.threads().get().filter(t -> t.isEmpty()).isPresent()
                      && s.partitions().containsKey(new TopicPartition("poisoned", 0)));
      assertThat(dead.partitions()).containsKey(new TopicPartition("poisoned", 0));
      watching.await(
          s ->
              s.gauges()
                  .get()
                  .filter(g -> g.get(Gauge.DEAD_THREAD_COUNT).equals(OptionalDouble.of(1)))
                  .isPresent());
      BombScan.Bomb bomb = scan(broker, "poisoned").bombs().get(0);
      assertThat(bomb.baseOffset()).isEqualTo(culprit.offset());
      assertThat(bomb.segment().getFileName())
          .hasToString(String.format("%020d.log", culprit.segmentBaseOffset()));
      assertThat(bomb.decompressedBytes()).isGreaterThan(Incidents.BOMB_VALUE_BYTES);
    }
  }

  @Test
  void garbageAndNullKeys_areSeenAndTheMarkIsGoneAfterARestart() throws Exception {
    try (BrokerJvm broker = start(Map.of());
        Incidents incidents = new Incidents(broker);
        Watching watching = Watching.all(broker)) {
      int records = incidents.nullKeysAfterPolicyFlip("keyless");
      LogEvent.InvalidMessages invalid = watching.awaitEvent(LogEvent.InvalidMessages.class);
      assertThat(invalid.count()).isEqualTo(records);
      assertThat(invalid.partition()).hasValue(new TopicPartition("keyless", 0));

      incidents.dirty("orders");
      policyIsNotGuessedWithoutAdmin(broker, "orders");

      incidents.garbageLength("garbage");
      BrokerPartition marked =
          watching.awaitPartition("garbage", each -> each.uncleanable().isPresent());
      assertThat(marked.uncleanable().orElseThrow().cause()).isPresent();
      watching.await(
          s ->
              s.gauges().get().stream()
                  .flatMap(g -> g.uncleanable().values().stream())
                  .anyMatch(u -> u.partitions().equals(OptionalLong.of(1))));
      incidents.topics().cleanable("garbage", false);
      long pid = broker.pid();
      broker.stop();
      watching.await(s -> s.threads() instanceof Seen.Missing);
      broker.start();
      watching.await(
          s ->
              s.broker().get().filter(b -> b.pid().isPresent()).isPresent()
                  && s.broker().get().orElseThrow().pid().getAsLong() != pid);
      watching.awaitPartition("garbage", each -> each.uncleanable().isEmpty());
    }
  }

  private static void policyIsNotGuessedWithoutAdmin(BrokerJvm broker, String topic)
      throws Exception {
    try (Watching watching = Watching.withoutAdmin(broker)) {
      BrokerPartition orders =
          watching.awaitPartition(topic, each -> each.files() instanceof Seen.Known);
      assertThat(orders.files().get().orElseThrow().eligibility().kind())
          .isEqualTo(Eligibility.Kind.UNKNOWN_POLICY);
      assertThat(orders.config())
          .isEqualTo(Seen.missing(Source.ADMIN, "no --bootstrap-server was given"));
    }
  }

  @Test
  void throttleOfTenBytes_isSeenAsThrottled() throws Exception {
    try (BrokerJvm broker = start(Map.of("log.cleaner.io.max.bytes.per.second", "10"));
        Incidents incidents = new Incidents(broker);
        BrokerJmx jmx = BrokerJmx.of(broker);
        Watching watching = Watching.all(broker)) {
      incidents.dirty("orders");

      BrokerSample sample = watching.await(s -> Watching.threads(s, StackClass.THROTTLED) == 1);
      assertThat(sample.gauges()).isInstanceOf(Seen.Known.class);
      assertThat(jmx.cleanerThreads().values())
          .as("it sleeps on and on, as another reads its stack")
          .singleElement()
          .satisfies(
              thread ->
                  assertThat(jmx.stack(thread).orElseThrow().getStackTrace())
                      .anyMatch(frame -> frame.getMethodName().equals("maybeThrottle")));
      watching.awaitPartition(
          "orders",
          each ->
              each.files()
                  .get()
                  .filter(f -> f.eligibility().kind() == Eligibility.Kind.ELIGIBLE)
                  .isPresent());
      watching.awaitPartition(
          "orders", each -> each.reclaimable().get().filter(r -> r.bytes() > 0).isPresent());
    }
  }

  @Test
  void bufferOfZero_isSeenAsSpinning() throws Exception {
    try (BrokerJvm broker = start(Map.of("log.cleaner.io.buffer.size", "0"));
        Incidents incidents = new Incidents(broker);
        Watching watching = Watching.all(broker)) {
      incidents.dirty("orders");

      incidents.awaitLine(
          0, line -> line.contains("Growing cleaner I/O buffers from 0 bytes to 0 bytes"));
      watching.await(
          s ->
              s.log()
                  .get()
                  .flatMap(log -> log.last(LogEvent.GrowingBuffers.class))
                  .filter(growing -> growing.toBytes() == 0 && growing.times() > 100)
                  .isPresent());
      watching.await(
          s -> s.threads().get().filter(t -> t.get(0).cpuNanos() > 1_000_000_000L).isPresent());
    }
  }

  private BrokerJvm start(Map<String, String> properties) throws Exception {
    BrokerJvm broker =
        BrokerJvm.format(
            temp.resolve("broker"),
            BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(400).with(properties));
    broker.start();
    return broker;
  }

  private static BombScan.Result scan(BrokerJvm broker, String topic) throws Exception {
    TopicPartition partition = new TopicPartition(topic, 0);
    PartitionLog log =
        new PartitionLogReader(new LocalFileSystem())
            .read(broker.logDir().resolve(partition.toString()), partition, OptionalLong.empty());
    return new BombScan(new LocalFileSystem(), BombScan.Limits.usual(), new CancelToken())
        .scan(log.segments(), 0);
  }
}
