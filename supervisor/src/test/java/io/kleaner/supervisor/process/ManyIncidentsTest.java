// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory and journal of a service that has had a bad life. */
@Tag("full")
class ManyIncidentsTest {

  private static final int PARTITIONS = 20;
  private static final int WORKERS = 4;
  private static final int INCIDENTS = 10_000;

  /** Until what is bounded is full: the journal remembers its latest 2,000. */
  private static final int WARM_UP = 3_000;

  private static final long GROWTH_BYTES = 2 * 1024 * 1024;
  private static final long JOURNAL_BYTES = 17L * 1024 * 1024;
  private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");

  @TempDir private Path temp;

  @Test
  void incidents_tenThousand_memoryIsFlatAndTheJournalIsBounded() throws Exception {
    ServiceHome home =
        new ServiceHome(temp)
            .partitions("orders", PARTITIONS)
            .set("threads", WORKERS)
            .set("heartbeat.interval.ms", 20)
            .set("restart.budget", 100_000)
            .set("restart.backoff.ms", 1)
            .set("restart.backoff.max.ms", 1)
            .flags("--chaos")
            .jvm("-Dorg.slf4j.simpleLogger.defaultLogLevel=off");
    try (ServiceProcess service = home.start()) {
      service.await("clean", () -> service.count("clean") == PARTITIONS);
      incidents(service, WARM_UP);
      long before = liveBytes(service.pid());
      long firstId = newestId(service);

      incidents(service, INCIDENTS);

      long had = newestId(service) - firstId;
      long after = liveBytes(service.pid());
      assertThat(had).isGreaterThanOrEqualTo(INCIDENTS);
      assertThat(service.get("/api/v1/incidents?limit=1").path("total").asInt())
          .isLessThanOrEqualTo(2_000);
      long journal = journalBytes(home.state());
      assertThat(journal).isLessThan(JOURNAL_BYTES);
      Figures.note(
          "memory after " + had + " more incidents (live heap before, after)",
          "flat",
          before / 1024 + " KiB, " + after / 1024 + " KiB");
      Figures.note("journal on disk then", "< 17 MiB", journal / 1024 + " KiB");
      assertThat(after - before).as("growth from " + before).isLessThan(GROWTH_BYTES);
      service.await(
          "well again",
          () ->
              service.count("clean") == PARTITIONS
                  && service.workers().stream()
                      .noneMatch(worker -> worker.path("state").asText().equals("dead")));
    }
  }

  /** Deaths of workers, and partitions that come into quarantine and out of it. */
  private static void incidents(ServiceProcess service, int count) throws Exception {
    long target = newestId(service) + count;
    for (int round = 0; newestId(service) < target; round++) {
      service.post("/api/v1/workers/cleaner-" + round % WORKERS + "/chaos?fault=stackoverflow");
      for (int i = 0; i < PARTITIONS; i++) {
        service.post("/api/v1/partitions/orders-" + i + "/quarantine");
      }
      long held = newestId(service);
      for (int i = 0; i < PARTITIONS; i++) {
        service.post("/api/v1/partitions/orders-" + i + "/release");
      }
      service.await("they were taken in", () -> newestId(service) > held);
    }
  }

  private static long newestId(ServiceProcess service) throws IOException, InterruptedException {
    return service.get("/api/v1/incidents?limit=1").path("items").path(0).path("id").asLong();
  }

  private static long journalBytes(Path state) throws IOException {
    try (Stream<Path> files = Files.list(state)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("incidents"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  /** What lives in a JVM's heap after a full collection. */
  private static long liveBytes(long pid) throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Assumptions.assumeTrue(Files.isExecutable(jcmd), "this is no JDK: it has no jcmd");
    Process asked =
        new ProcessBuilder(jcmd.toString(), String.valueOf(pid), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    asked.waitFor();
    Matcher total = TOTAL.matcher(answer);
    assertThat(total.find()).as(answer).isTrue();
    return Long.parseLong(total.group(1));
  }
}
