// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.broker.BrokerJmx;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.broker.LongClean;
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

/**
 * A real broker whose map of keys is too small, or whose one cleaner thread is too few, and a
 * person who says yes to more.
 */
@Tag("full")
class TuningOnBrokerTest {

  private static final String BUFFER = "log.cleaner.dedupe.buffer.size";
  private static final String SMALL = "1100000";
  private static final String LARGER = "2200000";

  /** More keys than a map of that size has room for, in fewer than twice as many records. */
  private static final int RECORDS = 60_000;

  private static final int KEYS = 1_000_000;

  private static final String THREADS = "log.cleaner.threads";

  /** A broker falls behind when it did so for half of it. */
  private static final long TREND_MS = 20_000;

  private static final List<String> WAITING = List.of("waiting", "too");

  /** About 8 MB a round, more than 64 MiB in half of the window. */
  private static final int ROUND_RECORDS = 1_000;

  private static final int ROUND_VALUE_BYTES = 4_000;
  private static final int MOST_ROUNDS = 100;

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

  @Test
  void fallsBehindWithItsThreadAtWork_moreApproved_comeOutliveTheSidecarAndAreTakenBackByTheNext()
      throws Exception {
    try (BrokerJvm broker =
        BrokerJvm.format(temp.resolve("broker"), BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(400))) {
      broker.start();
      LongClean.prepare(broker, "long");
      Path state = temp.resolve("state");
      try (Incidents incidents = new Incidents(broker);
          BrokerJmx jmx = BrokerJmx.of(broker)) {
        Map<String, Long> one = jmx.cleanerThreads();
        assertThat(one).hasSize(1);
        try (WatchLab lab = WatchLab.start(broker, state, new Sooner().trend(TREND_MS).options())) {
          lab.await("well", () -> lab.facade().ready().ok());
          fallBehindUntilAsked(lab, incidents);
          assertThat(lab.isFiring("BrokerFallingBehind")).isTrue();
          assertThat(lab.alert("RemedyAsked").orElseThrow()).contains("to 2 threads");
          assertThat(jmx.cleanerThreads()).as("nothing is done unasked").isEqualTo(one);
          assertThat(incidents.topics().ownOfBroker(1)).isEmpty();
          int from = broker.log().size();

          lab.approve(lab.remedy("resize-threads", "asked").orElseThrow());
          lab.await("more", () -> lab.remedy("resize-threads", "effective").isPresent());

          assertThat(incidents.topics().ownOfBroker(1)).containsExactly(Map.entry(THREADS, "2"));
          lab.await("both seen", () -> lab.facade().workers().size() == 2);
          assertThat(jmx.cleanerThreads()).hasSize(2).doesNotContainValue(only(one));
          assertThat(lab.incidents("REMEDY_ANSWERED")).contains("resize-threads: yes");
          assertThat(lab.incidents("REMEDY_BEGUN")).contains("resize-threads", "broker 1");
          assertThat(lab.incidents("REMEDY_EFFECTIVE")).contains("before: 1 (", "after: 2");
          for (String topic : WAITING) {
            incidents.awaitLine(from, line -> line.contains("leaned log " + topic + "-0"));
          }
        }
        assertThat(incidents.topics().ownOfBroker(1)).as("it is kept").containsEntry(THREADS, "2");
        assertThat(jmx.cleanerThreads()).hasSize(2);
        nextRunTakesItBack(broker, state, incidents, jmx);
      }
    }
  }

  /** While the one thread is long at one topic, what it does not come to gets more and more. */
  private static void fallBehindUntilAsked(WatchLab lab, Incidents incidents) throws Exception {
    for (String topic : WAITING) {
      incidents.topics().createCompacted(topic);
      incidents.topics().cleanable(topic, false);
    }
    incidents.healthy("orders");
    incidents.topics().cleanable("long", true);
    lab.await("at work", () -> lab.facade().workers().toString().contains("partition=long-0"));
    for (String topic : WAITING) {
      incidents.topics().cleanable(topic, true);
    }
    for (int round = 0; lab.remedy("resize-threads", "asked").isEmpty(); round++) {
      assertThat(round).as(lab.incidents("")).isLessThan(MOST_ROUNDS);
      for (String topic : WAITING) {
        incidents.writer().bulk(topic, ROUND_RECORDS, ROUND_RECORDS, ROUND_VALUE_BYTES);
      }
      lab.awaitLooks(1);
    }
  }

  private static long only(Map<String, Long> threads) {
    return threads.values().iterator().next();
  }

  private static void nextRunTakesItBack(
      BrokerJvm broker, Path state, Incidents incidents, BrokerJmx jmx) throws Exception {
    try (WatchLab lab = WatchLab.start(broker, state)) {
      lab.await("both well", () -> lab.facade().ready().ok() && lab.facade().workers().size() == 2);
      assertThat(incidents.topics().ownOfBroker(1)).as("nor by a start").hasSize(1);

      lab.act(ServiceApi.Action.RELEASE, "broker 1");
      lab.await("taken back", () -> lab.remedy("release", "effective").isPresent());

      assertThat(lab.incidents("REMEDY_EFFECTIVE")).contains("before: " + THREADS + "=2");
      assertThat(incidents.topics().ownOfBroker(1)).isEmpty();
      lab.await("one again", () -> lab.facade().workers().size() == 1);
      assertThat(jmx.cleanerThreads()).hasSize(1);
      assertThat(lab.incidents("WORKER_DEAD")).as("who is not needed did not die").isEmpty();
      assertThat(lab.remedy("revive", "effective")).isEmpty();
    }
  }

  private static ConfigEntry buffer(Incidents incidents) throws Exception {
    ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
    try (Admin admin = incidents.admin()) {
      return admin.describeConfigs(List.of(broker)).all().get().get(broker).get(BUFFER);
    }
  }
}
