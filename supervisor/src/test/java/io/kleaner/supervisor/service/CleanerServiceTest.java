// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertEvent;
import io.kleaner.supervisor.http.ServiceApi.Action;
import io.kleaner.supervisor.http.ServiceApi.ActionResult;
import io.kleaner.supervisor.http.ServiceApi.CertificateNews;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole service on real directories, with real threads. */
class CleanerServiceTest {

  @TempDir private Path temp;

  @Test
  void start_dirtyPartitions_allGetClean() throws Exception {
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 5).threads(2).start()) {
      lab.await("all clean", () -> lab.count("clean") == 5);
      // A worker tells of its clean after its partition is seen to be clean.
      lab.await("all counted", () -> Long.valueOf(5).equals(lab.api().status().get("cleans")));

      assertThat(lab.api().status()).containsEntry("failures", 0L);
      assertThat(Files.readString(lab.logDir().resolve("cleaner-offset-checkpoint")))
          .contains("orders 0 60", "orders 4 60");
    }
  }

  @Test
  void throttle_partitionsSmallerThanAStep_areHeldToItTogether() throws Exception {
    try (ServiceLab lab = new ServiceLab(temp).partitions("first", 1).start()) {
      lab.await("clean", () -> lab.count("clean") == 1);
      lab.api().throttle(OptionalLong.of(1));
      lab.partitions("small", 3);

      lab.await("all are seen", () -> lab.api().partitions().size() == 4);
      lab.await("one waits", () -> isThrottled(lab));
      assertThat(lab.count("clean")).as("the first bytes wait for nobody").isEqualTo(2);

      lab.api().throttle(OptionalLong.empty());
      lab.await("goes on", () -> lab.count("clean") == 4);
    }
  }

  @Test
  void throttle_soLowThatItStarvesTheOnlyPartition_isToldAndWhatComesMeanwhileIsCounted()
      throws Exception {
    ServiceLab starving = new ServiceLab(temp).trendWindowMs(4_000).partitions("first", 1);
    try (ServiceLab lab = starving.start()) {
      lab.await("clean", () -> lab.count("clean") == 1);
      lab.api().throttle(OptionalLong.of(1));
      lab.partitions("small", 2);

      lab.await("told", () -> lab.isFiring("WorkerStarved"));
      Path starved = lab.logDir().resolve(String.valueOf(worker(lab).get("partition")));
      Files.write(starved.resolve("00000000000000000061.log"), new byte[500]);
      Files.write(starved.resolve("00000000000000000062.log"), new byte[0]);

      lab.await(
          "counted", () -> worker(lab).get("evidence").toString().contains("bytes got dirty"));
      assertThat(worker(lab)).containsEntry("state", "throttled");
    }
  }

  @Test
  void certificate_newOneIsBroken_isAnAlertUntilOneIsTaken() throws Exception {
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 1).start()) {
      lab.api().certificate(new CertificateNews.NotTaken("no key in it"));
      lab.await("told", () -> lab.isFiring("CertificateNotTaken"));

      lab.api().certificate(new CertificateNews.Renewed());
      lab.await(
          "over",
          () ->
              lab.alerts().stream()
                  .anyMatch(
                      event ->
                          event.kind() == AlertEvent.Kind.RESOLVED
                              && event.alert().rule().equals("CertificateNotTaken")));
    }
  }

  private static Map<String, Object> worker(ServiceLab lab) {
    return lab.api().workers().stream()
        .filter(each -> each.get("id").equals("cleaner-0"))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isThrottled(ServiceLab lab) {
    return lab.api().workers().stream().anyMatch(each -> each.get("state").equals("throttled"));
  }

  @Test
  void start_spillDirectoryIsRefused_stateDirectoryIsFreeAgain() throws Exception {
    ServiceLab lab = new ServiceLab(temp).partitions("orders", 1);
    lab.spillingTo(lab.logDir().resolve("spills"));

    assertThatThrownBy(lab::start).hasMessageContaining("lies in the log directory");

    try (StateDir state = StateDir.open(new LocalFileSystem(), lab.state(), List.of())) {
      assertThat(state.journal().isDurable()).isTrue();
    }
    assertThat(lab.logDir().resolve(".lock")).doesNotExist();
  }

  @Test
  void close_afterWork_leavesNoLock() throws Exception {
    ServiceLab lab = new ServiceLab(temp).partitions("orders", 1).start();
    lab.await("clean", () -> lab.count("clean") == 1);

    lab.close();

    assertThat(lab.logDir().resolve(".lock")).doesNotExist();
  }

  /** No look follows that answer: the supervisor is away until it is told to end. */
  @Test
  void close_heldByHandSinceTheLastLook_isOnRecord() throws Exception {
    CountDownLatch away = new CountDownLatch(1);
    CountDownLatch back = new CountDownLatch(1);
    ServiceLab lab = new ServiceLab(temp).partitions("orders", 1).start();
    try {
      lab.await("clean", () -> lab.count("clean") == 1);
      lab.api()
          .afterTick(
              () -> {
                away.countDown();
                awaitWhateverHappens(back);
              });
      away.await();
      assertThat(lab.api().act(Action.QUARANTINE, "orders-0", "mine").outcome())
          .isEqualTo(ActionResult.Outcome.DONE);

      lab.askToStop();
      assertThat(lab.api().act(Action.RELEASE, "orders-0", "").message()).contains("is stopping");
    } finally {
      back.countDown();
      lab.close();
    }

    assertThat(Files.readString(lab.state().resolve("quarantine.json")))
        .contains("orders", "BY_HAND", "mine");
  }

  @Test
  void stop_incidentCannotBeTold_allEndsAllTheSame() throws Exception {
    Thread stopper = Thread.currentThread();
    AtomicBoolean full = new AtomicBoolean();
    Clock clock =
        new Clock() {
          @Override
          public long nowMs() {
            if (full.get() && Thread.currentThread() == stopper) {
              throw new OutOfMemoryError("Java heap space");
            }
            return Clock.system().nowMs();
          }

          @Override
          public long nanoTime() {
            return Clock.system().nanoTime();
          }
        };
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 1).by(clock).start()) {
      lab.await("clean", () -> lab.count("clean") == 1);

      full.set(true);
      assertThatThrownBy(lab::askToStop).isInstanceOf(OutOfMemoryError.class);
      full.set(false);

      lab.await(
          "the supervisor ends", () -> lab.api().alive().detail().contains("thread has ended"));
    }
  }

  /**
   * The end has one time for all of it: what was done before workers are waited for is taken off.
   * Here it is an hour, of which nothing is left; whoever began another would wait for all of it.
   */
  @Test
  @Timeout(300)
  void close_longAfterTheStop_waitsOnlyForWhatIsLeft() throws Exception {
    CountDownLatch wake = new CountDownLatch(1);
    AtomicReference<Thread> hangs = new AtomicReference<>();
    FileSystem disk =
        HookedDisk.with(
            (operation, path) -> {
              if (operation.equals("write") && path.toString().endsWith(".log.cleaned")) {
                hangs.set(Thread.currentThread());
                awaitWhateverHappens(wake);
              }
            });
    AtomicLong aheadNanos = new AtomicLong();
    Clock clock =
        new Clock() {
          @Override
          public long nowMs() {
            return Clock.system().nowMs();
          }

          @Override
          public long nanoTime() {
            return Clock.system().nanoTime() + aheadNanos.get();
          }
        };
    long hourMs = TimeUnit.HOURS.toMillis(1);
    ServiceLab lab =
        new ServiceLab(temp).partitions("orders", 1).on(disk).by(clock).stopMs(hourMs).start();
    try {
      lab.await("it hangs", () -> hangs.get() != null);
      lab.askToStop();
      aheadNanos.set(TimeUnit.MILLISECONDS.toNanos(hourMs));

      lab.close();

      assertThat(hangs.get().isAlive()).isTrue();
      assertThat(lab.logDir().resolve(".lock")).as("its locks go with the process").exists();
    } finally {
      wake.countDown();
      lab.close();
    }
    hangs.get().join();
  }

  private static void awaitWhateverHappens(CountDownLatch latch) {
    boolean open = false;
    while (!open) {
      try {
        latch.await();
        open = true;
      } catch (InterruptedException e) {
        // A disk that does not answer does not listen to interrupts either.
      }
    }
  }

  @Test
  void scan_newPartitionAppears_isCleanedToo() throws Exception {
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 1).start()) {
      lab.await("clean", () -> lab.count("clean") == 1);

      lab.partitions("later", 1);

      lab.await("the new one is clean", () -> lab.count("clean") == 2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"oom", "stackoverflow", "linkage"})
  void chaos_workerDies_isFoundExplainedReplacedAndTold(String fault) throws Exception {
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 1).start()) {
      lab.await("clean", () -> lab.count("clean") == 1);

      lab.api().act(Action.CHAOS, "cleaner-0", fault);

      lab.await("found", () -> lab.incident("WORKER_DEAD").isPresent());
      lab.await("replaced", () -> lab.incident("WORKER_RESTARTED").isPresent());
      assertThat(lab.incident("WORKER_DEAD").orElseThrow().get("evidence").toString())
          .contains("Error", "asked for by the fault switch");
      lab.await(
          "told",
          () ->
              lab.alerts().stream()
                  .anyMatch(
                      event ->
                          event.kind() == AlertEvent.Kind.FIRING
                              && event.alert().rule().equals("WorkerDead")));
      lab.partitions("later", 2);
      lab.await("work goes on", () -> lab.count("clean") == 3);
    }
  }

  @Test
  void chaos_workerHangs_isGivenUpAndReplaced() throws Exception {
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 1).hungAfterMs(500).start()) {
      lab.await("clean", () -> lab.count("clean") == 1);

      lab.api().act(Action.CHAOS, "cleaner-0", "hang");

      lab.await("found", () -> lab.incident("WORKER_HUNG").isPresent());
      assertThat(lab.incident("WORKER_HUNG").orElseThrow().get("evidence").toString())
          .contains("has not got on for", "FaultSwitch.hang");
      lab.partitions("later", 2);
      lab.await("work goes on", () -> lab.count("clean") == 3);
    }
  }

  @Test
  void clean_poisonAmongHealthy_isQuarantinedAndAllOthersAreCleaned() throws Exception {
    ServiceLab lab = new ServiceLab(temp).partitions("orders", 9).partitions("poison", 1);
    flipBit(lab.logDir().resolve("poison-0"));
    try (lab) {
      lab.start();

      lab.await("others clean", () -> lab.count("clean") == 9);
      lab.await("quarantined", () -> lab.count("quarantined") == 1);

      Map<String, Object> poison = lab.partition("poison-0");
      assertThat(poison.get("reason").toString()).contains("CRC mismatch", "byte");
      assertThat(lab.incident("PARTITION_QUARANTINED")).isPresent();
    }
  }

  @Test
  void start_quarantinesOfTheLastRunAreDamaged_isAnIncidentAndAnAlert() throws Exception {
    ServiceLab lab = new ServiceLab(temp).partitions("orders", 1);
    Files.createDirectories(lab.state());
    Files.writeString(lab.state().resolve("quarantine.json"), "[{");
    try (lab) {
      lab.start();

      lab.await("told", () -> lab.incident("QUARANTINES_LOST").isPresent());
      assertThat(lab.incident("QUARANTINES_LOST").orElseThrow().get("evidence").toString())
          .contains("quarantine.json", "cannot be understood");
      lab.await("an alert", () -> lab.isFiring("QuarantinesLost"));
    }
  }

  @Test
  void ready_stateDirectoryCannotBeWrittenToForAWhile_remediesAreOffMeanwhile() throws Exception {
    AtomicBoolean full = new AtomicBoolean();
    FileSystem disk =
        HookedDisk.with(
            (operation, path) -> {
              if (full.get()
                  && operation.equals("create")
                  && path.startsWith(temp.resolve("state"))) {
                throw new IOException("no space left");
              }
            });
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 1).on(disk).start()) {
      lab.await("ready", () -> lab.api().ready().ok());

      full.set(true);
      lab.await("off", () -> !lab.api().ready().ok());
      assertThat(lab.api().metrics(true)).contains("kleaner_remedies_enabled 0");
      lab.await("told", () -> lab.incident("REMEDIES_OFF").isPresent());

      full.set(false);
      lab.await("on again", () -> lab.api().ready().ok());
    }
  }

  @Test
  void quarantine_afterRestart_isStillInForceUntilReleased() throws Exception {
    ServiceLab lab = new ServiceLab(temp).partitions("poison", 1);
    Path log = flipBit(lab.logDir().resolve("poison-0"));
    lab.start();
    lab.await("quarantined", () -> lab.count("quarantined") == 1);
    lab.stop();

    flipBit(lab.logDir().resolve("poison-0"));
    assertThat(log).exists();
    try (lab) {
      lab.start();
      lab.await("still quarantined", () -> lab.count("quarantined") == 1);
      lab.api().act(Action.RELEASE, "poison-0", "restored from another replica");

      lab.await("clean", () -> lab.count("clean") == 1);
      lab.await("told", () -> lab.incident("PARTITION_RELEASED").isPresent());
    }
  }

  /** Flips one bit of a value in the first segment; a second time restores it. */
  private static Path flipBit(Path partition) throws java.io.IOException {
    Path log = partition.resolve("00000000000000000000.log");
    byte[] bytes = Files.readAllBytes(log);
    bytes[76] ^= 1;
    Files.write(log, bytes, StandardOpenOption.WRITE);
    return log;
  }
}
