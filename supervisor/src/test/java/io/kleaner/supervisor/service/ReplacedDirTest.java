// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.oracle.Trees;
import io.kleaner.supervisor.cli.ForeignLock;
import io.kleaner.supervisor.metrics.OpenMetricsParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log directory whose path leads to another one while it is served. */
class ReplacedDirTest {

  @TempDir private Path temp;

  @Test
  void scan_anotherDirectoryThatIsLockedTookTheName_isGivenUpAndNothingThereIsTouched()
      throws Exception {
    Path other = new ServiceLab(temp.resolve("other")).partitions("gzip", 2).logDir();
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 1).start()) {
      lab.await("clean", () -> lab.count("clean") == 1);
      try (ForeignLock broker = ForeignLock.on(other.resolve(".lock"))) {
        Map<String, byte[]> before = filesOf(other);
        Files.move(lab.logDir(), temp.resolve("logs.old"));
        Files.move(other, lab.logDir());

        lab.await("found", () -> lab.incident("LOG_DIR_BLIND").isPresent());
        lab.await("told", () -> lab.isFiring("LogDirBlind"));
        lab.await("tried again", () -> problem(lab).contains("process " + broker.pid()));

        assertThat(lab.api().partitions()).isEmpty();
        assertThat(OpenMetricsParser.parse(lab.api().metrics(true)).families().keySet())
            .contains("kleaner_log_dir_scan_age_seconds")
            .doesNotContain("kleaner_log_dir_dirty_bytes");
        assertThat(filesOf(lab.logDir())).containsExactlyEntriesOf(before);
      }
      lab.await("taken anew once it is free", () -> lab.count("clean") == 2);
      assertThat(lab.incident("LOG_DIR_SEEN")).isPresent();
    }
  }

  @Test
  void scan_lockDeletedByHand_isTakenAnew() throws Exception {
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 1).start()) {
      lab.await("clean", () -> lab.count("clean") == 1);

      Files.delete(lab.logDir().resolve(".lock"));

      lab.await("locked again", () -> Files.exists(lab.logDir().resolve(".lock")));
      lab.partitions("later", 1);
      lab.await("goes on", () -> lab.count("clean") == 2);
    }
    assertThat(temp.resolve("logs/.lock")).doesNotExist();
  }

  @Test
  void scan_metaPropertiesAppear_isGivenUpAsItWouldNotHaveBeenTaken() throws Exception {
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 1).start()) {
      lab.await("clean", () -> lab.count("clean") == 1);

      Files.writeString(lab.logDir().resolve("meta.properties"), "version=0\n");

      lab.await("told", () -> lab.isFiring("LogDirBlind"));
      lab.await("shown", () -> problem(lab).contains("meta.properties"));
      assertThat(problem(lab)).contains("--exclusive");
      assertThat(lab.logDir().resolve(".lock")).doesNotExist();
    }
  }

  @Test
  void commit_directoryReplacedByItsCopyMeanwhile_nothingOfTheCopyIsCommitted() throws Exception {
    AtomicReference<Map<String, byte[]>> copied = new AtomicReference<>();
    Path logs = temp.resolve("logs");
    FileSystem disk =
        HookedDisk.with(
            (operation, path) -> {
              if (operation.equals("copyOwnership") && copied.get() == null) {
                copied.set(replaceByCopy(logs, temp.resolve("logs.old")));
              }
            });
    try (ServiceLab lab = new ServiceLab(temp).partitions("orders", 1)) {
      Files.createFile(temp.resolve("logs/.lock"));
      lab.on(disk).start();

      lab.await("given up", () -> problem(lab).contains("given up") || lab.count("clean") == 1);
      // A scan may give it up while the copy is still made.
      lab.await("copied", () -> copied.get() != null);

      assertThat(problem(lab)).contains("no longer the file that was locked");
      assertThat(filesOf(logs)).containsExactlyEntriesOf(copied.get());
      assertThat(lab.api().status()).containsEntry("cleans", 0L).containsEntry("failures", 0L);
    }
  }

  /** What is there then can be committed, by whoever does not look at the lock. */
  private static Map<String, byte[]> replaceByCopy(Path dir, Path away) throws IOException {
    Files.move(dir, away);
    Trees.copy(away, dir);
    Files.writeString(dir.resolve("meta.properties"), "version=0\n");
    return filesOf(dir);
  }

  private static String problem(ServiceLab lab) {
    return lab.api().status().toString();
  }

  private static Map<String, byte[]> filesOf(Path dir) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(dir)) {
      for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        files.put(dir.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }
}
