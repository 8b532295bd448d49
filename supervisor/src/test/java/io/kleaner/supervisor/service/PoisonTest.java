// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.http.ServiceApi.Action;
import io.kleaner.supervisor.http.ServiceApi.ActionResult.Outcome;
import io.kleaner.supervisor.remedy.QuarantinePolicy;
import io.kleaner.supervisor.remedy.RestartPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One partition's trouble, of every kind that a disk or a defect can make, is not another's. */
class PoisonTest {

  private static final int HEALTHY = 9;

  @TempDir private Path temp;

  private static boolean isPoisonLog(Path path) {
    return path.toString().contains("poison-0") && path.toString().endsWith(".log");
  }

  private static boolean isCleaner() {
    return Thread.currentThread().getName().startsWith("kleaner-cleaner");
  }

  private ServiceLab lab(HookedDisk.Hook hook) throws IOException {
    return new ServiceLab(temp)
        .on(HookedDisk.with(hook))
        .partitions("orders", HEALTHY)
        .partitions("poison", 1);
  }

  @Test
  void hang_inARead_workerIsReplacedAndTheOthersAreCleaned() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (ServiceLab lab =
        lab((operation, path) -> {
              if (operation.equals("read") && isPoisonLog(path) && isCleaner()) {
                await(never);
              }
            })
            .hungAfterMs(400)) {
      lab.start();

      lab.await("others clean", () -> lab.count("clean") == HEALTHY);
      lab.await("left alone", () -> lab.count("quarantined") == 1);

      assertThat(lab.incident("WORKER_HUNG").orElseThrow().get("evidence").toString())
          .contains("poison-0", "  at ");
      assertThat(lab.partition("poison-0").get("reason").toString()).contains("has not got on");
      never.countDown();
      lab.await("the one given up ends", () -> lab.incident("ZOMBIE_ENDED").isPresent());
      assertThat(lab.partition("poison-0")).containsEntry("state", "quarantined");
    }
  }

  @Test
  void hang_afterTheCommit_partitionIsStuckAndNobodyElseTouchesIt() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (ServiceLab lab =
        lab((operation, path) -> {
              if (operation.equals("rename")
                  && path.toString().contains("poison-0")
                  && path.toString().endsWith(".log.swap")) {
                await(never);
              }
            })
            .hungAfterMs(400)) {
      lab.start();

      lab.await("others clean", () -> lab.count("clean") == HEALTHY);
      lab.await("left alone", () -> lab.count("quarantined") == 1);

      assertThat(lab.partition("poison-0").get("reason").toString())
          .contains("hangs in the middle of a swap");
      assertThat(lab.api().act(Action.RELEASE, "poison-0", "").outcome())
          .isEqualTo(Outcome.REFUSED);
      never.countDown();
      lab.await("the one given up ends", () -> lab.incident("ZOMBIE_ENDED").isPresent());
    }
  }

  @Test
  void error_thatKillsTheWorkerTwice_partitionIsLeftAloneAndTheOthersAreCleaned() throws Exception {
    AtomicInteger deaths = new AtomicInteger();
    try (ServiceLab lab =
        lab(
            (operation, path) -> {
              if (operation.equals("read") && isPoisonLog(path) && isCleaner()) {
                deaths.incrementAndGet();
                throw new StackOverflowError("poison");
              }
            })) {
      lab.start();

      lab.await("others clean", () -> lab.count("clean") == HEALTHY);
      lab.await("left alone", () -> lab.count("quarantined") == 1);

      assertThat(deaths).hasValue(2);
      assertThat(lab.partition("poison-0").get("reason").toString())
          .contains("StackOverflowError", "poison-0");
    }
  }

  @Test
  void fsync_fails_partitionIsLeftAloneUnchangedAndTheOthersAreCleaned() throws Exception {
    try (ServiceLab lab =
        lab(
            (operation, path) -> {
              if (operation.equals("sync") && path.toString().contains("poison-0")) {
                throw new IOException(path + ": Input/output error");
              }
            })) {
      lab.start();

      lab.await("others clean", () -> lab.count("clean") == HEALTHY);
      lab.await("left alone", () -> lab.count("quarantined") == 1);

      assertThat(lab.partition("poison-0").get("reason").toString())
          .contains("Input/output error", "nothing was changed");
    }
  }

  @Test
  void disk_isFull_isNoPartitionsFaultAndAllAreCleanedOnceThereIsRoom() throws Exception {
    AtomicInteger full = new AtomicInteger(1);
    try (ServiceLab lab =
        lab((operation, path) -> {
              boolean cleaned = path.toString().contains(".cleaned");
              if (operation.equals("write") && cleaned && full.get() == 1) {
                throw new IOException(path + ": No space left on device");
              }
            })
            .quarantine(new QuarantinePolicy(50, 500, 600_000))) {
      lab.start();
      lab.await("told", () -> lab.isFiring("NoRoom"));
      assertThat(lab.incident("PARTITION_QUARANTINED")).isEmpty();

      full.set(0);

      lab.await("clean", () -> lab.count("clean") == HEALTHY + 1);
    }
  }

  @Test
  void file_isUnreadable_partitionIsLeftAloneAndTheOthersAreCleaned() throws Exception {
    try (ServiceLab lab =
        lab(
            (operation, path) -> {
              if (operation.equals("openRead") && isPoisonLog(path)) {
                throw new java.nio.file.AccessDeniedException(path.toString());
              }
            })) {
      lab.start();

      lab.await("others clean", () -> lab.count("clean") == HEALTHY);
      lab.await("left alone", () -> lab.count("quarantined") == 1);

      assertThat(lab.partition("poison-0").get("reason").toString())
          .contains("permission denied for ", "poison-0");
    }
  }

  @Test
  void interrupts_outOfTheBlue_areNoPartitionsFaultAndWorkIsDone() throws Exception {
    AtomicInteger interrupts = new AtomicInteger();
    try (ServiceLab lab =
        lab(
            (operation, path) -> {
              if (operation.equals("read") && isCleaner() && interrupts.incrementAndGet() <= 20) {
                Thread.currentThread().interrupt();
              }
            })) {
      lab.start();

      lab.await("all clean", () -> lab.count("clean") == HEALTHY + 1);

      assertThat(lab.incident("PARTITION_QUARANTINED")).isEmpty();
    }
  }

  @Test
  void deaths_beyondTheBudget_areToldAndWhatStillWorksIsServed() throws Exception {
    try (ServiceLab lab =
        lab((operation, path) -> {
              if (isCleaner()) {
                throw new StackOverflowError("every time");
              }
            })
            .restarts(new RestartPolicy.Limits(10, 20, 3, 600_000, 60_000))) {
      lab.start();

      lab.await("escalated", () -> lab.incident("BUDGET_SPENT").isPresent());

      assertThat(lab.api().alive().ok()).isTrue();
      assertThat(lab.api().workers())
          .anyMatch(worker -> worker.get("state").equals("dead"))
          .anyMatch(worker -> worker.get("id").equals("scout-0"));
      lab.await(
          "told",
          () ->
              lab.alerts().stream()
                  .anyMatch(event -> event.alert().rule().equals("RestartBudgetSpent")));
    }
  }

  @Test
  void stateDir_cannotBeWrittenTo_noRemedyRunsAndThatIsSaid() throws Exception {
    ServiceLab made = new ServiceLab(temp).partitions("orders", 1);
    try (ServiceLab lab =
        made.on(
            HookedDisk.with(
                (operation, path) -> {
                  if (path.startsWith(made.state()) && !operation.equals("stat")) {
                    throw new IOException(path + ": Read-only file system");
                  }
                }))) {
      lab.start();
      lab.await("clean", () -> lab.count("clean") == 1);

      lab.api().act(Action.CHAOS, "cleaner-0", "linkage");
      lab.await("found", () -> lab.incident("WORKER_DEAD").isPresent());

      assertThat(lab.incident("REMEDIES_OFF")).isPresent();
      assertThat(lab.incident("WORKER_RESTARTED")).isEmpty();
      assertThat(lab.api().ready().detail()).contains("no remedy runs");
    }
  }

  private static void await(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException e) {
        // A disk that does not answer does not listen to interrupts either.
      }
    }
  }
}
