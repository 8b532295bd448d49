// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.FileLease;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that is asked to stop does so in time, whatever its workers are at. */
class StopTest {

  /** From the signal to the end of the process. */
  private static final Duration PROMISED = Duration.ofSeconds(5);

  /** To see how late it is if it is late. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path temp;

  /** Asks for the end, waits for it, and returns how long it took. */
  private static Duration stop(ServiceProcess service) throws InterruptedException {
    long start = System.nanoTime();
    service.terminate();
    OptionalInt exit = service.awaitExit(PATIENCE);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertThat(exit).as("exit code; " + service.tail()).isEqualTo(OptionalInt.of(0));
    assertThat(took).as("time to stop; " + service.tail()).isLessThanOrEqualTo(PROMISED);
    return took;
  }

  private static void assertFree(Path logDir) throws IOException {
    Optional<FileLease> lock = new LocalFileSystem().tryLock(logDir.resolve(".lock"));
    assertThat(lock).as("the directory's lock").isPresent();
    lock.get().close();
  }

  @Test
  void sigterm_idleService_endsWithZeroAndLeavesNoLock() throws Exception {
    ServiceHome home = new ServiceHome(temp).partitions("orders", 3);
    try (ServiceProcess service = home.start()) {
      service.await("clean", () -> service.count("clean") == 3);

      Duration took = stop(service);

      assertThat(home.logDir().resolve(".lock")).doesNotExist();
      Figures.note("stop of an idle service", "5 s", took.toMillis() + " ms");
    }
  }

  @Test
  void sigterm_justStarted_endsAndLeavesNoLock() throws Exception {
    ServiceHome home = new ServiceHome(temp).partitions("orders", 20).set("threads", 2);
    try (ServiceProcess service = home.start()) {
      stop(service);
    }
    assertFree(home.logDir());
  }

  @Test
  void sigterm_inTheMiddleOfABigClean_endsInTimeAndNothingIsHalfDone() throws Exception {
    ServiceHome home = new ServiceHome(temp).set("throttle.bytes.per.second", "1m");
    Path model = big(temp.resolve("big"));
    home.put(model, "big-0");
    try (ServiceProcess service = home.start()) {
      service.await(
          "in the middle of it",
          () ->
              service.workers().stream()
                  .anyMatch(
                      worker ->
                          worker.path("partition").asText().equals("big-0")
                              && worker.path("bytesRead").asLong() > 0));

      Duration took = stop(service);

      Figures.note("stop in the middle of a clean", "5 s", took.toMillis() + " ms");
    }
    assertFree(home.logDir());
    try (Stream<Path> files = Files.list(home.partition("big-0"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.endsWith(".swap") || name.endsWith(".deleted"));
    }
    assertThat(live(home.partition("big-0"), "ours")).isEqualTo(live(model, "model"));
  }

  @Test
  void sigterm_workerHangsInARead_endsInTimeAndTheNextStartHasTheDirectory() throws Exception {
    ServiceHome home = new ServiceHome(temp).partitions("orders", 3);
    HeldFile held =
        HeldFile.make(home.partition("orders-1").resolve("partition.metadata"), "version: 0\n");
    try (held;
        ServiceProcess service = home.start()) {
      service.await(
          "it hangs",
          () ->
              service.workers().stream()
                  .anyMatch(
                      worker ->
                          worker.path("partition").asText().equals("orders-1")
                              && worker.path("heartbeatAgeMs").asLong() > 500));

      Duration took = stop(service);

      Figures.note("stop while a worker hangs in a read", "5 s", took.toMillis() + " ms");
    }
    held.remove();
    assertFree(home.logDir());
    try (ServiceProcess service = home.start()) {
      service.await("clean", () -> service.count("clean") == 3);
    }
  }

  @Test
  void sigterm_twice_changesNothing() throws Exception {
    ServiceHome home = new ServiceHome(temp).partitions("orders", 1);
    try (ServiceProcess service = home.start()) {
      service.terminate();

      stop(service);
    }
    assertFree(home.logDir());
  }

  /** Some megabytes of records that supersede each other, in sealed segments. */
  private static Path big(Path dir) throws IOException {
    char[] value = new char[100_000];
    Arrays.fill(value, 'v');
    try (ScriptedLog log = ScriptedLog.in(Files.createDirectories(dir), Map.of())) {
      for (int segment = 0; segment < 4; segment++) {
        for (int i = 0; i < 40; i++) {
          log.put("key-" + (i + segment) % 50, segment + new String(value));
        }
        log.roll();
      }
      log.put("active", "1");
    }
    return ScriptedLog.partition(dir);
  }

  private Map<String, String> live(Path partition, String name) throws IOException {
    Path copy = Trees.copy(partition, Files.createDirectories(temp.resolve(name)).resolve("big-0"));
    return KafkaOracle.liveRecords(copy, Map.of(), 0, ScriptedLog.TIME_MS);
  }
}
