// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.supervisor.broker.BrokerJmx;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.broker.Kleaner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The incident from its beginning to its end: one small record kills the cleaner of a real broker,
 * the sidecar sees it, names what did it, heals what can be healed while the broker runs, and the
 * engine does the rest while it is stopped.
 */
public final class IncidentDemo {

  private static final String ORDERS = "orders";
  private static final String PAYMENTS = "payments";
  private static final String POISONED = "clicks";
  private static final List<String> HEALTHY = List.of(ORDERS, PAYMENTS);
  private static final List<String> TOPICS = List.of(ORDERS, PAYMENTS, POISONED);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String DEATH = "death";
  private static final String ALERT = "alert CleanerDead firing";
  private static final String OTHERS = "other topics compact again";

  /** What is promised at default settings, in milliseconds after the death. */
  private static final Map<String, Long> PROMISED =
      Map.of(ALERT, 5_000L, SecondLife.REVIVED, 10_000L, OTHERS, 30_000L);

  private static final int LINES_SHOWN = 6;

  private final Path home;
  private final boolean hold;
  private final Stage stage = new Stage();
  private final DemoReport report;

  private IncidentDemo(Path home, Path reportFile, boolean hold) {
    this.home = home;
    this.hold = hold;
    this.report = new DemoReport(reportFile, "incident");
  }

  /**
   * Runs the demonstration.
   *
   * @param args an empty directory to work in, the file of the report, and {@code hold} to leave
   *     broker and page running at the end
   */
  public static void main(String[] args) {
    IncidentDemo demo =
        new IncidentDemo(
            Path.of(args[0]), Path.of(args[1]), args.length > 2 && args[2].equals("hold"));
    System.exit(DemoReport.exit(demo.stage, demo.report, demo::run));
  }

  private void run() throws Exception {
    stage.say("Kleaner, shown on a real Kafka 4.3.1 broker on this machine.");
    stage.say(
        "A broker compacts its topics by one thread, the log cleaner. Here it dies of one record.");
    BrokerSpec spec = BrokerSpec.of(KafkaVersion.V4_3_1);
    try (BrokerJvm broker = BrokerJvm.format(home.resolve("broker"), spec)) {
      stage.begin("Start a broker with three compacted topics, and see it compact two of them");
      broker.start();
      try (Incidents incidents = new Incidents(broker);
          Pager pager = Pager.open(this::page)) {
        Verification topics = new Verification(broker, incidents, stage, report);
        Incidents.Culprit culprit = healthy(broker, incidents, topics);
        try (Sidecar sidecar = watch(broker, pager)) {
          Future<Boolean> secondLife = die(broker, incidents);
          notice(sidecar, pager, culprit);
          Optional<JsonNode> question = revive(sidecar, secondLife);
          meanwhile(broker, topics);
          isolate(broker, topics, sidecar, question);
          promises();
          compactOffline(broker);
          release(incidents, topics, sidecar);
          verify(topics);
          conclude(sidecar, broker);
        }
      }
      broker.stop();
    }
  }

  private Incidents.Culprit healthy(BrokerJvm broker, Incidents incidents, Verification topics)
      throws Exception {
    incidents.healthy(ORDERS);
    incidents.healthy(PAYMENTS);
    try (BrokerJmx jmx = BrokerJmx.of(broker)) {
      report.put("threadsBefore", jmx.cleanerThreads());
      stage.done(
          "thread %s is at work: %s clean up to offset %d, %s up to %d",
          jmx.cleanerThreads(), ORDERS, topics.cleanTo(ORDERS), PAYMENTS, topics.cleanTo(PAYMENTS));
    }
    // It may not have the third one yet: the sidecar is to be there when it happens.
    Incidents.Culprit culprit = incidents.plantBomb(POISONED);
    topics.offsets("before", TOPICS);
    return culprit;
  }

  private Sidecar watch(BrokerJvm broker, Pager pager) throws Exception {
    stage.begin("Start the sidecar beside it");
    Path config = home.resolve("kleaner.yaml");
    Files.writeString(
        config,
        """
        alerts:
          resolve.after.ms: 5000
          sinks:
            - type: webhook
              url: %s
        """
            .formatted(pager.url()));
    List<String> command =
        Sidecar.command(broker, home.resolve("state"), "--config-file", config.toString());
    stage.quote("$", "kleaner " + String.join(" ", command).replace(home.toString(), "DEMO"));
    Sidecar sidecar = Sidecar.start(command);
    stage.check(
        sidecar.awaitCleaner(PATIENCE),
        "it sees the cleaner, alive; its page is " + sidecar.url(),
        "it does not see the cleaner alive");
    return sidecar;
  }

  private Future<Boolean> die(BrokerJvm broker, Incidents incidents) throws Exception {
    stage.begin(
        "Let the cleaner have '%s': one record of 35 KB in it decompresses to 1.1 GB", POISONED);
    int from = broker.log().size();
    incidents.topics().cleanable(POISONED, true);
    String line = incidents.awaitLine(from, SecondLife::isDeath);
    stage.moment(DEATH);
    Future<Boolean> secondLife = SecondLife.watch(broker.log(), from, stage);
    stage.quote("broker:", line);
    stage.done("the cleaner is dead");
    return secondLife;
  }

  private void notice(Sidecar sidecar, Pager pager, Incidents.Culprit culprit) throws Exception {
    stage.begin("The sidecar notices, tells whoever is on call, and looks for the cause");
    Optional<JsonNode> alert =
        pager.await(each -> each.path("rule").asText().startsWith("Cleaner"), PATIENCE.toMillis());
    stage.check(alert.isPresent(), "the alert is there", "no alert came of the dead cleaner");
    Optional<JsonNode> found = await(sidecar, each -> kind(each, "CULPRIT_FOUND"));
    found.ifPresent(
        each ->
            stage.quote(
                "found:", each.path("subject").asText() + ": " + each.path("summary").asText()));
    String text = found.map(JsonNode::toString).orElse("");
    stage.moment("culprit named");
    stage.check(
        text.contains(POISONED + "-0")
            && text.contains("00000000000000000000")
            && text.contains("offset " + culprit.offset()),
        "partition, segment and offset are those of the record that was planted",
        "it did not find offset " + culprit.offset() + " of " + POISONED + "-0");
    report.put(
        "culprit",
        Map.of(
            "topic", culprit.topic(),
            "partition", culprit.partition(),
            "segment", culprit.segmentBaseOffset(),
            "offset", culprit.offset(),
            "found", found.map(each -> each.path("summary").asText()).orElse("")));
  }

  private Optional<JsonNode> revive(Sidecar sidecar, Future<Boolean> secondLife) throws Exception {
    stage.begin("It revives the cleaner, which dies of the same record again, and asks");
    stage.check(
        secondLife.get(),
        "by the broker's log a new thread has started, and has died as the one before",
        "the cleaner was not revived, or did not die again");
    Optional<JsonNode> asked =
        sidecar.await(
            "api/v1/remedies",
            each ->
                each.path("remedy").asText().equals("isolate")
                    && each.path("subject").asText().equals(POISONED)
                    && each.path("state").asText().equals("asked"),
            PATIENCE);
    stage.moment("isolation asked for");
    stage.check(asked.isPresent(), "it asks", "it never asked whether to isolate it");
    asked.ifPresent(each -> stage.quote("asks:", each.path("question").asText()));
    return asked;
  }

  /** The cleaner stays dead until someone answers. */
  private void meanwhile(BrokerJvm broker, Verification topics) throws Exception {
    stage.begin("Meanwhile whoever only produces and consumes notices nothing");
    try (BrokerJmx jmx = BrokerJmx.of(broker)) {
      // The broker's log tells of the death, and the thread ends a moment later.
      jmx.awaitCleanerThreads(Map::isEmpty);
      topics.whileDead(jmx.cleanerThreads(), HEALTHY);
    }
  }

  private void isolate(
      BrokerJvm broker, Verification topics, Sidecar sidecar, Optional<JsonNode> asked)
      throws Exception {
    if (asked.isEmpty()) {
      return;
    }
    stage.begin("Whoever is on call says yes (here: by the API, with the token)");
    Map<String, Long> clean = topics.cleanTo(HEALTHY);
    sidecar.post(
        "api/v1/remedies/" + asked.get().path("id").asText() + "/approve", "the demonstration");
    boolean moves =
        Stage.eventually(
            () ->
                topics.cleanTo(HEALTHY).entrySet().stream()
                    .allMatch(each -> each.getValue() > clean.get(each.getKey())));
    if (moves) {
      stage.moment(OTHERS);
    }
    try (BrokerJmx jmx = BrokerJmx.of(broker)) {
      // The lever is pulled and put back, each with new threads; a broker that stops meanwhile
      // would be in its way.
      boolean settled = Stage.eventually(() -> sidecar.isQuiet() && settled(jmx));
      Map<String, Long> threads = jmx.cleanerThreads();
      report.put("threadsAfter", threads);
      stage.check(
          moves && settled && !threads.isEmpty(),
          "thread " + threads + " is at work again; clean up to: " + topics.cleanTo(HEALTHY),
          "the other topics are not compacted");
    }
    topics.offsets("isolated", TOPICS);
  }

  private void promises() {
    stage.begin("Was it as fast as promised?");
    PROMISED.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(each -> stage.inTime(each.getKey(), DEATH, each.getValue()));
    report.put("promisedMs", PROMISED);
  }

  private void compactOffline(BrokerJvm broker) throws Exception {
    stage.begin("At a quiet hour: stop the broker, compact the poisoned partition, start it");
    broker.stop();
    Path partition = broker.logDir().resolve(POISONED + "-0");
    Kleaner.Run run = Kleaner.run("compact", partition.toString());
    stage.quote("$", "kleaner compact DEMO/broker/data/" + partition.getFileName());
    run.output()
        .lines()
        .limit(LINES_SHOWN)
        .forEach(line -> stage.say("       %s", line.replace(home.toString(), "DEMO")));
    stage.check(run.exit() == 0, "compacted, the record is gone", "compact: " + run.output());
    stage.moment("compacted offline");
    broker.start();
    stage.check(
        broker.log().skippedRecovery() && broker.log().complaints().isEmpty(),
        "the broker is back and finds nothing to repair",
        "the broker found fault: " + broker.log().complaints());
  }

  private void release(Incidents incidents, Verification topics, Sidecar sidecar) throws Exception {
    stage.begin("Let the cleaner have '%s' again", POISONED);
    stage.check(
        sidecar.awaitCleaner(PATIENCE),
        "the sidecar sees the cleaner again",
        "the sidecar lost the broker");
    // Before the release: its cleaner may be done with all there is before anything more is asked.
    long clean = topics.cleanTo(POISONED);
    // One remedy at a time: another one may be under way.
    boolean released =
        Stage.eventually(
            () -> {
              if (sidecar.isQuiet()) {
                sidecar.post("api/v1/partitions/" + POISONED + "-0/release", "the record is gone");
              }
              return sidecar
                  .await("api/v1/remedies", each -> ended(each, "release"), Duration.ofSeconds(3))
                  .isPresent();
            });
    stage.moment("poisoned topic released");
    stage.check(released, "the sidecar gives it its own settings back", "it was not released");
    incidents.writer().roll(POISONED, Incidents.KEYS);
    boolean moves = Stage.eventually(() -> topics.cleanTo(POISONED) > clean);
    stage.moment("poisoned topic compacts again");
    stage.check(
        moves,
        "the broker compacts it itself: clean up to offset " + topics.cleanTo(POISONED),
        "the broker does not compact it");
    topics.offsets("after", TOPICS);
  }

  private void verify(Verification topics) throws Exception {
    stage.begin("Read all three topics as a consumer and compare with what was written");
    topics.compare(TOPICS);
  }

  private void conclude(Sidecar sidecar, BrokerJvm broker) throws Exception {
    stage.say("");
    DemoReport.table(stage, DEATH);
    stage.say("");
    stage.say("Page: %s", sidecar.url());
    report.put("page", sidecar.url().toString());
    report.put("broker", broker.bootstrap());
    if (hold && stage.failures().isEmpty()) {
      stage.say("Broker, sidecar and page go on until you press Ctrl-C.");
      report.write(stage);
      new CountDownLatch(1).await();
    }
    stage.check(
        sidecar.stop(), "the sidecar has ended in order", "the sidecar did not end in order");
  }

  private void page(JsonNode alert) {
    stage.moment("alert " + alert.path("rule").asText() + " " + alert.path("event").asText());
    stage.quote(
        "pager:",
        alert.path("severity").asText()
            + " "
            + alert.path("event").asText()
            + " "
            + alert.path("rule").asText()
            + ": "
            + alert.path("summary").asText());
  }

  /** Whether the same cleaner threads have been there for a while. */
  private static boolean settled(BrokerJmx jmx) throws InterruptedException {
    Map<String, Long> before = jmx.cleanerThreads();
    TimeUnit.SECONDS.sleep(2);
    return !before.isEmpty() && before.equals(jmx.cleanerThreads());
  }

  private static boolean ended(JsonNode remedy, String label) {
    return remedy.path("remedy").asText().equals(label)
        && remedy.path("state").asText().equals("effective");
  }

  private static boolean kind(JsonNode incident, String kind) {
    return incident.path("kind").asText().equalsIgnoreCase(kind);
  }

  private static Optional<JsonNode> await(Sidecar sidecar, Predicate<JsonNode> wanted)
      throws IOException, InterruptedException {
    return sidecar.await("api/v1/incidents", wanted, PATIENCE);
  }
}
