// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory with two thousand partitions: all are served, and watching them costs little. */
@Tag("full")
class ManyPartitionsTest {

  private static final int PARTITIONS = 2_000;
  private static final int PAGE = 300;
  private static final int SETTLE_MS = 10_000;
  private static final int WATCHED_MS = 20_000;
  private static final double GOAL_PERCENT = 1.0;

  /** A guard against much worse in the first half minute, of which little is compiled. */
  private static final double MOST_BEGINNING_PERCENT = 3.0;

  private static final long LAG_LIMIT_MS = 5_000;

  private static final String FIRST_SEGMENT = "00000000000000000000.";

  /** As much of its name as the kernel keeps. */
  private static final String SUPERVISOR = "kleaner-supervi";

  @TempDir private Path temp;

  @Test
  void serve_twoThousandPartitions_allAreCleanedAndWatchingThemCostsLittle() throws Exception {
    ServiceHome home =
        new ServiceHome(temp).set("threads", 2).set("scan.interval.ms", 15_000).jvmAsLaunched();
    Path model = model(temp.resolve("small"), 1);
    List<Path> partitions = new ArrayList<>();
    for (int i = 0; i < PARTITIONS; i++) {
      partitions.add(home.partition("many-" + i));
      Files.createDirectory(partitions.get(i));
      link(model, partitions.get(i));
    }
    long startNanos = System.nanoTime();
    try (ServiceProcess service = home.start()) {
      service.await(
          "all are listed", () -> service.status().path("partitions").asInt() == PARTITIONS);
      Assumptions.assumeTrue(ThreadTimes.areKnown(), "there is no /proc here");
      ThreadTimes beginning = ThreadTimes.of(service.pid());
      service.await("all are clean", () -> service.count("clean") == PARTITIONS);
      double beginningPercent = ThreadTimes.of(service.pid()).percentSince(beginning, SUPERVISOR);
      long cleanedMs = (System.nanoTime() - startNanos) / 1_000_000;

      // By then their order is settled, which is by dirtiness.
      assertThat(names(service)).hasSize(PARTITIONS);
      // What compiles and collects after the work is not what is measured.
      service.run(SETTLE_MS);
      long beforeTicks = service.status().path("ticks").asLong();
      ThreadTimes idle = ThreadTimes.of(service.pid());
      long worstLagMs = 0;
      for (int i = 0; i < 10; i++) {
        service.run(WATCHED_MS / 10);
        worstLagMs = Math.max(worstLagMs, service.status().path("loopLagMs").asLong());
      }
      double idlePercent = ThreadTimes.of(service.pid()).percentSince(idle, SUPERVISOR);

      assertThat(service.status().path("ticks").asLong()).isGreaterThan(beforeTicks + 10);
      double busyPercent = cleanedAgain(service, partitions);

      assertThat(service.incidents("PARTITION_STALLED")).isEmpty();
      Figures.note(
          "supervisor's CPU with 2,000 partitions, all clean", "< 1 %", percent(idlePercent));
      Figures.note(
          "supervisor's CPU while 2,000 partitions are cleaned again",
          "< 1 %",
          percent(busyPercent));
      Figures.note(
          "the same while they are cleaned first, from the start of the JVM on",
          "",
          percent(beginningPercent));
      Figures.note(
          "supervisor's loop lag with 2,000 partitions, worst of 10", "small", worstLagMs + " ms");
      Figures.note("2,000 partitions cleaned after the start", "", cleanedMs + " ms");
      assertThat(idlePercent).isLessThan(GOAL_PERCENT);
      assertThat(busyPercent).isLessThan(GOAL_PERCENT);
      assertThat(beginningPercent).isLessThan(MOST_BEGINNING_PERCENT);
      assertThat(worstLagMs).isLessThan(LAG_LIMIT_MS);
    }
  }

  /**
   * All of them get as much again as they had: what it costs to watch that being cleaned, in
   * percent of a core.
   */
  private double cleanedAgain(ServiceProcess service, List<Path> partitions) throws Exception {
    Path grown = model(temp.resolve("grown"), 2);
    for (Path partition : partitions) {
      link(grown, partition);
    }
    service.await("they are dirty", () -> service.count("clean") < PARTITIONS);
    ThreadTimes busy = ThreadTimes.of(service.pid());
    service.await("all are clean again", () -> service.count("clean") == PARTITIONS);
    double percent = ThreadTimes.of(service.pid()).percentSince(busy, SUPERVISOR);
    assertThat(service.metrics()).contains("kleaner_cleans_total " + 2 * PARTITIONS + "\n");
    return percent;
  }

  private static String percent(double value) {
    return String.format(Locale.ROOT, "%.2f %%", value);
  }

  /** All names, page by page. */
  private static Set<String> names(ServiceProcess service)
      throws IOException, InterruptedException {
    Set<String> names = new HashSet<>();
    for (int offset = 0; offset < PARTITIONS; offset += PAGE) {
      JsonNode page =
          service.get("/api/v1/partitions?search=many&limit=" + PAGE + "&offset=" + offset);
      assertThat(page.path("total").asInt()).isEqualTo(PARTITIONS);
      page.path("items").forEach(item -> names.add(item.path("partition").asText()));
    }
    return names;
  }

  /** Sealed segments of twenty records for ten keys, and an active one of a record. */
  private static Path model(Path dir, int sealed) throws IOException {
    try (ScriptedLog log = ScriptedLog.in(Files.createDirectories(dir), Map.of())) {
      for (int segment = 0; segment < sealed; segment++) {
        for (int i = 0; i < 20; i++) {
          log.put("key-" + i % 10, "value-" + i);
        }
        log.roll();
      }
      log.put("active", "1");
    }
    return ScriptedLog.partition(dir);
  }

  /**
   * The same files under other names: a clean replaces files, and changes none. The first segment
   * stays as it is where there is one, since that was cleaned; the one that was active grows by
   * being replaced.
   */
  private void link(Path model, Path partition) throws IOException {
    Path link = temp.resolve("link");
    try (Stream<Path> files = Files.list(model)) {
      for (Path file : (Iterable<Path>) files.sorted()::iterator) {
        Path there = partition.resolve(file.getFileName());
        if (!Files.exists(there) || !there.getFileName().toString().startsWith(FIRST_SEGMENT)) {
          Files.createLink(link, file);
          Files.move(link, there, StandardCopyOption.ATOMIC_MOVE);
        }
      }
    }
  }
}
