// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.broker.BrokerJmx;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.http.ServiceApi;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real broker whose map of keys is too small, and a person who says yes to a larger one. */
@Tag("full")
class TuningOnBrokerTest {

  private static final String BUFFER = "log.cleaner.dedupe.buffer.size";
  private static final String SMALL = "1100000";
  private static final String LARGER = "2200000";

  /** More keys than a map of that size has room for, in fewer than twice as many records. */
  private static final int RECORDS = 60_000;

  private static final int KEYS = 1_000_000;

  @TempDir private Path temp;

  @Test
  void mapOfKeysFull_resizeApproved_isDoneSeenJournalledAndTakenBack() throws Exception {
    try (BrokerJvm broker =
        BrokerJvm.format(
            temp.resolve("broker"),
            BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(400).with(BUFFER, SMALL))) {
      broker.start();
      try (Incidents incidents = new Incidents(broker);
          WatchLab lab = WatchLab.start(broker, temp.resolve("state"));
          BrokerJmx jmx = BrokerJmx.of(broker)) {
        lab.await("well", () -> lab.facade().ready().ok());
        incidents.topics().createCompacted("wide");
        incidents.topics().cleanable("wide", false);
        incidents.writer().write("wide", RECORDS, KEYS);
        // After one full map the rest is not dirty enough: the last clean stays the full one.
        incidents.topics().set("wide", "min.cleanable.dirty.ratio", "0.5");
        lab.await("resize asked", () -> lab.remedy("resize", "asked").isPresent());
        assertThat(lab.isFiring("RemedyAsked")).isTrue();
        assertThat(buffer(incidents).value()).as("nothing is done unasked").isEqualTo(SMALL);
        Map<String, Long> before = jmx.cleanerThreads();

        lab.approve(lab.remedy("resize", "asked").orElseThrow());
        lab.await("resized", () -> lab.remedy("resize", "effective").isPresent());

        Map<String, Long> resized = jmx.cleanerThreads();
        assertThat(resized).hasSize(1).isNotEqualTo(before);
        assertThat(buffer(incidents).value()).isEqualTo(LARGER);
        assertThat(lab.incidents("REMEDY_ANSWERED")).contains("resize: yes");
        assertThat(lab.incidents("REMEDY_BEGUN")).contains("resize", "broker 1");
        assertThat(lab.incidents("REMEDY_EFFECTIVE"))
            .contains("before: " + SMALL, "after: " + LARGER);
        int from = broker.log().size();
        incidents.topics().cleanable("wide", true);
        incidents.awaitLine(from, line -> line.contains("leaned log wide-0"));

        lab.act(ServiceApi.Action.RELEASE, "broker 1");
        lab.await("taken back", () -> lab.remedy("release", "effective").isPresent());

        assertThat(buffer(incidents))
            .extracting(ConfigEntry::value, ConfigEntry::source)
            .containsExactly(SMALL, ConfigEntry.ConfigSource.STATIC_BROKER_CONFIG);
        assertThat(jmx.cleanerThreads()).hasSize(1).isNotEqualTo(resized);
        lab.act(ServiceApi.Action.RELEASE, "broker 1");
        lab.await("nothing is left", () -> lab.remedy("release", "refused").isPresent());
      }
    }
  }

  private static ConfigEntry buffer(Incidents incidents) throws Exception {
    ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
    try (Admin admin = incidents.admin()) {
      return admin.describeConfigs(List.of(broker)).all().get().get(broker).get(BUFFER);
    }
  }
}
