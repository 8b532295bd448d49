// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.broker.Kleaner;
import io.kleaner.supervisor.cli.Tree;
import io.kleaner.supervisor.demo.Sidecar;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole {@code kleaner watch} leaves no trace in the directory of a real broker that is at rest:
 * it writes its checkpoints once an hour, its metadata elsewhere, and its cleaner is dead. So
 * whatever changes there, files that come and go included, was changed by the sidecar.
 */
@Tag("full")
class UntouchedLogDirTest {

  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final String HOUR_MS = "3600000";
  private static final Map<String, String> AT_REST =
      Map.of(
          // What a clean replaced would be taken away a minute after it.
          "log.segment.delete.delay.ms", HOUR_MS,
          "log.dirs", "{home}/data",
          "metadata.log.dir", "{home}/metadata",
          "replica.high.watermark.checkpoint.interval.ms", HOUR_MS,
          "log.flush.offset.checkpoint.interval.ms", HOUR_MS,
          "log.flush.start.offset.checkpoint.interval.ms", HOUR_MS,
          "log.retention.check.interval.ms", HOUR_MS);

  @TempDir private Path temp;

  @Test
  void watch_remediesAsked_readsAheadSearchesAsksAndExplainsWithoutATraceInTheLogDirectory()
      throws Exception {
    try (BrokerJvm broker =
        BrokerJvm.format(
            temp.resolve("broker"),
            BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(400).with(AT_REST))) {
      broker.start();
      try (Incidents incidents = new Incidents(broker)) {
        incidents.healthy("orders");
        incidents.killByBomb("poisoned");
      }
      Map<String, String> before = atRest(broker.logDir());

      try (Sidecar sidecar =
          Sidecar.start(Sidecar.command(broker, temp.resolve("state"), "--remedy", "revive=ask"))) {
        doesAllItsWork(sidecar);
        assertThat(Kleaner.run("explain", "poisoned", "--log-dir", broker.logDir().toString()))
            .extracting(Kleaner.Run::output)
            .asString()
            .contains("poisoned-0");
        assertThat(sidecar.stop()).isTrue();
      }

      assertThat(Tree.withDirectoryTimes(broker.logDir())).isEqualTo(before);
    }
  }

  /** As it is when nothing has changed for a while: what was rolled is flushed a moment later. */
  private static Map<String, String> atRest(Path dir) throws Exception {
    long endNs = System.nanoTime() + PATIENCE.toNanos();
    Map<String, String> now = Tree.withDirectoryTimes(dir);
    Map<String, String> before;
    do {
      assertThat(System.nanoTime()).as("it never rests: %s", now).isLessThan(endNs);
      before = now;
      TimeUnit.SECONDS.sleep(1);
      now = Tree.withDirectoryTimes(dir);
    } while (!now.equals(before));
    return now;
  }

  /** Its death is told, its files are read ahead, searched and sampled, and somebody is asked. */
  private static void doesAllItsWork(Sidecar sidecar) throws Exception {
    has(sidecar, "alerts", each -> is(each, "rule", "CleanerDead"));
    has(sidecar, "alerts", each -> is(each, "rule", "BombAhead"));
    has(sidecar, "incidents", each -> is(each, "kind", "CULPRIT_FOUND"));
    has(sidecar, "partitions", each -> each.path("reclaimableBytesEstimate").asLong(-1) >= 0);
    String asked =
        has(sidecar, "remedies", each -> is(each, "remedy", "revive") && is(each, "state", "asked"))
            .path("id")
            .asText();
    sidecar.post("/api/v1/remedies/" + asked + "/decline", "a test");
    has(sidecar, "remedies", each -> is(each, "id", asked) && is(each, "state", "declined"));
  }

  private static boolean is(JsonNode item, String field, String text) {
    return item.path(field).asText().equals(text);
  }

  private static JsonNode has(Sidecar sidecar, String list, Predicate<JsonNode> wanted)
      throws Exception {
    return sidecar
        .await("/api/v1/" + list, wanted, PATIENCE)
        .orElseThrow(() -> new AssertionError("no such of " + list + ": " + said(sidecar, list)));
  }

  private static String said(Sidecar sidecar, String list) {
    try {
      return sidecar.get("/api/v1/" + list).toPrettyString();
    } catch (Exception e) {
      return e.toString();
    }
  }
}
