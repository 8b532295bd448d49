// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.supervisor.broker.BrokerJmx;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.demo.Sidecar;
import io.kleaner.supervisor.remedy.broker.LeftOverride;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A {@code kleaner watch} in a process of its own is killed between a setting that it made and the
 * end of what it made it for; the next one beside the same broker ends it.
 */
@Tag("full")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledSidecarTest {

  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final ConfigResource BROKER = new ConfigResource(ConfigResource.Type.BROKER, "1");
  private static final String THREADS = "log.cleaner.threads";
  private static final String BUFFER = "log.cleaner.dedupe.buffer.size";
  private static final String RATIO = "min.cleanable.dirty.ratio";
  private static final String MAX_LAG = "max.compaction.lag.ms";
  private static final String NEVER = String.valueOf(Long.MAX_VALUE);
  private static final String POISONED = "poisoned";
  private static final Set<String> ENDED = Set.of("effective", "failed", "refused");

  /** A kill can come too late: a setting is there for a tenth of a second. */
  private static final int ATTEMPTS = 20;

  /** An operator's own, with room for fewer than {@link #RECORDS} keys, and for more than half. */
  private static final String SMALL = "1100000";

  private static final String LARGER = "2200000";
  private static final int RECORDS = 60_000;
  private static final int VALUE_BYTES = 100;

  private BrokerJvm broker;
  private Incidents incidents;
  private BrokerJmx jmx;
  private Admin admin;
  private Path temp;
  private Path state;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    temp = dir;
    broker =
        BrokerJvm.format(dir.resolve("broker"), BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(400));
    broker.start();
    incidents = new Incidents(broker);
    jmx = BrokerJmx.of(broker);
    admin = incidents.admin();
  }

  @AfterAll
  void stop() throws Exception {
    try {
      assertThat(ofBroker()).as("nothing is left").isEmpty();
    } finally {
      admin.close();
      jmx.close();
      incidents.close();
      broker.close();
    }
  }

  @BeforeEach
  void freshState(TestInfo test) throws Exception {
    state = Files.createDirectories(temp.resolve(test.getTestMethod().orElseThrow().getName()));
  }

  private Sidecar watch(String... more) throws Exception {
    return Sidecar.start(Sidecar.command(broker, state, more));
  }

  @Test
  void killedBetweenSettingAndRemoving_theNextRunTakesItBack() throws Exception {
    killWhileItRevives();
    assertThat(LeftOverride.isOpen(state)).as("it is in the journal").isTrue();

    try (Sidecar next = watch()) {
      assertThat(
              next.await(
                  "/api/v1/incidents",
                  each -> each.toString().contains("not set there again"),
                  PATIENCE))
          .as(next.get("/api/v1/incidents").toPrettyString())
          .isPresent();
      assertThat(ofBroker()).isEmpty();
      assertThat(next.awaitStatus(status -> jmx.cleanerThreads().size() == 1, PATIENCE)).isTrue();
      assertThat(next.stop()).isTrue();
    }
    assertThat(LeftOverride.isOpen(state)).as("nothing is left").isFalse();
  }

  /** Has the cleaner revived by hand, again and again until the kill meets it in the middle. */
  private void killWhileItRevives() throws Exception {
    for (int i = 0; i < ATTEMPTS; i++) {
      try (Sidecar sidecar = watch()) {
        awaitIdle(sidecar);
        sidecar.post("/api/v1/broker/revive", "a test");
        awaitAtOnce(sidecar, () -> ofBroker().containsKey(THREADS) || hasEnded(sidecar, "revive"));
        sidecar.kill();
      }
      if (ofBroker().containsKey(THREADS)) {
        return;
      }
    }
    throw new AssertionError("the kill came too late " + ATTEMPTS + " times");
  }

  /**
   * An operator's {@code min.cleanable.dirty.ratio=0.0} looks like a compaction on demand, for
   * which an isolation makes one of its two settings and waits seconds before the other one.
   */
  @Test
  void killedBetweenTheSettingsOfAnAutomaticIsolation_theNextRunCompletesItWithoutAsking()
      throws Exception {
    incidents.healthy("orders");
    incidents.plantBomb(POISONED);
    incidents.topics().set(POISONED, MAX_LAG, "86400000");
    Map<String, String> own = new HashMap<>(incidents.topics().own(POISONED));
    own.put(RATIO, "0.0");
    try (Sidecar first = watch("--remedy", "isolate=auto")) {
      awaitIdle(first);
      incidents.topics().set(POISONED, RATIO, "0.0");
      awaitAtOnce(first, () -> incidents.topics().own(POISONED).get(MAX_LAG).equals(NEVER));
      first.kill();
    }
    assertThat(incidents.topics().own(POISONED))
        .as("half of it is done")
        .containsEntry(RATIO, "0.0")
        .containsEntry(MAX_LAG, NEVER);
    assertThat(LeftOverride.isOpen(state)).as("it is in the journal").isTrue();
    // The broker's log tells of the death, and the thread ends a moment later.
    jmx.awaitCleanerThreads(Map::isEmpty);
    assertThat(jmx.cleanerThreads()).isEmpty();
    // The operator goes on too, and nothing looks like a compaction on demand any more.
    incidents.topics().set(POISONED, RATIO, "0.02");
    own.put(RATIO, "0.02");

    try (Sidecar next = watch("--remedy", "isolate=auto")) {
      awaitEffective(next, "isolate");
      assertThat(incidents.topics().own(POISONED))
          .containsEntry(RATIO, "1.0")
          .containsEntry(MAX_LAG, NEVER);
      awaitEffective(next, "revive");
      incidents.letItClean("orders");
      awaitIdle(next);
      assertThat(next.get("/api/v1/status").path("isolatedTopics"))
          .extracting(JsonNode::asText)
          .containsExactly(POISONED);
      assertThat(kinds(next)).doesNotContain("REMEDY_ASKED", "REMEDY_ANSWERED");
      ofKafkasOwnTopicIsAskedAllTheSame(next);
      // So that its release kills nobody: an operator has cured it.
      incidents.topics().set(POISONED, "cleanup.policy", "delete");
      release(next, POISONED + "-0");
      assertThat(next.stop()).isTrue();
    }
    own.put("cleanup.policy", "delete");
    assertThat(incidents.topics().own(POISONED)).as("the operator's").isEqualTo(own);
    assertThat(LeftOverride.isOpen(state)).as("nothing is left").isFalse();
  }

  private void ofKafkasOwnTopicIsAskedAllTheSame(Sidecar sidecar) throws Exception {
    incidents.killByBombInOffsets();
    jmx.awaitCleanerThreads(Map::isEmpty);
    Map<String, String> own = incidents.topics().own(Incidents.OFFSETS);

    Optional<JsonNode> asked =
        sidecar.await(
            "/api/v1/remedies",
            each -> each.path("subject").asText().equals(Incidents.OFFSETS),
            PATIENCE);

    assertThat(asked).as(sidecar.get("/api/v1/incidents").toPrettyString()).isPresent();
    assertThat(asked.get().path("remedy").asText()).isEqualTo("isolate");
    assertThat(asked.get().path("state").asText()).isEqualTo("asked");
    assertThat(asked.get().path("question").asText()).contains("Kafka itself lives by this topic");
    assertThat(incidents.topics().own(Incidents.OFFSETS)).as("nothing is done").isEqualTo(own);
    assertThat(jmx.cleanerThreads()).as("nor is it revived to die again").isEmpty();
    // An operator takes the topic from it, and does not wait until that is seen.
    incidents.topics().set(Incidents.OFFSETS, "cleanup.policy", "delete");
    sidecar.post("/api/v1/broker/revive", "a test");
    assertThat(sidecar.awaitStatus(status -> jmx.cleanerThreads().size() == 1, PATIENCE)).isTrue();
    awaitIdle(sidecar);
  }

  @Test
  void
      killedBeforeItSawThatAResizedCleanerLives_theNextRunSeesThatAndAReleaseGivesBackTheOperators()
          throws Exception {
    incidents.topics().setBroker(1, BUFFER, SMALL);
    killWhileItResizes();
    assertThat(ofBroker()).containsExactly(Map.entry(BUFFER, LARGER));

    try (Sidecar next = watch()) {
      assertThat(
              next.await(
                  "/api/v1/incidents",
                  each -> each.toString().contains(BUFFER + "=" + LARGER + " stays on broker 1"),
                  PATIENCE))
          .as(next.get("/api/v1/incidents").toPrettyString())
          .isPresent();
      assertThat(ofBroker()).containsExactly(Map.entry(BUFFER, LARGER));
      release(next, "broker 1");
      assertThat(ofBroker()).containsExactly(Map.entry(BUFFER, SMALL));
      assertThat(jmx.cleanerThreads()).hasSize(1);
      assertThat(next.stop()).isTrue();
    }
    assertThat(LeftOverride.isOpen(state)).as("nothing is left").isFalse();
    incidents.topics().deleteBroker(1, BUFFER);
  }

  /** The kill has to come before the new thread has lived for a second and a half. */
  private void killWhileItResizes() throws Exception {
    for (int i = 0; i < ATTEMPTS; i++) {
      String topic = "wide-" + i;
      incidents.topics().createCompacted(topic);
      incidents.topics().cleanable(topic, false);
      incidents.writer().bulk(topic, RECORDS, RECORDS, VALUE_BYTES);
      try (Sidecar sidecar = watch("--remedy", "resize=auto")) {
        awaitIdle(sidecar);
        // After one full map the rest is not dirty enough: the last clean stays the full one.
        incidents.topics().set(topic, RATIO, "0.5");
        awaitAtOnce(
            sidecar, () -> LARGER.equals(ofBroker().get(BUFFER)) || hasEnded(sidecar, "resize"));
        sidecar.kill();
      }
      if (LeftOverride.isUnverified(state)) {
        return;
      }
      if (!LARGER.equals(ofBroker().get(BUFFER))) {
        // It came to nothing: there is nothing to release either.
        continue;
      }
      try (Sidecar sidecar = watch()) {
        awaitIdle(sidecar);
        release(sidecar, "broker 1");
      }
    }
    throw new AssertionError("the kill came too late " + ATTEMPTS + " times");
  }

  private static void awaitIdle(Sidecar sidecar) throws Exception {
    assertThat(
            sidecar.await(
                "/api/v1/workers", each -> each.path("state").asText().equals("idle"), PATIENCE))
        .isPresent();
  }

  /** What was left open is told before the first look, which says whose it is. */
  private static void release(Sidecar sidecar, String target) throws Exception {
    assertThat(sidecar.awaitStatus(each -> each.at("/broker/nodeId").asInt() == 1, PATIENCE))
        .isTrue();
    sidecar.post("/api/v1/partitions/" + target.replace(" ", "%20") + "/release", "a test");
    awaitEffective(sidecar, "release");
  }

  /** Without a pause between two looks, for what is there for a moment. */
  private static void awaitAtOnce(Sidecar sidecar, Callable<Boolean> condition) throws Exception {
    long endNs = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime() - endNs)
          .as(sidecar.get("/api/v1/incidents").toPrettyString())
          .isNegative();
    }
  }

  private static void awaitEffective(Sidecar sidecar, String remedy) throws Exception {
    assertThat(effective(sidecar, remedy, PATIENCE))
        .as(sidecar.get("/api/v1/incidents").toPrettyString())
        .isPresent();
  }

  private static Optional<JsonNode> effective(Sidecar sidecar, String remedy, Duration atMost)
      throws Exception {
    return sidecar.await(
        "/api/v1/remedies",
        each ->
            each.path("remedy").asText().equals(remedy)
                && each.path("state").asText().equals("effective"),
        atMost);
  }

  /** Whether one was carried out, whatever came of it. */
  private static boolean hasEnded(Sidecar sidecar, String remedy) throws Exception {
    return sidecar
        .await(
            "/api/v1/remedies",
            each ->
                each.path("remedy").asText().equals(remedy)
                    && ENDED.contains(each.path("state").asText()),
            Duration.ZERO)
        .isPresent();
  }

  private static List<String> kinds(Sidecar sidecar) throws Exception {
    List<String> all = new ArrayList<>();
    sidecar.get("/api/v1/incidents").path("items").forEach(e -> all.add(e.path("kind").asText()));
    return all;
  }

  /** What is set on the broker itself now; in no more time than the broker takes to tell. */
  private Map<String, String> ofBroker() throws Exception {
    return admin.describeConfigs(List.of(BROKER)).all().get().get(BROKER).entries().stream()
        .filter(each -> each.source() == ConfigEntry.ConfigSource.DYNAMIC_BROKER_CONFIG)
        .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
  }
}
