// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.supervisor.broker.BrokerJmx;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Fold;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.broker.Kleaner;
import io.kleaner.supervisor.broker.OldClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The incident that made log compaction's silent death known, on the broker of that time: a segment
 * has more offsets than the cleaner's map has room for, and its thread is gone for good. Seen from
 * outside without any client of today, cured by the engine, and read by an upgraded broker, since
 * the engine writes the current format.
 */
public final class Heroku2017Demo {

  private static final String TOPIC = "fine";
  private static final int RECORDS = 200_000;
  private static final int KEYS = 10_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration FUTILE = Duration.ofSeconds(10);
  private static final int LINES_SHOWN = 8;

  /** What is promised at default settings. */
  private static final long ALERT_MS = 5_000;

  private final Path home;
  private final Stage stage = new Stage();
  private final DemoReport report;

  private Heroku2017Demo(Path home, Path reportFile) {
    this.home = home;
    this.report = new DemoReport(reportFile, "heroku-2017");
  }

  /**
   * Runs the demonstration.
   *
   * @param args an empty directory to work in, and the file of the report
   */
  public static void main(String[] args) {
    Heroku2017Demo demo = new Heroku2017Demo(Path.of(args[0]), Path.of(args[1]));
    System.exit(DemoReport.exit(demo.stage, demo.report, demo::run));
  }

  private void run() throws Exception {
    stage.say("Kleaner, shown on a real Kafka 0.9.0.1 broker of February 2016 on this machine.");
    stage.say(
        "Its cleaner puts the keys of one segment at a time into a map. If the segment has more");
    stage.say(
        "records than the map has room for, the thread ends, and no metric says so (KAFKA-3894).");
    BrokerSpec spec =
        BrokerSpec.of(KafkaVersion.V0_9_0_1)
            .with("log.cleanup.policy", "compact")
            .with("log.segment.bytes", "4194304")
            .with("log.cleaner.dedupe.buffer.size", "1048577")
            .with("log.cleaner.min.cleanable.ratio", "0.01");
    Path data;
    try (BrokerJvm broker = BrokerJvm.format(home.resolve("broker"), spec)) {
      stage.begin("Start the broker and ZooKeeper");
      broker.start();
      data = broker.logDir();
      try (BrokerJmx jmx = BrokerJmx.of(broker)) {
        report.put("threadsBefore", jmx.cleanerThreads());
        stage.check(
            !jmx.cleanerThreads().isEmpty(),
            "its cleaner is " + jmx.cleanerThreads(),
            "it has no cleaner");
      }
      try (Pager pager = Pager.open(this::page);
          Sidecar sidecar = watch(broker, pager)) {
        die(broker);
        notice(broker, pager);
        stage.say("     Page: %s", sidecar.url());
        report.put("page", sidecar.url().toString());
        stage.begin("Stop sidecar and broker");
        stage.check(sidecar.stop(), "the sidecar has ended", "the sidecar did not end in order");
      }
      broker.stop();
    }
    cure(data);
    oldBrokerAgain(spec);
    upgrade();
    stage.say("");
    DemoReport.table(stage, "death");
  }

  private Sidecar watch(BrokerJvm broker, Pager pager) throws Exception {
    stage.begin(
        "Start the sidecar, by JMX and files alone: a client of today would hurt this broker");
    Path config = home.resolve("kleaner.yaml");
    Files.writeString(
        config, "alerts:%n  sinks:%n    - type: webhook%n      url: %s%n".formatted(pager.url()));
    List<String> command =
        Sidecar.withoutAdmin(broker, home.resolve("state"), "--config-file", config.toString());
    stage.quote("$", "kleaner " + String.join(" ", command).replace(home.toString(), "DEMO"));
    Sidecar sidecar = Sidecar.start(command);
    stage.check(
        sidecar.awaitCleaner(PATIENCE), "it sees the cleaner", "it does not see the cleaner alive");
    return sidecar;
  }

  private void die(BrokerJvm broker) throws Exception {
    stage.begin("Write %,d tiny records of %,d keys, by a producer of that time", RECORDS, KEYS);
    OldClient.write(broker, TOPIC, RECORDS, KEYS);
    Optional<String> line =
        broker.log().await(0, each -> each.contains("offset map can fit only"), PATIENCE);
    stage.moment("death");
    line.ifPresent(text -> stage.quote("broker:", text));
    stage.check(line.isPresent(), "the cleaner is dead, for good", "the cleaner did not die of it");
    stage.check(
        reads(broker, PATIENCE),
        "a consumer of that time reads all of it: nobody notices",
        "a consumer of that time cannot read it");
  }

  private void notice(BrokerJvm broker, Pager pager) throws Exception {
    stage.begin("The sidecar notices from outside");
    Optional<JsonNode> alert =
        pager.await(each -> each.path("rule").asText().equals("CleanerDead"), PATIENCE.toMillis());
    String text = alert.map(JsonNode::toString).orElse("");
    report.put("alert", alert.map(Object::toString).orElse(""));
    stage.check(
        text.contains(TOPIC + "-0"),
        "it names the partition and the cause",
        "no alert named " + TOPIC + "-0: " + text);
    stage.inTime("alert CleanerDead firing", "death", ALERT_MS);
    alert.ifPresent(each -> stage.quote("next:", each.path("nextStep").asText()));
    try (BrokerJmx jmx = BrokerJmx.of(broker)) {
      // The broker's log tells of the death, and the thread ends a moment later.
      jmx.awaitCleanerThreads(Map::isEmpty);
      report.put("threadsAfter", jmx.cleanerThreads());
      report.put("checkpoint", Incidents.cleanerCheckpoint(broker.logDir(), TOPIC));
      stage.check(
          jmx.cleanerThreads().isEmpty(),
          "by JMX there is no cleaner thread, as it says",
          "there is a cleaner thread: " + jmx.cleanerThreads());
    }
  }

  private void cure(Path data) throws Exception {
    Path partition = data.resolve(TOPIC + "-0");
    stage.begin("Compact the topic from the files of the stopped broker");
    List<String> command = new ArrayList<>(List.of("compact", partition.toString()));
    command.addAll(List.of("--upgrade-format", "--topic", TOPIC));
    Kleaner.Run run = Kleaner.run(command.toArray(String[]::new));
    stage.quote(
        "$",
        String.join(" ", "kleaner", "compact --upgrade-format DEMO/broker/data/" + TOPIC + "-0"));
    run.output()
        .lines()
        .limit(LINES_SHOWN)
        .forEach(line -> stage.say("       %s", line.replace(home.toString(), "DEMO")));
    stage.moment("compacted offline");
    stage.check(
        run.exit() == 0,
        "compacted; what is left of the old format is written in the current one",
        "compact failed: " + run.output());
  }

  /** Without this nobody would know that the old broker may not simply be started again. */
  private void oldBrokerAgain(BrokerSpec spec) throws Exception {
    stage.begin("Would the old broker do? Start it again, and read by the client of its time");
    try (BrokerJvm broker = BrokerJvm.format(home.resolve("broker"), spec)) {
      broker.start();
      boolean read = reads(broker, FUTILE);
      report.put("oldBrokerReadsResult", read);
      stage.check(
          !read,
          "no: it starts and complains of nothing, but its client gets no record. Nothing is lost:"
              + " brokers from 0.11 on read it",
          "yes, which was not so when this was written: the old broker reads the current format");
      broker.stop();
    }
  }

  private static boolean reads(BrokerJvm broker, Duration atMost) throws InterruptedException {
    try {
      OldClient.read(broker, TOPIC, RECORDS, KEYS, atMost);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** A broker of that time cannot read what the engine writes; one from 0.11 on can. */
  private void upgrade() throws Exception {
    stage.begin("Upgrade to a 2.8.2 broker on the same directories");
    BrokerSpec spec =
        BrokerSpec.of(KafkaVersion.V2_8_2)
            .with("log.cleanup.policy", "compact")
            .with("log.segment.bytes", "4194304");
    try (BrokerJvm broker = BrokerJvm.format(home.resolve("broker"), spec)) {
      broker.start();
      stage.done("it is up at %s", broker.bootstrap());
      stage.begin("Read the topic as a consumer and compare with what was written");
      Fold fold = Fold.of(broker.bootstrap(), TOPIC, 0);
      stage.moment("verified");
      report.put(
          "verified",
          Map.of(
              "records", fold.records(),
              "keys", fold.newest().size(),
              "keysWritten", KEYS,
              "logEnd", fold.endOffset()));
      stage.check(
          fold.newest().equals(OldClient.newest(RECORDS, KEYS))
              && fold.endOffset() == RECORDS
              && fold.records() < RECORDS,
          "%,d records are left of %,d, and all %,d keys have their newest value"
              .formatted(fold.records(), RECORDS, KEYS),
          "a consumer gets other values than were written: " + fold.records() + " records");
      broker.stop();
    }
  }

  private void page(JsonNode alert) {
    stage.moment("alert " + alert.path("rule").asText() + " " + alert.path("event").asText());
    stage.quote(
        "pager:",
        alert.path("severity").asText()
            + " "
            + alert.path("rule").asText()
            + ": "
            + alert.path("summary").asText());
  }
}
