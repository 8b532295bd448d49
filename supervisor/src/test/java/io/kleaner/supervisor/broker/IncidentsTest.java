// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether what is done to a real broker does the harm that the tests of the sidecar count on. */
@Tag("full")
class IncidentsTest {

  private static final String NAME = "kafka-log-cleaner-thread-0";

  @TempDir private Path temp;

  @Test
  void killByBomb_healthyBroker_otherTopicsStallTooUntilTheTopicIsKeptFromTheCleaner()
      throws Exception {
    try (BrokerJvm broker = start(BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(400));
        Incidents incidents = new Incidents(broker);
        BrokerJmx jmx = BrokerJmx.of(broker)) {
      incidents.healthy("orders");
      Map<String, Long> before = jmx.cleanerThreads();
      assertThat(before).hasSize(1);

      incidents.killByBomb("poisoned");
      // It says that it stopped, and ends a moment later.
      jmx.awaitCleanerThreads(Map::isEmpty);
      assertThat(jmx.cleanerThreads()).isEmpty();
      assertThat(jmx.gauge("kafka.log:type=LogCleaner,name=DeadThreadCount")).contains(1);

      // It dies of it again.
      int from = broker.log().size();
      incidents.pullLever("0.90");
      incidents.awaitLine(from, line -> line.contains("OutOfMemoryError"));

      incidents.topics().cleanable("poisoned", false);
      incidents.pullLever("0.900");
      incidents.letItClean("orders");
      assertThat(jmx.cleanerThreads()).hasSize(1).doesNotContainValue(before.get(NAME));
    }
  }

  @Test
  void otherHarms_oneBroker_eachDoesWhatItIsSaidTo() throws Exception {
    try (BrokerJvm broker = start(BrokerSpec.of(KafkaVersion.V4_3_1));
        Incidents incidents = new Incidents(broker);
        BrokerJmx jmx = BrokerJmx.of(broker)) {
      incidents.garbageLength("garbage");
      assertThat(incidents.nullKeysAfterPolicyFlip("keyless")).isPositive();
      long first = incidents.openTransaction("pinned", "forgotten");
      incidents.healthy("orders");
      assertThat(incidents.awaitCleanerCheckpoint("orders")).isPositive();
      assertThat(Incidents.cleanerCheckpoint(broker.logDir(), "pinned")).isLessThanOrEqualTo(first);
      assertThat(jmx.cleanerThreads()).hasSize(1);
    }
  }

  private BrokerJvm start(BrokerSpec spec) throws Exception {
    BrokerJvm broker = BrokerJvm.format(temp.resolve("broker"), spec);
    broker.start();
    return broker;
  }
}
