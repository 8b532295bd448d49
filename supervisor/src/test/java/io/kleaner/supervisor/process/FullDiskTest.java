// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real file system without room. */
class FullDiskTest {

  private static final int SIZE_BYTES = 8 * 1024 * 1024;
  private static final int PARTITIONS = 3;

  @TempDir private Path temp;

  @Test
  void disk_isFull_isToldNobodyIsBlamedAndAllAreCleanedOnceThereIsRoom() throws Exception {
    ServiceHome home = new ServiceHome(temp).set("failure.backoff.ms", 200);
    Path model = big(temp.resolve("big"));
    Path data = Files.createDirectories(temp.resolve("data"));
    for (int i = 0; i < PARTITIONS; i++) {
      Trees.copy(model, data.resolve("big-" + i));
    }
    SmallDisk disk = SmallDisk.on(home, data, SIZE_BYTES);
    try (ServiceProcess service = home.start()) {
      Path logs = disk.seenFrom(service.pid());
      Path filler = logs.resolve("filler");
      assertThat(filler).exists();
      service.await("told", () -> service.isFiring("NoRoom"));
      assertThat(service.incidents("PARTITION_QUARANTINED")).isEmpty();
      assertThat(service.incidents("WORKER_DEAD")).isEmpty();
      assertThat(live(logs.resolve("big-0"), "while-full")).isEqualTo(live(model, "before"));

      Files.delete(filler);

      service.await("clean", () -> service.count("clean") == PARTITIONS);
      assertThat(live(logs.resolve("big-0"), "after")).isEqualTo(live(model, "before-again"));
      service.await("resolved", () -> service.count("quarantined") == 0);
    }
  }

  private static Path big(Path dir) throws IOException {
    char[] value = new char[20_000];
    Arrays.fill(value, 'v');
    try (ScriptedLog log = ScriptedLog.in(Files.createDirectories(dir), Map.of())) {
      for (int segment = 0; segment < 2; segment++) {
        for (int i = 0; i < 30; i++) {
          log.put("key-" + i % 25, segment + new String(value));
        }
        log.roll();
      }
      log.put("active", "1");
    }
    return ScriptedLog.partition(dir);
  }

  private Map<String, String> live(Path partition, String name) throws IOException {
    Path copy = Files.createDirectories(temp.resolve(name).resolve("b-0"));
    try (Stream<Path> files = Files.list(partition)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        copy(file, copy.resolve(file.getFileName()));
      }
    }
    return KafkaOracle.liveRecords(copy, Map.of(), 0, ScriptedLog.TIME_MS);
  }

  /** The service tries again and again meanwhile: what its cleans write comes and goes. */
  private static void copy(Path file, Path to) throws IOException {
    try {
      Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES);
    } catch (NoSuchFileException e) {
      if (!file.toString().matches(".*\\.(cleaned|kleaner)")) {
        throw e;
      }
      Files.deleteIfExists(to);
    }
  }

  /** A small file system in memory that only the service's process has mounted, and is full. */
  private record SmallDisk(Path mountPoint) {

    static SmallDisk on(ServiceHome home, Path data, int sizeBytes)
        throws IOException, InterruptedException {
      Path mountPoint = home.logDir();
      String script =
          "mount -t tmpfs -o size="
              + sizeBytes
              + " tmpfs '"
              + mountPoint
              + "' && cp -a '"
              + data
              + "/.' '"
              + mountPoint
              + "/' && { head -c "
              + sizeBytes
              + " /dev/zero > '"
              + mountPoint
              + "/filler' 2>/dev/null; exec \"$@\"; }";
      String[] prefix = {"unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh"};
      Assumptions.assumeTrue(works(prefix), "no file system can be mounted here");
      home.wrappedIn(prefix);
      return new SmallDisk(mountPoint);
    }

    private static boolean works(String[] prefix) throws InterruptedException {
      String[] all = Arrays.copyOf(prefix, prefix.length + 1);
      all[prefix.length] = "true";
      try {
        Process tried = new ProcessBuilder(all).redirectErrorStream(true).start();
        return tried.waitFor(60, TimeUnit.SECONDS) && tried.exitValue() == 0;
      } catch (IOException none) {
        return false;
      }
    }

    /** Where others see what that process has mounted. */
    Path seenFrom(long pid) {
      return Path.of("/proc/" + pid + "/root" + mountPoint);
    }
  }
}
