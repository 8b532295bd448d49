// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kleaner.supervisor.broker.BrokerJmx;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KafkaVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What there is to see of brokers of all releases, and whether these are what tests take them for.
 */
@Tag("full")
class BrokerVersionsSeenTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @EnumSource(KafkaVersion.class)
  void sample_everyVersion_knowsWhatItOffersAndSaysWhatIsMissing(KafkaVersion version)
      throws Exception {
    assumeThat(BrokerJvm.unobtainable(version)).isEmpty();
    try (BrokerJvm broker = BrokerJvm.format(temp.resolve("broker"), BrokerSpec.of(version))) {
      broker.start();
      isWhatTestsTakeItFor(broker);
      byJmxAndFiles(broker);
      // Never a client of today at a broker of 0.9.
      if (version.modernClients()) {
        byTodaysClient(broker);
      } else if (version == KafkaVersion.V0_10_2_2) {
        byTodaysClientThatItCannotServe(broker);
      }
      broker.stop();
    }
  }

  private static void isWhatTestsTakeItFor(BrokerJvm broker) throws Exception {
    try (BrokerJmx jmx = BrokerJmx.of(broker)) {
      assertThat(jmx.cleanerThreads()).hasSize(1);
    }
    assertThat(broker.logs().resolve("server.log")).isNotEmptyFile();
    assertThat(Files.readString(broker.logs().resolve("log-cleaner.log"))).contains("Starting");
  }

  private static void byJmxAndFiles(BrokerJvm broker) throws Exception {
    KafkaVersion version = broker.spec().version();
    try (Watching watching = Watching.withoutAdmin(broker)) {
      BrokerSample sample =
          watching.await(
              s ->
                  Watching.threads(s, StackClass.IDLE) == 1
                      && s.logDirs().values().stream().allMatch(d -> d instanceof Seen.Known)
                      && isAllTold(s));

      CleanerGauges gauges = sample.gauges().get().orElseThrow();
      assertThat(gauges.get(Gauge.CLEANER_RECOPY_PERCENT)).isPresent();
      assertThat(gauges.get(Gauge.MAX_DIRTY_PERCENT)).isPresent();
      assertThat(gauges.get(Gauge.DEAD_THREAD_COUNT).isPresent())
          .isEqualTo(version.modernClients());
      assertThat(gauges.uncleanable().isEmpty()).isNotEqualTo(version.modernClients());
      assertThat(sample.broker().get().orElseThrow().version()).hasValue(version.number());
      assertThat(sample.broker().get().orElseThrow().maxHeapBytes().orElse(-1))
          .isBetween(1L << 20, (long) broker.spec().heapMib() << 20);
      assertThat(sample.broker().get().orElseThrow().nodeId()).hasValue(broker.spec().nodeId());
      assertThat(sample.log().get().flatMap(log -> log.last(LogEvent.BrokerStarted.class)))
          .isPresent();
    }
  }

  /** The log is read, and JMX asked, in turns of their own. */
  private static boolean isAllTold(BrokerSample sample) {
    Optional<CleanerLog> log = sample.log().get();
    return log.flatMap(each -> each.last(LogEvent.Started.class)).isPresent()
        && log.flatMap(each -> each.last(LogEvent.BrokerStarted.class)).isPresent()
        && sample.gauges().get().filter(BrokerVersionsSeenTest::tellsDirt).isPresent()
        && sample.broker().get().filter(BrokerVersionsSeenTest::isNamed).isPresent();
  }

  private static boolean tellsDirt(CleanerGauges gauges) {
    return gauges.get(Gauge.CLEANER_RECOPY_PERCENT).isPresent()
        && gauges.get(Gauge.MAX_DIRTY_PERCENT).isPresent();
  }

  private static boolean isNamed(BrokerIdentity broker) {
    return broker.version().isPresent()
        && broker.maxHeapBytes().isPresent()
        && broker.nodeId().isPresent();
  }

  private static void byTodaysClient(BrokerJvm broker) throws Exception {
    try (Watching watching = Watching.all(broker);
        Incidents incidents = new Incidents(broker)) {
      incidents.healthy("orders");
      BrokerPartition orders =
          watching.awaitPartition(
              "orders",
              each ->
                  each.offsets() instanceof Seen.Known
                      && each.files() instanceof Seen.Known
                      && each.config() instanceof Seen.Known
                      && each.transactions() instanceof Seen.Known
                      && each.lastClean().isPresent());
      BrokerSample sample = watching.await(s -> s.config() instanceof Seen.Known);

      assertThat(orders.config().get().orElseThrow().cleanupPolicy().isCompacted()).isTrue();
      assertThat(orders.transactions()).isInstanceOf(Seen.Known.class);
      assertThat(sample.config().get().orElseThrow().get("log.cleaner.threads")).isPresent();
    }
  }

  private static void byTodaysClientThatItCannotServe(BrokerJvm broker) throws Exception {
    try (Watching watching = Watching.all(broker)) {
      BrokerSample sample =
          watching.await(
              s ->
                  s.threads() instanceof Seen.Known
                      && s.config() instanceof Seen.Missing<BrokerConfig> missing
                      && !missing.why().contains("not looked at yet"));

      assertThat(((Seen.Missing<BrokerConfig>) sample.config()).why()).contains("Version");
    }
  }
}
