// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.demo.Sidecar;
import io.kleaner.supervisor.judge.broker.Isolation;
import io.kleaner.supervisor.remedy.broker.RemedyLab;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code kleaner compact-now} against a real broker, whose topics are never dirty enough. */
@Tag("full")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class CompactNowTest {

  private static final Map<String, String> LAZY =
      Map.of("min.cleanable.dirty.ratio", "1.0", "file.delete.delay.ms", "1000");

  private RemedyLab lab;
  private Path key;
  private Path temp;
  private Path state;
  private int runs;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    temp = dir;
    lab = RemedyLab.start(temp, BrokerSpec.of(KafkaVersion.V4_3_1));
    key = Files.writeString(temp.resolve("key"), "key-7");
  }

  @AfterAll
  void stop() throws Exception {
    lab.close();
  }

  @BeforeEach
  void freshState() {
    state = temp.resolve("compact-now-" + runs++);
  }

  @Test
  void compactNow_sealedSegments_areCompactedAndSettingsAreBack() throws Exception {
    lab.topic("sealed", 1, LAZY);
    lab.write("sealed", 5_000, 1_000);
    Map<String, String> before = settings("sealed");

    Cli.Run run = compactNow("--json", "sealed");

    assertThat(run.exit()).as(run.all()).isZero();
    JsonNode partition = run.json().get("partitions").get(0);
    assertThat(partition.get("status").asText()).isEqualTo("compacted-to-active");
    assertThat(partition.get("oldEndOffset").asLong()).isEqualTo(5_000);
    assertThat(partition.get("cleanedToOffset").asLong())
        .isEqualTo(lab.cleanedTo("sealed").orElse(-1));
    assertThat(run.json().get("bytesReclaimed").asLong()).isGreaterThan(2_000_000);
    assertThat(settings("sealed")).isEqualTo(before);
  }

  @Test
  @Tag("full")
  void compactNow_rollOnBusyPartition_passesTheOldLogEndAndProvesErasure() throws Exception {
    lab.topic("busy", 1, LAZY);
    lab.write("busy", 5_000, 1_000);
    lab.writeTombstone("busy", "key-7");
    Map<String, String> before = settings("busy");

    Cli.Run run;
    try (Traffic traffic = new Traffic("busy")) {
      assertThat(traffic).isNotNull();
      run = compactNow("--json", "--roll", "--prove-erased", key, "busy");
    }

    assertThat(run.exit()).as(run.all()).isZero();
    JsonNode partition = run.json().get("partitions").get(0);
    assertThat(partition.get("status").asText()).isEqualTo("compacted");
    assertThat(partition.get("cleanedToOffset").asLong()).isGreaterThanOrEqualTo(5_001);
    JsonNode proof = run.json().get("proofs").get(0);
    assertThat(proof.get("proven").asBoolean()).as(run.all()).isTrue();
    assertThat(proof.get("newestHasValue").asBoolean()).isFalse();
    assertThat(proof.get("readFromOffset").asLong()).isZero();
    assertThat(proof.get("readEndOffset").asLong()).isGreaterThan(5_000);
    assertThat(settings("busy")).isEqualTo(before);
  }

  @Test
  @Tag("full")
  void compactNow_rollOnIdlePartition_saysSoAndWritesNothing() throws Exception {
    lab.topic("idle", 1, LAZY);
    lab.write("idle", 5_000, 1_000);
    Map<String, String> before = settings("idle");

    Cli.Run run = compactNow("--json", "--roll", "--idle", "2s", "--prove-erased", key, "idle");

    assertThat(run.exit()).as(run.all()).isEqualTo(ExitCode.FINDINGS.number());
    JsonNode partition = run.json().get("partitions").get(0);
    assertThat(partition.get("status").asText()).isEqualTo("not-rolled");
    assertThat(partition.get("reason").asText()).contains("only on an append");
    assertThat(lab.cleanedTo("idle").orElse(0)).isPositive();
    assertThat(lab.end("idle")).isEqualTo(5_000);
    JsonNode proof = run.json().get("proofs").get(0);
    assertThat(proof.get("proven").asBoolean()).isFalse();
    assertThat(proof.get("earlierValues").asLong()).isPositive();
    assertThat(proof.get("verdict").asText()).startsWith("NOT ERASED");
    assertThat(settings("idle")).isEqualTo(before);
  }

  @Test
  @Tag("full")
  void compactNow_deadline_givesUpWithTheReasonAndSettingsAreBack() throws Exception {
    lab.topic("pinned", 1, LAZY);
    Map<String, String> before = settings("pinned");
    try (AutoCloseable open = lab.openTransaction("pinned")) {
      lab.write("pinned", 5_000, 1_000);

      // A JVM that begins may take seconds of it until it has lowered the topic and first looks.
      Cli.Run run = compactNow("--deadline", "10s", "pinned");

      assertThat(open).isNotNull();
      assertThat(run.exit()).as(run.all()).isEqualTo(ExitCode.FINDINGS.number());
      assertThat(run.out()).contains("gave-up", "transaction that is open since offset 0");
      assertThat(run.err()).as("told while it goes on").contains("pinned-0 is pinned at offset 0");
      assertThat(settings("pinned")).isEqualTo(before);
    }
  }

  @Test
  @Tag("full")
  void compactNow_interrupted_settingsAreBack() throws Exception {
    lab.topic("stopped", 1, LAZY);
    Map<String, String> before = settings("stopped");
    try (AutoCloseable open = lab.openTransaction("stopped")) {
      lab.write("stopped", 5_000, 1_000);
      assertThat(open).isNotNull();
      Interrupts interrupts = new Interrupts();
      StringWriter text = new StringWriter();
      ExecutorService runner = Executors.newSingleThreadExecutor();
      try {
        Future<Integer> exit =
            runner.submit(
                () ->
                    Main.run(
                        new Terminal(new PrintWriter(text), new PrintWriter(text), false),
                        interrupts,
                        new LocalFileSystem(),
                        arguments("stopped")));
        lab.await("it lowers the ratio", () -> settings("stopped").containsValue("0.0"));
        interrupts.token().cancel();

        assertThat(exit.get()).as(text.toString()).isEqualTo(ExitCode.INTERRUPTED.number());
      } finally {
        runner.shutdown();
      }
      assertThat(settings("stopped")).isEqualTo(before);
    }
  }

  @Test
  @Tag("full")
  void compactNow_oneOfTwoTopicsIsDone_itsSettingsAreBackWhileTheOtherIsWaitedFor()
      throws Exception {
    lab.topic("quick", 1, LAZY);
    lab.topic("slow", 1, LAZY);
    lab.write("quick", 5_000, 1_000);
    Map<String, String> before = settings("quick");
    try (AutoCloseable open = lab.openTransaction("slow")) {
      lab.write("slow", 5_000, 1_000);
      assertThat(open).isNotNull();
      Interrupts interrupts = new Interrupts();
      StringWriter text = new StringWriter();
      ExecutorService runner = Executors.newSingleThreadExecutor();
      try {
        Future<Integer> exit =
            runner.submit(
                () ->
                    Main.run(
                        new Terminal(new PrintWriter(text), new PrintWriter(text), false),
                        interrupts,
                        new LocalFileSystem(),
                        arguments("quick", "slow")));
        lab.await("both are lowered", () -> settings("slow").containsValue("0.0"));
        lab.await("one is done", () -> settings("quick").equals(before));
        assertThat(settings("slow")).containsValue("0.0");
        interrupts.token().cancel();

        assertThat(exit.get()).as(text.toString()).isEqualTo(ExitCode.INTERRUPTED.number());
      } finally {
        runner.shutdown();
      }
    }
  }

  @Test
  @Tag("full")
  void compactNow_topicIsIsolatedMeanwhile_givesWayAndAReleaseGivesBackWhatWasThere()
      throws Exception {
    lab.topic("poisonous", 1, Map.of("min.cleanable.dirty.ratio", "0.9"));
    Map<String, String> before = settings("poisonous");
    try (AutoCloseable open = lab.openTransaction("poisonous")) {
      lab.write("poisonous", 5_000, 1_000);
      assertThat(open).isNotNull();
      ExecutorService runner = Executors.newSingleThreadExecutor();
      Cli.Run run;
      try {
        Future<Cli.Run> ending = runner.submit(() -> compactNow("--roll", "--json", "poisonous"));
        lab.await("it lowers the ratio", () -> settings("poisonous").containsValue("0.0"));

        lab.isolation().isolate("poisonous", false);

        run = ending.get();
      } finally {
        runner.shutdown();
      }
      assertThat(run.exit()).as(run.all()).isEqualTo(ExitCode.FINDINGS.number());
      JsonNode partition = run.json().get("partitions").get(0);
      assertThat(partition.get("status").asText()).isEqualTo("gave-up");
      assertThat(partition.get("reason").asText()).contains("isolated meanwhile");
      assertThat(run.err()).contains("poisonous is being isolated");
      assertThat(run.json().get("settings").findValuesAsText("ending")).containsOnly("restored");
      assertThat(settings("poisonous")).containsAllEntriesOf(Isolation.SETTINGS);
      assertThat(lab.isolation().isIsolated("poisonous")).isTrue();
    }

    lab.isolation().release("poisonous");

    assertThat(settings("poisonous")).isEqualTo(before);
  }

  /** Has one killed in the middle. */
  private void killWhileItWaits(String topic) throws Exception {
    try (AutoCloseable open = lab.openTransaction(topic)) {
      lab.write(topic, 5_000, 1_000);
      assertThat(open).isNotNull();
      Process killed = process(arguments(topic));
      lab.await("it lowers the ratio", () -> settings(topic).containsValue("0.0"));
      killed.destroyForcibly().waitFor();
    }
  }

  @Test
  @Tag("full")
  void compactNow_wasKilled_theSidecarThatSharesItsDirectoryTakesItBack() throws Exception {
    lab.topic("orphaned", 1, LAZY);
    Map<String, String> before = settings("orphaned");
    try (Sidecar sidecar = Sidecar.start(Sidecar.command(lab.broker(), state))) {
      killWhileItWaits("orphaned");

      lab.await("it is taken back", () -> settings("orphaned").equals(before));

      lab.await(
          "it is told",
          () ->
              sidecar
                  .get("/api/v1/incidents")
                  .toString()
                  .contains("topic orphaned is '1.0' again"));
    }
  }

  @Test
  @Tag("full")
  void compactNow_afterOneThatWasKilled_takesBackWhatThatLeft() throws Exception {
    lab.topic("left", 1, LAZY);
    lab.topic("other", 1, LAZY);
    Map<String, String> before = settings("left");
    killWhileItWaits("left");
    assertThat(settings("left")).isNotEqualTo(before);

    Cli.Run run = compactNow("other");

    assertThat(run.err()).contains("from an earlier run", "topic left is '1.0' again");
    assertThat(settings("left")).isEqualTo(before);
  }

  @Test
  @Tag("full")
  void compactNow_whatMustNotBeCompacted_isRefused() throws Exception {
    lab.topic("deleted", 1, Map.of("cleanup.policy", "delete"));
    lab.topic(
        "isolated",
        1,
        Map.of(
            "min.cleanable.dirty.ratio",
            "1.0",
            "max.compaction.lag.ms",
            Long.toString(Long.MAX_VALUE)));

    Cli.Run run = compactNow("deleted", "isolated", "missing");

    assertThat(run.exit()).as(run.all()).isEqualTo(ExitCode.REFUSED.number());
    assertThat(run.err())
        .contains(
            "deleted was left alone: its cleanup.policy is delete",
            "isolated was left alone: it is isolated",
            "missing was left alone: there is no such topic");
  }

  private Cli.Run compactNow(Object... more) {
    return Cli.run((Object[]) arguments(more));
  }

  private String[] arguments(Object... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "compact-now",
                "--bootstrap-server",
                lab.broker().bootstrap(),
                "--log-dir",
                lab.broker().logDir().toString(),
                "--state-dir",
                state.toString()));
    Arrays.stream(more).map(String::valueOf).forEach(all::add);
    return all.toArray(String[]::new);
  }

  private static Process process(String[] arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(Main.class.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** What is set on the topic itself. */
  private Map<String, String> settings(String topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Map<String, String> own = new TreeMap<>();
    for (ConfigEntry each :
        lab.admin().describeConfigs(List.of(resource)).all().get().get(resource).entries()) {
      if (each.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG) {
        own.put(each.name(), each.value());
      }
    }
    return own;
  }

  /** Appends a record now and then, as clients of a busy topic do. */
  private final class Traffic implements AutoCloseable {
    private final AtomicBoolean ending = new AtomicBoolean();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<?> work;

    Traffic(String topic) {
      work =
          thread.submit(
              () -> {
                while (!ending.get()) {
                  lab.writeOther(topic);
                }
                return null;
              });
    }

    @Override
    public void close() {
      ending.set(true);
      thread.shutdown();
      try {
        work.get();
      } catch (InterruptedException | ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
