// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.broker.BrokerJmx;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Fold;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.JmxAgent;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.broker.Relay;
import io.kleaner.supervisor.broker.TestTopics;
import io.kleaner.supervisor.http.ServiceApi;
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
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What else happens to a broker, or to us, while the sidecar stands beside it. */
@Tag("full")
class WatchOnBrokerTest {

  private static final int ATTEMPTS = 20;
  private static final List<String> STALLED = List.of("orders", "payments");

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
  void settingNotTakenBackInItsTime_byAKilledRunOrAKilledBroker_isTakenBackLaterAndTold()
      throws Exception {
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
        brokerIsKilledInTheMiddleOfARevival(broker, lab, left);
      }
      assertThat(LeftOverride.isOpen(state)).isFalse();
    }
  }

  /** A kill can come too late: the setting is there for a tenth of a second. */
  private static void brokerIsKilledInTheMiddleOfARevival(
      BrokerJvm broker, WatchLab lab, LeftOverride left) throws Exception {
    for (int attempt = 1; !lab.isFiring("OverrideLeft"); attempt++) {
      assertThat(attempt).as(lab.incidents("")).isLessThan(ATTEMPTS);
      if (ProcessHandle.of(broker.pid()).isEmpty()) {
        broker.start();
        lab.await("well", () -> lab.facade().ready().ok());
      }
      long ended = lab.count("REMEDY_FAILED") + lab.count("REMEDY_EFFECTIVE");
      lab.act(ServiceApi.Action.REVIVE, "");
      if (left.awaitSet(() -> lab.count("REMEDY_FAILED") + lab.count("REMEDY_EFFECTIVE") > ended)) {
        broker.kill();
        lab.await(
            "it failed", () -> lab.count("REMEDY_FAILED") + lab.count("REMEDY_EFFECTIVE") > ended);
      }
      lab.awaitLooks(3);
    }
    assertThat(lab.remedy("revive", "failed")).isPresent();
    // What it is, and what hinders, is known once somebody tried to take it back.
    lab.await(
        "told what is left",
        () ->
            lab.alert("OverrideLeft")
                .filter(each -> each.contains("log.cleaner.threads") && each.contains("broker 1"))
                .isPresent());
    assertThat(lab.facade().ready().ok()).as("unknown is not healthy").isFalse();
    String back = "log.cleaner.threads on broker 1 is not set there again";
    long told = occurrences(lab, back);

    broker.start();

    lab.await("taken back", () -> occurrences(lab, back) > told);
    lab.await("well", () -> lab.facade().ready().ok() && !lab.isFiring("OverrideLeft"));
    assertThat(left.isSet()).isFalse();
  }

  private static long occurrences(WatchLab lab, String text) {
    return lab.incidents("REMEDY_EFFECTIVE").lines().filter(each -> each.contains(text)).count();
  }

  @Test
  void oneOfTwoThreadsDead_thenBoth_isToldAndRevivedOnConsentWhileWhatElseCanGoOnDoes()
      throws Exception {
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
      // That it is dead is seen by JMX first, and what of is in the log.
      lab.await(
          "culprit told",
          () -> lab.alert("CleanerDead").filter(each -> each.contains("poisoned-0")).isPresent());
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
      bothThreadsDie(broker, lab, incidents, jmx);
    }
  }

  /** Who only produces and consumes sees nothing of it, and no gauge of replication does. */
  private static void bothThreadsDie(
      BrokerJvm broker, WatchLab lab, Incidents incidents, BrokerJmx jmx) throws Exception {
    incidents.topics().setBroker(1, "log.cleaner.backoff.ms", "500");
    incidents.healthy("payments");
    incidents.topics().cleanable("poisoned", true);
    lab.await("no thread is left", () -> jmx.cleanerThreads().isEmpty());
    lab.await(
        "both dead",
        () ->
            lab.facade().workers().size() == 2
                && lab.facade().workers().stream()
                    .allMatch(each -> each.get("state").equals("dead")));
    assertThat(lab.facade().ready().ok()).isFalse();
    List<String> cleans = broker.log().matching(line -> line.contains("leaned log"));
    int from = broker.log().size();
    for (String topic : STALLED) {
      incidents.writer().roll(topic, Incidents.KEYS);
      assertThat(Fold.of(broker.bootstrap(), topic, 0).newest())
          .as("what is produced can be consumed")
          .isEqualTo(incidents.writer().newest(topic));
    }
    assertThat(jmx.gauge("kafka.server:type=ReplicaManager,name=UnderReplicatedPartitions"))
        .contains(0);
    lab.await("all of it is dirty", () -> STALLED.stream().allMatch(each -> isDirty(lab, each)));
    assertThat(broker.log().matching(line -> line.contains("leaned log")))
        .as("nothing gets clean")
        .isEqualTo(cleans);

    lab.await("isolation asked", () -> lab.remedy("isolate", "asked").isPresent());
    lab.approve(lab.remedy("isolate", "asked").orElseThrow());
    lab.await("revive asked", () -> lab.remedy("revive", "asked").isPresent());
    Optional<String> revivedBefore = lab.remedy("revive", "effective");
    lab.approve(lab.remedy("revive", "asked").orElseThrow());
    for (String topic : STALLED) {
      incidents.awaitLine(from, line -> line.contains("leaned log " + topic + "-0"));
    }
    // The lever is pulled and put back, each with new threads, the first of which are at work.
    lab.await("revived", () -> !lab.remedy("revive", "effective").equals(revivedBefore));
    lab.await("both well", () -> lab.facade().ready().ok() && !lab.isFiring("CleanerDead"));
    assertThat(jmx.cleanerThreads()).hasSize(2);
  }

  private static boolean isDirty(WatchLab lab, String topic) {
    return lab.facade().partitions().stream()
        .filter(each -> each.get("topic").equals(topic))
        .anyMatch(each -> (long) each.get("dirtyBytes") >= TestTopics.SEGMENT_BYTES / 2);
  }

  @Test
  void sourcesGoAwayOneByOne_eachIsUnknownWhileItIsGoneAndKnownAfter() throws Exception {
    try (Relay relay = Relay.open();
        BrokerJvm broker =
            start(
                spec ->
                    spec.with("advertised.listeners", "PLAINTEXT://" + relay.address())
                        .cleanerLogSize("6 KB"))) {
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

        toldFromALogThatWasRenamedAway(broker, lab, incidents);
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

  /** As a broker's own logger does; what comes after is in a new file of the old name. */
  private static void toldFromALogThatWasRenamedAway(
      BrokerJvm broker, WatchLab lab, Incidents incidents) throws Exception {
    incidents.healthy("orders");
    while (!isRenamedAway(broker.logs())) {
      incidents.letItClean("orders");
    }
    incidents.garbageLength("garbage");
    lab.await("told", () -> lab.isFiring("PartitionUncleanable"));
    assertThat(lab.alert("PartitionUncleanable").orElseThrow()).contains("garbage-0");
  }

  private static boolean isRenamedAway(Path logs) throws IOException {
    try (Stream<Path> files = Files.list(logs)) {
      return files.anyMatch(each -> each.getFileName().toString().startsWith("log-cleaner.log."));
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
