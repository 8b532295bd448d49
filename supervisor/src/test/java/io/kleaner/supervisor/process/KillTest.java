// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the service's process at random moments while it cleans partitions that grow, and compares
 * what is there with the truth each time. The seed decides the moments and the data.
 */
class KillTest {

  private static final int MOMENTS_MS = 300;
  private static final int STARTING_MS = 1_500;
  private static final int MID_CLEAN_MS = 1_000;
  private static final int MOST_TIMES = 3;

  /** On a disk: in memory a clean commits too fast for a kill to meet it. */
  @TempDir private Path temp;

  /** What came of killing a service again and again. */
  private record Killed(int times, int cutShort, Judge judge) {}

  @Test
  void sigkill_twentyTimesUnderLoad_losesNothing() throws Exception {
    judge(List.of(killing(temp, 20, 4, 20_261_125L)));
  }

  @Test
  @Tag("full")
  void sigkill_twoHundredTimesUnderLoad_losesNothing() throws Exception {
    // Two in turn: what grows by a hundred kills is loaded sooner than what grows by two hundred.
    Path first = Files.createDirectories(temp.resolve("first"));
    Path second = Files.createDirectories(temp.resolve("second"));

    judge(List.of(killing(first, 100, 6, 7L), killing(second, 100, 6, 8L)));
  }

  private static Killed killing(Path temp, int times, int partitions, long seed) throws Exception {
    Random random = new Random(seed);
    ServiceHome home =
        new ServiceHome(temp)
            .set("scan.interval.ms", 50)
            .set("threads", 2)
            // Many groups: a clean commits again and again.
            .topic("segment.bytes", 16_384);
    Judge judge = new Judge(temp);
    int cutShort = 0;
    int kills = 0;
    try (Growth growth = new Growth(home.logDir(), seed, partitions)) {
      growth.start();
      Growth.Image left = growth.image(temp.resolve("image-0"));
      // How long a clean lasts is up to the disk: on a fast one few kills meet one.
      for (int kill = 1; kill <= times || (cutShort == 0 && kill <= MOST_TIMES * times); kill++) {
        // Slowed down, it is killed while it reads and writes; at full speed, while it commits.
        home.set("throttle.bytes.per.second", random.nextBoolean() ? "256k" : "1g");
        try (ServiceProcess service = home.launch()) {
          // While it starts: what the one before it left.
          judge.judge("seed " + seed + ", after kill " + (kill - 1) + ",", left);
          if (random.nextInt(10) == 0) {
            service.run(random.nextInt(STARTING_MS));
          } else {
            service.awaitAddress();
            service.await("someone cleans", () -> hasBegun(service));
            if (random.nextBoolean()) {
              awaitMidClean(home.logDir());
            } else {
              service.run(random.nextInt(MOMENTS_MS));
            }
          }
          service.kill();
        }
        left = growth.image(temp.resolve("image-" + kill));
        cutShort += Judge.isCutShort(left) ? 1 : 0;
        kills++;
      }
      growth.stop();
      home.set("throttle.bytes.per.second", "1g");
      try (ServiceProcess service = home.start()) {
        judge.judge("seed " + seed + ", after the last kill,", left);
        int all = growth.size();
        service.await("all are clean in the end", () -> service.count("clean") == all);
        service.terminate();
        assertThat(service.awaitExit(Duration.ofSeconds(60))).isEqualTo(OptionalInt.of(0));
      }
      left = growth.image(temp.resolve("image-last"));
      assertThat(Judge.isCutShort(left)).isFalse();
      judge.judge("seed " + seed + ", in the end,", left);
    }
    return new Killed(kills, cutShort, judge);
  }

  private static void judge(List<Killed> all) throws IOException {
    int cutShort = all.stream().mapToInt(Killed::cutShort).sum();
    long lost = all.stream().mapToLong(each -> each.judge().lost()).sum();
    Figures.note(
        "lost records after "
            + all.stream().mapToInt(Killed::times).sum()
            + " kills under load, "
            + cutShort
            + " of them in the middle of a clean ("
            + all.stream().mapToLong(each -> each.judge().read()).sum()
            + " newest records compared)",
        "0",
        String.valueOf(lost));
    assertThat(all.stream().flatMap(each -> each.judge().problems().stream())).isEmpty();
    assertThat(lost).isZero();
    assertThat(cutShort).as("kills in the middle of a clean").isPositive();
  }

  /** Until a file is there that only a clean under way has; not for ever, as there may be none. */
  private static void awaitMidClean(Path logDir) throws IOException {
    long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MID_CLEAN_MS);
    while (System.nanoTime() < endNanos && !Judge.isCutShort(logDir)) {
      Thread.onSpinWait();
    }
  }

  private static boolean hasBegun(ServiceProcess service) throws IOException, InterruptedException {
    return service.status().path("cleans").asInt() > 0
        || service.workers().stream()
            .filter(worker -> worker.path("id").asText().startsWith("cleaner"))
            .anyMatch(worker -> !worker.path("partition").asText().isEmpty());
  }
}
