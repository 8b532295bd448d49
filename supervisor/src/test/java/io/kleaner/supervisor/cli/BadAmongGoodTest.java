// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.Fixtures;
import io.kleaner.supervisor.cli.FailingDisk.Op;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Directories of which nothing can be done, named before a good one: each is refused in one message
 * that says what is wrong, where, what follows and what to do next, and stays as it was; the good
 * one is cleaned.
 */
class BadAmongGoodTest {

  private static final FileSystem DISK = new LocalFileSystem();

  @TempDir private Path temp;
  private Path bad;
  private Path good;

  @BeforeEach
  void unpack() throws IOException {
    bad = Fixtures.unpack("o-names", temp.resolve("bad"));
    good = Fixtures.unpack("o-names", temp.resolve("good"));
  }

  @Test
  void compact_missing_nextIsCleaned() throws IOException {
    Path missing = temp.resolve("nowhere");

    assertRefused(DISK, missing, missing + " does not exist", "Check the path");
  }

  @Test
  void compact_noPartition_nextIsCleaned() throws IOException {
    Path other = Files.createDirectories(temp.resolve("photos"));
    Files.writeString(other.resolve("cat.jpg"), "meow");

    assertRefused(DISK, other, other + " is neither a partition directory", "Name the directory");
  }

  @Test
  void compact_file_nextIsCleaned() throws IOException {
    Path file = Files.writeString(temp.resolve("orders-0"), "no directory");

    assertRefused(DISK, file, file + " is not a directory", "Name a partition directory");
  }

  @Test
  void compact_partitionWithoutSegments_nextIsCleaned() throws IOException {
    Path empty = Files.createDirectories(bad.resolve("empty-0"));
    Files.writeString(empty.resolve("leader-epoch-checkpoint"), "0\n0\n");

    assertRefused(DISK, empty, empty.toString(), "Name ");
  }

  @Test
  void compact_unreadable_nextIsCleaned() throws IOException {
    FileSystem disk =
        new FailingDisk(
            DISK,
            (op, path) -> {
              if (op == Op.LIST && path.equals(bad)) {
                throw new AccessDeniedException(path.toString());
              }
            });

    assertRefused(disk, bad, bad + " cannot be read: permission denied", "Run as the user");
  }

  @Test
  void compact_lockCannotBeOpened_nextIsCleaned() throws IOException {
    Path lock = bad.resolve(".lock");
    FileSystem disk =
        new FailingDisk(
            DISK,
            (op, path) -> {
              if (op == Op.LOCK && path.equals(lock)) {
                throw new AccessDeniedException(path.toString());
              }
            });

    assertRefused(disk, bad, lock + " cannot be opened", "");
  }

  @Test
  void compact_locked_nextIsCleaned() throws Exception {
    try (ForeignLock lock = ForeignLock.on(bad.resolve(".lock"))) {
      assertRefused(DISK, bad, "is locked by process " + lock.pid(), "Stop it first");
    }
  }

  @Test
  void compact_notStoppedCleanly_nextIsCleaned() throws IOException {
    Files.delete(bad.resolve(".kafka_cleanshutdown"));

    assertRefused(
        DISK, bad, bad + " belongs to a broker that has not stopped cleanly", "--after-crash");
  }

  @Test
  void compact_noHighWatermark_nextIsCleaned() throws IOException {
    Files.delete(bad.resolve("replication-offset-checkpoint"));

    assertRefused(DISK, bad.resolve("my-topic-0"), "no high watermark", "--high-watermark");
  }

  @Test
  void compact_checkpointCorrupt_nextIsCleaned() throws IOException {
    Files.writeString(bad.resolve("cleaner-offset-checkpoint"), "0\n1\nmy-topic zero 12\n");

    assertRefused(DISK, bad.resolve("my-topic-0"), "cleaner-offset-checkpoint", "");
  }

  /**
   * @param what it is, and where
   * @param nextStep a part of the second line
   */
  private void assertRefused(FileSystem disk, Path dir, String what, String nextStep)
      throws IOException {
    Map<String, String> before = Tree.of(temp.resolve("bad"));

    Cli.Run run = Cli.runOn(disk, "compact", "--topic", "my-topic", dir, good);

    assertThat(run.exit()).as(run.all()).isEqualTo(ExitCode.REFUSED.number());
    assertThat(run.err()).contains(what).hasLineCount(2);
    assertThat(run.err()).containsIgnoringCase("nothing was changed");
    assertThat(run.nextStep()).contains(nextStep);
    assertThat(Tree.of(temp.resolve("bad"))).isEqualTo(before);
    assertThat(run.out()).contains("my-topic-0: cleaned", "my-topic-1: cleaned");
    assertThat(Cli.run("check", "--level", "3", good).exit()).isZero();
  }
}
