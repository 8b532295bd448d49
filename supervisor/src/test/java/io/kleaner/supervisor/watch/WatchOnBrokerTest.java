// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.broker.BrokerJmx;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.JmxAgent;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.broker.Relay;
import io.kleaner.supervisor.remedy.broker.LeftOverride;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What else happens to a broker, or to us, while the sidecar stands beside it. */
@Tag("full")
class WatchOnBrokerTest {

  @TempDir private Path temp;

  private BrokerJvm start(UnaryOperator<BrokerSpec> change) throws Exception {
    BrokerJvm broker =
        BrokerJvm.format(
            temp.resolve("broker"), change.apply(BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(400)));
    broker.start();
    return broker;
  }

  @Test
  void brokerRestarts_afterADeathThatTheLogTells_itsNewCleanerIsNotRevived() throws Exception {
    try (BrokerJvm broker = start(UnaryOperator.identity())) {
      try (Incidents incidents = new Incidents(broker)) {
        incidents.killByBomb("poisoned");
        incidents.topics().cleanable("poisoned", false);
      }
      broker.stop();
      try (WatchLab lab = WatchLab.start(broker, temp.resolve("state"))) {
        // The last that the log says of the cleaner is its end.
        lab.await("dead by the log", () -> lab.isFiring("CleanerDead"));
        broker.start();
        try (BrokerJmx jmx = BrokerJmx.of(broker)) {
          Map<String, Long> first = jmx.cleanerThreads();
          lab.await("well", () -> lab.facade().ready().ok() && !lab.isFiring("CleanerDead"));
          lab.awaitLooks(30);

          assertThat(jmx.cleanerThreads()).hasSize(1).isEqualTo(first);
          assertThat(lab.remedy("revive", "effective")).as(lab.incidents("")).isEmpty();
          assertThat(lab.isFiring("CleanerDead")).isFalse();
        }
      }
    }
  }

  @Test
  void killedBetweenSettingAndRemoving_nextRunTakesItBack() throws Exception {
    Path state = Files.createDirectories(temp.resolve("state"));
    try (BrokerJvm broker = start(UnaryOperator.identity())) {
      // What a run leaves that is killed when it has set its text and not yet taken it back.
      LeftOverride left = LeftOverride.leave(broker, state);
      assertThat(left.isSet()).isTrue();
      try (WatchLab lab = WatchLab.start(broker, state)) {
        lab.await("told", () -> lab.incidents("REMEDY_EFFECTIVE").contains("not set there again"));
        lab.await("well", () -> lab.facade().ready().ok());
        assertThat(left.isSet()).isFalse();
        lab.await("nothing is left", () -> !lab.isFiring("OverrideLeft"));
      }
      assertThat(LeftOverride.isOpen(state)).isFalse();
    }
  }

  @Test
  void oneOfTwoThreadsDead_isToldAndRevivedOnConsentWhileTheOtherGoesOn() throws Exception {
    try (BrokerJvm broker =
            start(
                spec ->
                    spec.with("log.cleaner.threads", "2").with("log.cleaner.backoff.ms", "10000"));
        WatchLab lab =
            WatchLab.start(
                broker, temp.resolve("state"), UnaryOperator.identity(), WatchLab.asking());
        Incidents incidents = new Incidents(broker);
        BrokerJmx jmx = BrokerJmx.of(broker)) {
      lab.await("both seen", () -> lab.facade().workers().size() == 2);
      incidents.killOneOfTwo("poisoned");
      lab.await("revive asked", () -> lab.remedy("revive", "asked").isPresent());
      assertThat(lab.alert("CleanerDead").orElseThrow()).contains("poisoned-0");
      assertThat(lab.facade().workers())
          .extracting(each -> each.get("state").equals("dead"))
          .containsExactlyInAnyOrder(true, false);
      incidents.healthy("orders");
      assertThat(jmx.cleanerThreads()).as("the other goes on").hasSize(1);

      lab.approve(lab.remedy("revive", "asked").orElseThrow());
      lab.await("revived", () -> lab.remedy("revive", "effective").isPresent());
      lab.await("both well", () -> lab.facade().ready().ok() && !lab.isFiring("CleanerDead"));
      assertThat(jmx.cleanerThreads()).hasSize(2);
    }
  }

  @Test
  void sourcesGoAwayOneByOne_eachIsUnknownWhileItIsGoneAndKnownAfter() throws Exception {
    try (Relay relay = Relay.open();
        BrokerJvm broker =
            start(
                spec ->
                    spec.with("advertised.listeners", "PLAINTEXT://" + relay.address())
                        .with("log.cleaner.backoff.ms", "500"))) {
      relay.to(broker.bootstrap());
      try (WatchLab lab =
              WatchLab.start(
                  broker,
                  temp.resolve("state"),
                  targets -> WatchLab.through(relay, targets),
                  RemedyPolicy.defaults(false),
                  WatchLab.soonSilent());
          Incidents incidents = new Incidents(broker)) {
        lab.await("all known", () -> knowsAll(lab));

        relay.cut();
        lab.await("admin unknown", () -> !lab.knows("admin"));
        lab.await("told", () -> lab.isFiring("SourceSilent"));
        assertThat(lab.knows("jmx")).isTrue();
        assertThat(lab.facade().ready().ok()).as("threads are seen by JMX").isTrue();
        relay.mend();
        lab.await("admin known", () -> lab.knows("admin") && !lab.isFiring("SourceSilent"));

        JmxAgent.stop(broker);
        lab.await("jmx unknown", () -> !lab.knows("jmx"));
        lab.await("threads unknown", () -> !lab.facade().ready().ok());
        assertThat(lab.isFiring("CleanerDead")).as("unknown is not dead").isFalse();
        JmxAgent.start(broker);
        lab.await("jmx known", () -> lab.knows("jmx") && lab.facade().ready().ok());

        rotateByCopy(broker.logs().resolve("log-cleaner.log"));
        rotateByCopy(broker.logs().resolve("server.log"));
        lab.awaitLooks(5);
        incidents.killByBomb("poisoned");
        lab.await(
            "culprit known from the rotated log",
            () -> lab.incidents("WORKER_DEAD").contains("poisoned-0"));
      }
    }
  }

  private static boolean knowsAll(WatchLab lab) {
    return List.of("admin", "jmx", "log_dir", "broker_log").stream().allMatch(lab::knows)
        && lab.facade().ready().ok();
  }

  /** As logrotate's copytruncate does. */
  private static void rotateByCopy(Path log) throws IOException {
    Files.copy(
        log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE)) {
      file.truncate(0);
    }
  }
}
