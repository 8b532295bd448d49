// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.remedy.QuarantinePolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A worker that hangs at a step of its swap, is given up, and wakes late: nothing is harmed. */
class ZombieTest {

  private static final String LOG = "00000000000000000000.log";

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource({
    // where it hangs, and whether its partition is freed before it wakes
    "write, .log.cleaned, true",
    "sync, .log.cleaned, true",
    "rename, .log.cleaned, false",
    "rename, .log, false",
    "rename, .log.swap, false",
    "delete, .log.deleted, false",
  })
  void swap_workerHangsAndWakesLate_partitionEndsUpCleanAndWhole(
      String operation, String suffix, boolean freed) throws Exception {
    CountDownLatch wake = new CountDownLatch(1);
    AtomicBoolean once = new AtomicBoolean();
    ServiceLab lab =
        new ServiceLab(temp)
            .on(
                HookedDisk.with(
                    (done, path) -> {
                      boolean here =
                          done.equals(operation)
                              && path.toString().contains("poison-0")
                              && path.toString().endsWith(suffix);
                      if (here && once.compareAndSet(false, true)) {
                        await(wake);
                      }
                    }))
            .hungAfterMs(400)
            .quarantine(new QuarantinePolicy(50, 200, 1_000))
            .partitions("healthy", 1)
            .partitions("poison", 1);
    try (lab) {
      lab.start();
      lab.await("found", () -> lab.incident("WORKER_HUNG").isPresent());
      if (freed) {
        lab.await("done by another", () -> lab.count("clean") == 2);
      } else {
        lab.await("left alone", () -> lab.count("quarantined") == 1);
        lab.await("the other is clean", () -> lab.count("clean") == 1);
      }

      wake.countDown();

      lab.await("it ends", () -> lab.incident("ZOMBIE_ENDED").isPresent());
      lab.await("all clean", () -> lab.count("clean") == 2);
    }
    assertThat(lab.logDir().resolve("poison-0").resolve(LOG))
        .hasSameBinaryContentAs(lab.logDir().resolve("healthy-0").resolve(LOG));
    try (var files = Files.list(lab.logDir().resolve("poison-0"))) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.matches(".*\\.(cleaned|swap|deleted)"));
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
