// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.CompactionListener.Phase;
import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.FaultyFileSystem.Op;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.DirectoryDiff;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import io.kleaner.core.policy.CleanPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A clean ends when all of its threads have, however one of them ends. */
class LanesTest {

  @TempDir private Path temp;
  private final ExecutorService helpers = Executors.newCachedThreadPool();
  private final AtomicReference<Phase> phase = new AtomicReference<>();
  private final CountDownLatch helperReads = new CountDownLatch(1);
  private final AtomicBoolean leftAlone = new AtomicBoolean();
  private final AtomicBoolean hasEnded = new AtomicBoolean();
  private final AtomicInteger operationsAfterwards = new AtomicInteger();
  private final AtomicReference<CompactionOutcome> outcome = new AtomicReference<>();
  private final AtomicReference<Throwable> thrown = new AtomicReference<>();
  private Path partition;
  private Path before;

  @BeforeEach
  void write() throws IOException {
    try (ScriptedLog log = ScriptedLog.in(temp.resolve("data"), Map.of())) {
      for (int i = 0; i < 40; i++) {
        log.put("a", "" + i).put("b" + i, "1");
      }
      log.roll().put("active", "1");
    }
    partition = ScriptedLog.partition(temp.resolve("data"));
    before = temp.resolve("before");
    Trees.copy(partition, before);
  }

  @AfterEach
  void stop() throws InterruptedException {
    helpers.shutdownNow();
    assertThat(helpers.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {"SCAN", "COPY"})
  void run_noMemoryToBeginWith_waitsForTheOther(Phase failing) throws Exception {
    Thread owner =
        clean(
            failing,
            cleaning(failing, 2)
                .helpers(helpers)
                .chunks(
                    (lane, batches) -> {
                      if (lane == 0 && phase.get() == failing) {
                        await(helperReads);
                        throw new OutOfMemoryError("for a test");
                      }
                      return new Chunk(lane, batches);
                    }));
    owner.join();

    assertNobodyWasLeftAtWork();
    assertThat(outcome.get())
        .isInstanceOfSatisfying(
            CompactionOutcome.Refused.class,
            refused ->
                assertThat(refused.blame()).isEqualTo(CompactionOutcome.Refused.Blame.MEMORY));
    assertThat(outcome.get().message()).contains("for a test", "nothing was changed");
  }

  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {"SCAN", "COPY"})
  void run_helpersFailToBegin_waitsForThoseThatDid(Phase failing) throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Executor second =
        task -> {
          if (phase.get() == failing && asked.getAndIncrement() == 1) {
            await(helperReads);
            throw new NoClassDefFoundError("for a test");
          }
          helpers.execute(task);
        };
    Thread owner = clean(failing, cleaning(failing, 3).helpers(second));
    owner.join();

    assertNobodyWasLeftAtWork();
    assertThat(thrown.get()).isInstanceOf(NoClassDefFoundError.class);
  }

  @Test
  void run_noThreadForAHelper_theOthersDoItAll() throws Exception {
    Path alone = temp.resolve("alone");
    Trees.copy(temp.resolve("data"), alone);
    assertThat(cleanAt(ScriptedLog.partition(alone), Runnable::run, 1))
        .isInstanceOf(CompactionOutcome.Compacted.class);

    assertThat(
            cleanAt(
                partition,
                task -> {
                  throw new OutOfMemoryError("unable to create native thread");
                },
                3))
        .isInstanceOf(CompactionOutcome.Compacted.class);

    assertThat(DirectoryDiff.between(ScriptedLog.partition(alone), partition, ".*")).isEmpty();
  }

  @Test
  void run_helpersAreShutDown_theOthersDoItAll() throws Exception {
    assertThat(
            cleanAt(
                partition,
                task -> {
                  throw new RejectedExecutionException("shut down");
                },
                2))
        .isInstanceOf(CompactionOutcome.Compacted.class);
  }

  @Test
  void run_moreThanTheirBuffersHold_isWrittenAsByOne() throws Exception {
    Path alone = large("alone");
    Path several = ScriptedLog.partition(Trees.copy(alone.getParent(), temp.resolve("several")));

    assertThat(cleanAt(alone, Runnable::run, 1)).isInstanceOf(CompactionOutcome.Compacted.class);
    assertThat(cleanAt(several, helpers, 3)).isInstanceOf(CompactionOutcome.Compacted.class);

    assertThat(DirectoryDiff.between(alone, several, ".*")).isEmpty();
  }

  @Test
  void run_oneWriteTakesLong_theOthersGoOnMeanwhile() throws Exception {
    AtomicInteger writes = new AtomicInteger();
    CountDownLatch another = new CountDownLatch(1);
    FaultyFileSystem disk =
        new FaultyFileSystem(
            new LocalFileSystem(),
            (op, number, path) -> {
              if (op != Op.WRITE || !path.toString().endsWith(".log.cleaned")) {
                return;
              }
              if (writes.getAndIncrement() > 0) {
                another.countDown();
              } else if (!isThereInTime(another)) {
                throw new IOException(path + ": nobody else writes while this takes long");
              }
            });

    assertThat(
            Cleaning.at(ScriptedLog.TIME_MS)
                .on(disk)
                .threads(3)
                .helpers(helpers)
                .run(large("large"))
                .outcome())
        .get()
        .isInstanceOf(CompactionOutcome.Compacted.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void run_oneOfManyWritesFails_nothingIsChanged(int failing) throws Exception {
    Path large = large("large");
    Path asItWas = temp.resolve("as-it-was");
    Trees.copy(large, asItWas);
    AtomicInteger writes = new AtomicInteger();
    FaultyFileSystem disk =
        new FaultyFileSystem(
            new LocalFileSystem(),
            (op, number, path) -> {
              boolean ofTheLog = path.toString().endsWith(".log.cleaned");
              if (op == Op.WRITE && ofTheLog && writes.getAndIncrement() == failing) {
                throw new IOException(path + ": Input/output error");
              }
            });

    CompactionOutcome failed =
        Cleaning.at(ScriptedLog.TIME_MS)
            .on(disk)
            .threads(3)
            .helpers(helpers)
            .run(large)
            .outcome()
            .orElseThrow();

    assertThat(failed).isInstanceOf(CompactionOutcome.Failed.class);
    assertThat(failed.message()).contains("Input/output error", "nothing was changed");
    assertThat(DirectoryDiff.between(asItWas, large, ".*")).isEmpty();
  }

  /** A partition of which some write buffers full survive. */
  private Path large(String name) throws IOException {
    String value = "v".repeat(200_000);
    try (ScriptedLog log = ScriptedLog.in(temp.resolve(name), Map.of())) {
      for (int i = 0; i < 60; i++) {
        log.put("key" + i / 2, value + i);
      }
      log.roll().put("active", "1");
    }
    return ScriptedLog.partition(temp.resolve(name));
  }

  private CompactionOutcome cleanAt(Path dir, Executor executor, int threads) throws IOException {
    return Cleaning.at(ScriptedLog.TIME_MS)
        .threads(threads)
        .helpers(executor)
        .run(dir)
        .outcome()
        .orElseThrow();
  }

  /** Batches are read one by one, so that there is something left to read for everybody. */
  private Cleaning cleaning(Phase failing, int threads) {
    AtomicReference<Thread> owner = new AtomicReference<>();
    FaultyFileSystem disk =
        new FaultyFileSystem(
            new LocalFileSystem(),
            (op, number, path) -> {
              if (hasEnded.get()) {
                operationsAfterwards.incrementAndGet();
              }
              if (op == Op.READ
                  && phase.get() == failing
                  && Thread.currentThread() != owner.get()) {
                helperReads.countDown();
                leftAlone.compareAndSet(false, !awaitsOrEnds(owner.get()));
              }
            });
    return Cleaning.at(ScriptedLog.TIME_MS)
        .on(disk)
        .threads(threads)
        .readBytes(200)
        .listener(
            new CompactionListener() {
              @Override
              public void begin(CleanPlan plan) {
                owner.set(Thread.currentThread());
              }

              @Override
              public void phase(CleanPlan plan, Phase begins) {
                phase.set(begins);
              }
            });
  }

  /** Whether a thread's lanes wait, for an end or for the lock of who reads, before its own end. */
  private boolean awaitsOrEnds(Thread owner) {
    while (!hasEnded.get()) {
      Thread.State state = owner.getState();
      if ((state == Thread.State.WAITING || state == Thread.State.BLOCKED)
          && Arrays.stream(owner.getStackTrace())
              .anyMatch(frame -> frame.getClassName().equals(Lanes.class.getName()))) {
        return true;
      }
      Thread.onSpinWait();
    }
    return false;
  }

  private Thread clean(Phase failing, Cleaning cleaning) {
    Thread owner =
        new Thread(
            () -> {
              try {
                outcome.set(cleaning.run(partition).outcome().orElseThrow());
              } catch (IOException | RuntimeException | Error e) {
                thrown.set(e);
              } finally {
                hasEnded.set(true);
              }
            },
            "clean that fails in " + failing);
    owner.start();
    return owner;
  }

  private void assertNobodyWasLeftAtWork() throws IOException, InterruptedException {
    helpers.shutdown();
    assertThat(helpers.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    assertThat(helperReads.getCount()).as("a helper was at work").isZero();
    assertThat(leftAlone).as("the clean ended before its helper").isFalse();
    assertThat(operationsAfterwards).as("what helpers did afterwards").hasValue(0);
    assertThat(DirectoryDiff.between(before, partition, ".*")).isEmpty();
  }

  private static boolean isThereInTime(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Without a rest, by which {@link #awaitsOrEnds} would take it for another wait. */
  private static void await(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      Thread.onSpinWait();
    }
  }
}
