// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.supervisor.broker.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Workers that die of an Error, asked for or real: seen, explained, replaced and told. */
class DeathTest {

  /** As the configuration has it when it says nothing. */
  private static final long HEARTBEAT_MS = 1_000;

  private static final int WORKERS = 4;

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource({
    "oom, OutOfMemoryError",
    "stackoverflow, StackOverflowError",
    "linkage, NoClassDefFoundError"
  })
  void error_ofEveryWorkerInTurn_isFoundExplainedReplacedAndTold(String fault, String error)
      throws Exception {
    ServiceHome home =
        new ServiceHome(temp).partitions("orders", 4).set("threads", WORKERS).flags("--chaos");
    try (ServiceProcess service = home.start()) {
      service.await("clean", () -> service.count("clean") == 4);
      long detectedMs = 0;
      long restartedMs = 0;
      for (int i = 0; i < WORKERS; i++) {
        String worker = "cleaner-" + i;
        long askedMs = System.currentTimeMillis();

        service.post("/api/v1/workers/" + worker + "/chaos?fault=" + fault);

        service.await("replaced", () -> of(service, "WORKER_RESTARTED", worker).size() == 1);
        JsonNode dead = of(service, "WORKER_DEAD", worker).get(0);
        assertThat(dead.path("evidence").asText()).contains(error, "  at ");
        assertThat(dead.path("nextStep").asText()).isNotEmpty();
        detectedMs = Math.max(detectedMs, dead.path("atMs").asLong() - askedMs);
        JsonNode restarted = of(service, "WORKER_RESTARTED", worker).get(0);
        restartedMs =
            Math.max(restartedMs, restarted.path("atMs").asLong() - dead.path("atMs").asLong());
      }
      assertThat(service.isFiring("WorkerDead")).isTrue();
      home.partitions("later", 8);
      service.await("work goes on", () -> service.count("clean") == 12);
      assertThat(service.workers())
          .noneMatch(worker -> worker.path("state").asText().equals("dead"));
      Figures.note(
          "detection of a death (" + error + "), the slowest of " + WORKERS,
          2 * HEARTBEAT_MS + " ms",
          detectedMs + " ms");
      Figures.note(
          "restart after it was seen (" + error + "), the slowest of " + WORKERS,
          "1000 ms",
          restartedMs + " ms");
    }
  }

  private static List<JsonNode> of(ServiceProcess service, String kind, String worker)
      throws IOException, InterruptedException {
    return service.incidents(kind).stream()
        .filter(each -> each.path("subject").asText().equals(worker))
        .toList();
  }

  @Test
  void interrupts_inAStorm_endNobodyAndBlameNoPartition() throws Exception {
    ServiceHome home =
        new ServiceHome(temp).partitions("first", 3).set("threads", 2).flags("--chaos");
    try (ServiceProcess service = home.start()) {
      for (int round = 0; round < 10; round++) {
        home.partitions("round" + round, 3);
        for (int i = 0; i < 20; i++) {
          service.post("/api/v1/workers/cleaner-" + i % 2 + "/chaos?fault=interrupt");
          service.post("/api/v1/workers/scout-0/chaos?fault=interrupt");
        }
      }

      service.await("all clean", () -> service.count("clean") == 33);

      assertThat(service.incidents("PARTITION_QUARANTINED")).isEmpty();
      assertThat(service.incidents("WORKER_DEAD")).isEmpty();
      assertThat(service.status().path("failedTicks").asInt()).isZero();
    }
  }

  /** A heap that is full for a while strikes whoever asks for memory, the supervisor too. */
  @Test
  void heap_isFullForAWhile_whoDiedOfItIsReplacedAndEverythingGetsClean() throws Exception {
    ServiceHome home =
        new ServiceHome(temp)
            .partitions("orders", 20)
            .set("threads", 4)
            .set("failure.backoff.ms", 200)
            .set("quarantine.retry.ms", 500)
            .set("memory", "8m")
            .jvm("-Xmx64m", "-D" + HeapHog.TRIGGER + "=" + temp.resolve("fill-the-heap"))
            .main(HeapHog.class);
    try (ServiceProcess service = home.start()) {
      service.await("clean", () -> service.count("clean") == 20);

      Files.createFile(temp.resolve("fill-the-heap"));
      home.partitions("later", 20);
      service.await(
          "the heap is free again", () -> Files.exists(temp.resolve("fill-the-heap.done")));

      service.await("all clean", () -> service.count("clean") == 40);
      assertThat(service.incidents("WORKER_DEAD"))
          .anyMatch(dead -> dead.path("evidence").asText().contains("OutOfMemoryError"));
      assertThat(service.statusOf("/healthz")).isEqualTo(200);
      service.await(
          "all workers live",
          () ->
              service.workers().stream()
                  .noneMatch(worker -> worker.path("state").asText().equals("dead")));
    }
  }

  /** A codec's library that is not there is met by whoever cleans the first batch that needs it. */
  @Test
  void classPath_lacksACodec_itsPartitionsAreLeftAloneAndAllOthersAreCleaned() throws Exception {
    ServiceHome home =
        new ServiceHome(temp)
            .partitions("orders", 9)
            .set("failure.backoff.ms", 200)
            .classPath(
                Arrays.stream(ChildJvm.ownClassPath().split(File.pathSeparator))
                    .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("zstd"))
                    .collect(Collectors.joining(File.pathSeparator)));
    home.put(zstd(temp.resolve("zstd")), "packed-0");
    try (ServiceProcess service = home.start()) {
      service.await("others clean", () -> service.count("clean") == 9);
      service.await("left alone", () -> service.count("quarantined") == 1);

      assertThat(service.incidents("WORKER_DEAD").get(0).path("evidence").asText())
          .contains("NoClassDefFoundError", "packed-0");
      assertThat(service.incidents("WORKER_RESTARTED")).isNotEmpty();
      assertThat(service.partition("packed-0").orElseThrow().path("reason").asText())
          .contains("NoClassDefFoundError");
    }
  }

  private static Path zstd(Path dir) throws Exception {
    try (ScriptedLog log = ScriptedLog.in(Files.createDirectories(dir), Map.of())) {
      log.codec("zstd");
      for (int segment = 0; segment < 3; segment++) {
        for (int i = 0; i < 20; i++) {
          log.batch(
              new String[] {"key-" + i % 10, "only-" + segment + "-" + i}, new String[] {"a", "b"});
        }
        log.roll();
      }
      log.put("active", "1");
    }
    return ScriptedLog.partition(dir);
  }
}
