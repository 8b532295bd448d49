// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

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
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real broker whose throttle starves its cleaner, and a person who says yes to more. Whether the
 * thread is met awake and at work within half a minute depends on the machine: where it is not, the
 * remedy has to refuse and leave all as it is, and the rest cannot be shown.
 */
@Tag("brokers")
class UnstickOnBrokerTest {

  private static final String RATE = "log.cleaner.io.max.bytes.per.second";

  /** No sleep is longer than may be put up with. */
  private static final String SLOW = "70000000";

  /**
   * More than half a gigabyte, read twice, keeps the cleaner asleep for a quarter of a minute. A
   * record costs much the same whatever its size, so with ones this large it is the throttle that
   * slows the cleaner, on a machine in use too; with larger ones it is nearly always in a read when
   * it is awake.
   */
  private static final int BULK_RECORDS = 80_000;

  private static final int BULK_KEYS = 20_000;
  private static final int BULK_VALUE_BYTES = 8_000;

  @TempDir private Path temp;

  @Test
  void starvedCleaner_approved_isDoneSeenJournalledAndTakenBack() throws Exception {
    try (BrokerJvm broker =
        BrokerJvm.format(
            temp.resolve("broker"),
            BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(400).with(RATE, SLOW))) {
      broker.start();
      try (Incidents incidents = new Incidents(broker);
          WatchLab lab =
              WatchLab.start(broker, temp.resolve("state"), new Sooner().stuck(2_000).options());
          BrokerJmx jmx = BrokerJmx.of(broker)) {
        lab.await("well", () -> lab.facade().ready().ok());
        starvedCleanerIsUnstuck(broker, incidents, lab, jmx);
        lab.act(ServiceApi.Action.RELEASE, "broker 1");
        lab.await("nothing is left", () -> lab.remedy("release", "refused").isPresent());
      }
    }
  }

  private static void starvedCleanerIsUnstuck(
      BrokerJvm broker, Incidents incidents, WatchLab lab, BrokerJmx jmx) throws Exception {
    incidents
        .topics()
        .create(
            "slow",
            Map.of(
                "cleanup.policy",
                "compact",
                "segment.bytes",
                "67108864",
                "min.cleanable.dirty.ratio",
                "1.0"));
    incidents.writer().bulk("slow", BULK_RECORDS, BULK_KEYS, BULK_VALUE_BYTES);
    incidents.topics().cleanable("slow", true);
    lab.await("unstick asked", () -> lab.remedy("unstick", "asked").isPresent());
    lab.await("told", () -> lab.isFiring("CleanerStarved"));
    assertThat(lab.alert("CleanerStarved").orElseThrow()).contains(RATE + " is 7.0E7");
    assertThat(rate(incidents)).as("nothing is done unasked").isEqualTo(Double.parseDouble(SLOW));
    int from = broker.log().size();
    Map<String, Long> starved = jmx.cleanerThreads();

    lab.approve(lab.remedy("unstick", "asked").orElseThrow());
    lab.await(
        "unstuck, or refused",
        () ->
            lab.remedy("unstick", "effective").isPresent()
                || lab.remedy("unstick", "refused").isPresent());
    if (lab.remedy("unstick", "refused").isPresent()) {
      assertThat(lab.incidents("REMEDY_REFUSED"))
          .contains("sleeps in the throttle", "server.properties");
      assertThat(rate(incidents)).as("nothing is changed").isEqualTo(Double.parseDouble(SLOW));
      assertThat(jmx.cleanerThreads()).as("nor restarted").isEqualTo(starved);
      assertThat(incidents.topics().ownOfBroker(1)).as("nothing is left").isEmpty();
      abort("the thread was not met awake and at work in time on this machine: rightly refused");
    }

    assertThat(rate(incidents)).isEqualTo(10 * Double.parseDouble(SLOW));
    assertThat(jmx.cleanerThreads()).hasSize(1).isNotEqualTo(starved);
    assertThat(lab.incidents("REMEDY_ANSWERED")).contains("unstick: yes");
    assertThat(lab.incidents("REMEDY_EFFECTIVE")).contains("before: " + SLOW, "after: 7.0E8");
    incidents.awaitLine(from, line -> line.contains("leaned log slow-0"));
    lab.await(
        "starved no more",
        () -> lab.incidents("CONDITION_ENDED").contains("CleanerStarved is over"));
    releaseBroker(lab);
    assertThat(rate(incidents)).isEqualTo(Double.parseDouble(SLOW));
    assertThat(incidents.topics().ownOfBroker(1)).as("nothing is left").isEmpty();
  }

  /** The broker writes it in its own way. */
  private static double rate(Incidents incidents) throws Exception {
    ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
    try (Admin admin = incidents.admin()) {
      return Double.parseDouble(
          admin.describeConfigs(List.of(broker)).all().get().get(broker).get(RATE).value());
    }
  }

  private static void releaseBroker(WatchLab lab) throws Exception {
    long released = lab.count("REMEDY_EFFECTIVE");
    lab.act(ServiceApi.Action.RELEASE, "broker 1");
    lab.await("taken back", () -> lab.count("REMEDY_EFFECTIVE") > released);
    assertThat(lab.remedy("release", "effective")).isPresent();
  }
}
