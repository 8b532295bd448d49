// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.broker.BrokerJmx;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.broker.Kleaner;
import io.kleaner.supervisor.http.HttpConfig;
import io.kleaner.supervisor.http.HttpServer;
import io.kleaner.supervisor.http.ServiceApi;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What kills or stalls a real broker's cleaner: which rule tells it, and what is said of it. */
@Tag("full")
class IncidentsToldTest {

  private static final long SOON_MS = 5_000;

  private static final int ATTEMPTS = 100;

  @TempDir private Path temp;

  private BrokerJvm start(Map<String, String> properties) throws Exception {
    BrokerJvm broker =
        BrokerJvm.format(
            temp.resolve("broker"),
            BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(400).with(properties));
    broker.start();
    return broker;
  }

  /** Starving, hanging and pinning are told in seconds, and a crash loop at the second death. */
  private WatchLab watch(BrokerJvm broker) throws Exception {
    return WatchLab.start(
        broker,
        temp.resolve("state"),
        new Sooner().silent(10_000).stuck(SOON_MS).pinned(SOON_MS).crashLoop(2).options());
  }

  private static String explain(BrokerJvm broker, String topic) throws Exception {
    List<String> line = new ArrayList<>(List.of("explain", topic));
    line.addAll(List.of("--bootstrap-server", broker.bootstrap(), "--jmx", broker.jmx()));
    line.addAll(List.of("--log-dir", broker.logDir().toString()));
    line.addAll(List.of("--broker-log", broker.logs().resolve("log-cleaner.log").toString()));
    line.addAll(List.of("--broker-log", broker.logs().resolve("server.log").toString()));
    return Kleaner.run(line.toArray(String[]::new)).output();
  }

  /** The same of the sidecar that has watched. */
  private static String asked(WatchLab lab, String topic) throws Exception {
    try (HttpServer server =
        HttpServer.start(
            new LocalFileSystem(), HttpConfig.loopback(0), "", lab.facade(), Clock.system())) {
      String output = Kleaner.run("explain", topic, "--url", server.url()).output();
      // A topic is seen in the files before the broker was asked for its settings again.
      for (int i = 0; i < ATTEMPTS && output.contains("no known cleanup.policy"); i++) {
        lab.awaitLooks(1);
        output = Kleaner.run("explain", topic, "--url", server.url()).output();
      }
      return output;
    }
  }

  @Test
  void whatStopsOnePartition_eachIsToldByItsRuleAndExplained() throws Exception {
    try (BrokerJvm broker = start(Map.of("transaction.partition.verification.enable", "false"));
        Incidents incidents = new Incidents(broker);
        WatchLab lab = watch(broker)) {
      lab.await("well", () -> lab.facade().ready().ok());
      flippedByteIsFoundByCheckAloneAndOnlyBeforeItIsCleaned(broker, incidents);
      assertThat(lab.alert("PartitionUncleanable")).isEmpty();
      emptyOutputOfADeadCleanerIsNoTrouble(lab, incidents);
      isolationByHandIsExplainedWithoutAnyJournal(broker, incidents);
      incidents.garbageLength("garbage");
      incidents.garbageMagic("strange");
      int keyless = incidents.nullKeysAfterPolicyFlip("keyless");
      long first = incidents.openTransaction("pinned", "forgotten");
      long lost = incidents.hangingTransaction("hung");

      lab.await("given up", () -> lab.isFiring("PartitionUncleanable"));
      assertThat(lab.alert("PartitionUncleanable").orElseThrow()).contains("kleaner check");
      for (String given : List.of("garbage-0", "strange-0")) {
        lab.await(given, () -> lab.incidents("PARTITION_FAILED").contains(given));
      }
      lab.await("dropped", () -> lab.isFiring("UnkeyedRecordsDropped"));
      assertThat(lab.alert("UnkeyedRecordsDropped").orElseThrow())
          .contains("keyless-0", keyless + " records");
      lab.await("pinned", () -> lab.isFiring("TransactionPins"));
      assertThat(lab.alert("TransactionPins").orElseThrow()).contains("pinned-0");
      // The files tell first, and don't know who it is; its coordinator does.
      lab.await(
          "named",
          () -> lab.alert("TransactionPins").filter(a -> a.contains("forgotten")).isPresent());
      lab.await("hangs", () -> lab.isFiring("HangingTransaction"));
      assertThat(lab.alert("HangingTransaction").orElseThrow())
          .contains("hung-0", "producer " + lost, "which its coordinator does not know");
      lab.await("asked", () -> lab.remedy("abort-transaction", "asked").isPresent());
      hangingTransactionIsAbortedForOneWhoNamesIt(lab, lost);
      assertThat(lab.facade().ready().ok()).as("the cleaner itself is well").isTrue();

      assertThat(explain(broker, "garbage")).contains("No", "was given up by the broker");
      assertThat(explain(broker, "keyless")).contains(keyless + " records");
      assertThat(explain(broker, "pinned")).contains("forgotten", "from offset " + first);
      gaugesThatVanishAreTold(broker, lab);
      crashLoopIsTold(incidents, lab);
    }
  }

  @Test
  void throttleOfTenBytes_isToldAsStarvedAndNeitherRaisedNorRevived() throws Exception {
    try (BrokerJvm broker = start(Map.of("log.cleaner.io.max.bytes.per.second", "10"));
        Incidents incidents = new Incidents(broker);
        WatchLab lab = watch(broker)) {
      lab.await("well", () -> lab.facade().ready().ok());
      incidents.dirty("orders");

      lab.await("starved", () -> lab.isFiring("CleanerStarved"));
      assertThat(explain(broker, "orders"))
          .contains("every cleaner thread sleeps in the throttle", "that shows over minutes")
          .doesNotContain("nothing got clean");
      assertThat(asked(lab, "orders"))
          .contains("slept in the throttle nearly all of the last", "nothing got clean");
      assertThat(lab.alert("CleanerStarved").orElseThrow()).contains("restart the broker");
      assertThat(lab.facade().ready().ok()).as("alive is not well").isFalse();
      lab.awaitLooks(5);
      assertThat(lab.facade().remedies()).isEmpty();

      lab.act(ServiceApi.Action.REVIVE, "");
      lab.await("lever refused", () -> lab.remedy("revive", "refused").isPresent());
      assertThat(lab.incidents("REMEDY_REFUSED")).contains("throttle", "kill -9");
    }
  }

  @Test
  void bufferOfZero_isToldAsSpinning() throws Exception {
    try (BrokerJvm broker = start(Map.of("log.cleaner.io.buffer.size", "0"));
        Incidents incidents = new Incidents(broker);
        WatchLab lab = watch(broker)) {
      incidents.dirty("orders");

      lab.await("spinning", () -> lab.isFiring("CleanerSpinning"));
      assertThat(lab.alert("CleanerSpinning").orElseThrow()).contains("log.cleaner.io.buffer.size");
    }
  }

  @Test
  void malformedCheckpoint_directoryGoesOffline_isTold_andWithTheMetadataThatTheBrokerIsGone()
      throws Exception {
    Path second = temp.resolve("broker").resolve("second");
    try (BrokerJvm broker = start(Map.of("log.dirs", "{home}/data,{home}/second,{home}/third"));
        WatchLab lab = watch(broker)) {
      lab.await("well", () -> lab.facade().ready().ok());
      // The cleaner reads it in each round; the metadata is in the other directory.
      Files.writeString(second.resolve("cleaner-offset-checkpoint"), "0\n1\nnonsense\n");

      lab.await("offline", () -> lab.isFiring("LogDirOffline"));
      assertThat(lab.isFiring("CleanerDead")).isFalse();
      assertThat(ProcessHandle.of(broker.pid())).as("it goes on").isPresent();

      Files.writeString(broker.logDir().resolve("cleaner-offset-checkpoint"), "0\n1\nnonsense\n");
      lab.await("halted", () -> ProcessHandle.of(broker.pid()).isEmpty());
      lab.await("nothing answers", () -> !lab.knows("jmx") && !lab.knows("admin"));
      lab.await("told", () -> lab.isFiring("SourceSilent"));
      lab.await("that it is gone, too", () -> lab.isFiring("BrokerUnseen"));
      assertThat(lab.alert("LogDirOdd").orElseThrow()).contains("cleaner-offset-checkpoint");
      assertThat(lab.isFiring("LogDirOffline")).as("it is not back").isTrue();
      assertThat(lab.isFiring("CleanerDead")).as("unknown is not dead").isFalse();
      assertThat(lab.facade().ready().ok()).as("nor is it healthy").isFalse();
      assertThat(broker.log().matching(line -> line.contains("metadata log dir")))
          .as(broker.log().tail(5))
          .isNotEmpty();
      assertThat(lab.remedy("revive", "running")).isEmpty();
    }
  }

  private static void hangingTransactionIsAbortedForOneWhoNamesIt(WatchLab lab, long producerId)
      throws Exception {
    String id = lab.remedy("abort-transaction", "asked").orElseThrow();
    assertThat(lab.approve(id, "").outcome()).isEqualTo(ServiceApi.ActionResult.Outcome.REFUSED);
    assertThat(lab.approve(id, Long.toString(producerId + 1)).outcome())
        .isEqualTo(ServiceApi.ActionResult.Outcome.REFUSED);

    assertThat(lab.approve(id, Long.toString(producerId)).outcome())
        .isEqualTo(ServiceApi.ActionResult.Outcome.DONE);
    lab.await("aborted", () -> lab.remedy("abort-transaction", "effective").isPresent());
    lab.await("hangs no more", () -> !lab.isFiring("HangingTransaction"));
  }

  private static void flippedByteIsFoundByCheckAloneAndOnlyBeforeItIsCleaned(
      BrokerJvm broker, Incidents incidents) throws Exception {
    incidents.flippedByte("flipped");
    Path partition = broker.logDir().resolve("flipped-0");
    Kleaner.Run before = Kleaner.run("check", "--level", "2", partition.toString());
    assertThat(before.exit()).as(before.output()).isEqualTo(1);
    assertThat(before.output()).contains("00000000000000000000.log", "CRC");

    int from = broker.log().size();
    incidents.topics().cleanable("flipped", true);
    incidents.awaitLine(from, line -> line.contains("leaned log flipped-0"));

    Kleaner.Run after = Kleaner.run("check", "--level", "2", partition.toString());
    assertThat(after.output()).as("the broker gave it a CRC that fits").doesNotContain("CRC");
  }

  private static void emptyOutputOfADeadCleanerIsNoTrouble(WatchLab lab, Incidents incidents)
      throws Exception {
    incidents.healthy("orders");
    incidents.topics().cleanable("orders", false);
    Path left = incidents.emptyOutput("orders");
    long leftMs = Clock.system().nowMs();
    lab.await("looked at", () -> seenAtMs(lab, "orders") > leftMs);
    // That may be the end of a look that was under way; the next one has seen what is there.
    long seenMs = seenAtMs(lab, "orders");
    lab.await("looked at again", () -> seenAtMs(lab, "orders") > seenMs);
    assertThat(lab.isFiring("LogDirOdd")).isFalse();

    incidents.topics().cleanable("orders", true);
    incidents.letItClean("orders");
    assertThat(left).as("the broker's next clean takes it away").doesNotExist();
  }

  /** When the last look into it ended. */
  private static long seenAtMs(WatchLab lab, String topic) {
    return lab.facade().partitions().stream()
        .filter(each -> each.get("topic").equals(topic))
        .mapToLong(each -> (long) each.get("seenAtMs"))
        .max()
        .orElse(-1);
  }

  /** Last but one: only a restart brings the broker's gauges back. */
  private static void gaugesThatVanishAreTold(BrokerJvm broker, WatchLab lab) throws Exception {
    try (BrokerJmx jmx = BrokerJmx.of(broker)) {
      assertThat(jmx.unregister("kafka.log:type=LogCleaner,*")).isPositive();
      assertThat(jmx.unregister("kafka.log:type=LogCleanerManager,*")).isPositive();
    }
    lab.await("told", () -> lab.incidents("CONDITION_BEGAN").contains("KAFKA-16574"));
    assertThat(lab.isFiring("CleanerDead")).as("its thread is there").isFalse();
  }

  /** Last: the revival is undone by the same record. */
  private static void crashLoopIsTold(Incidents incidents, WatchLab lab) throws Exception {
    Incidents.Culprit culprit = incidents.killByGzipBomb("poisoned");
    lab.await("crash loop", () -> lab.isFiring("CleanerCrashLoop"));
    assertThat(lab.alert("CleanerCrashLoop").orElseThrow())
        .contains("died 2 times", "again and again at poisoned-0");
    lab.await("found", () -> !lab.incidents("CULPRIT_FOUND").isEmpty());
    assertThat(lab.incidents("CULPRIT_FOUND"))
        .contains("poisoned-0", "offset " + culprit.offset(), "bytes of gzip that become");
  }

  private static void isolationByHandIsExplainedWithoutAnyJournal(
      BrokerJvm broker, Incidents incidents) throws Exception {
    incidents.topics().set("orders", "min.cleanable.dirty.ratio", "1.0");
    incidents.topics().set("orders", "max.compaction.lag.ms", Long.toString(Long.MAX_VALUE));

    assertThat(explain(broker, "orders")).contains("its topic is isolated");
  }
}
