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
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that refuse, or have no room: one message, nothing changed, other partitions done. */
class BadDiskTest {

  @TempDir private Path temp;
  private Path logDir;
  private Path partition;

  @BeforeEach
  void unpack() throws IOException {
    logDir = Fixtures.unpack("o-names", temp);
    partition = logDir.resolve("my-topic-0");
  }

  @Test
  void compact_unreadableDirectory_isRefused() throws IOException {
    FileSystem disk = failing(Op.LIST, logDir);

    assertRefused(disk, logDir, logDir + " cannot be read: permission denied", "Run as the user");
  }

  @Test
  void compact_unreadablePartition_isRefusedAndOthersAreDone() throws IOException {
    Map<String, String> before = Tree.of(partition);

    Cli.Run run = Cli.runOn(failing(Op.LIST, partition), "compact", "--topic", "my-topic", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err())
        .contains(
            "my-topic-0: refused: ",
            "permission denied for " + partition + "; nothing was changed.",
            "Run as the user that the broker runs as.")
        .hasLineCount(2);
    assertThat(run.out()).contains("my-topic-1: cleaned");
    assertThat(Tree.of(partition)).isEqualTo(before);
  }

  @Test
  void compact_unreadableSegment_isRefusedAndOthersAreDone() throws IOException {
    Map<String, String> before = Tree.of(partition);

    Cli.Run run =
        Cli.runOn(
            failing(Op.OPEN_READ, SegmentSurgery.log(partition, 387)),
            "compact",
            "--topic",
            "my-topic",
            logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err())
        .contains("my-topic-0: refused: ", "00000000000000000387.log", "nothing was changed")
        .hasLineCount(2);
    assertThat(run.out()).contains("my-topic-1: cleaned");
    assertThat(Tree.of(partition)).isEqualTo(before);
  }

  @Test
  void compact_directoryThatMayNotBeWrittenTo_isRefused() throws IOException {
    assertRefused(
        FailingDisk.readOnly(new LocalFileSystem(), (op, path) -> {}),
        logDir,
        logDir + " cannot be written to; nothing was changed.",
        "--output");
  }

  @Test
  void compact_partitionInWhichNothingCanBeCreated_isRefusedAndOthersAreDone() throws IOException {
    Map<String, String> before = Tree.of(partition);
    FileSystem disk =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == Op.CREATE && path.startsWith(partition)) {
                throw new AccessDeniedException(path.toString());
              }
            });

    Cli.Run run = Cli.runOn(disk, "compact", "--topic", "my-topic", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("my-topic-0: ", "nothing was changed").hasLineCount(2);
    assertThat(run.out()).contains("my-topic-1: cleaned");
    assertThat(Tree.of(partition)).isEqualTo(before);
  }

  @Test
  void compact_ownershipThatCannotBeKept_isRefusedBeforeTheCommit() throws IOException {
    FileSystem disk =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == Op.COPY_OWNERSHIP && path.startsWith(partition)) {
                throw new IOException(path + " cannot get the owner");
              }
            });
    Map<String, String> before = Tree.of(partition);

    Cli.Run run = Cli.runOn(disk, "compact", "--topic", "my-topic", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("cannot get the owner", "nothing was changed");
    assertThat(run.out()).contains("my-topic-1: cleaned");
    assertThat(Tree.of(partition)).isEqualTo(before);
  }

  @Test
  void compact_readOnlyFiles_areReplacedByReadOnlyFiles() throws IOException {
    for (String name : Tree.names(partition)) {
      Files.setPosixFilePermissions(
          partition.resolve(name), PosixFilePermissions.fromString("r--r--r--"));
    }
    // Where tests run as root every file may be opened; for everybody else it is so.
    FileSystem disk =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == Op.OPEN_WRITE && !ownerMayWrite(path)) {
                throw new AccessDeniedException(path.toString());
              }
            });

    Cli.Run run = Cli.runOn(disk, "compact", partition);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(ownerMayWrite(SegmentSurgery.log(partition, 0))).isFalse();
    assertThat(SegmentSurgery.log(partition, 387)).doesNotExist();
  }

  @Test
  void compact_tooLittleRoom_isRefusedBeforeTheFirstByteIsWritten() throws IOException {
    assertRefused(
        FailingDisk.withUsableBytes(new LocalFileSystem(), 1000),
        partition,
        "needs up to",
        "1000 are free in " + partition + "; nothing was changed.",
        "Free ");
  }

  /** Where both count on the same bytes, both write; where not, one looks again until it may. */
  @Test
  void compact_roomForOneOfTwoThreads_oneAfterTheOther() throws IOException {
    long largest = Math.max(bytesOfLogs(partition), bytesOfLogs(logDir.resolve("my-topic-1")));
    CyclicBarrier bothLook = new CyclicBarrier(2);
    AtomicInteger looks = new AtomicInteger();
    CountDownLatch otherMoved = new CountDownLatch(1);
    Set<Path> writing = ConcurrentHashMap.newKeySet();
    AtomicInteger together = new AtomicInteger();
    FileSystem disk =
        FailingDisk.withUsableBytes(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == Op.CREATE && path.toString().endsWith(".log.cleaned")) {
                writing.add(path.getParent());
                together.accumulateAndGet(writing.size(), Math::max);
                if (writing.size() > 1) {
                  otherMoved.countDown();
                }
                await(otherMoved);
              } else if (op == Op.RENAME && path.toString().endsWith(".log.cleaned")) {
                writing.remove(path.getParent());
              }
            },
            () -> {
              if (looks.incrementAndGet() <= 2) {
                await(bothLook);
              } else {
                otherMoved.countDown();
              }
              return largest;
            });

    Cli.Run run = Cli.runOn(disk, "compact", "--topic", "my-topic", "--threads", "2", logDir);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("my-topic-0: cleaned", "my-topic-1: cleaned");
    assertThat(together.get()).as("cleans that wrote at the same time").isEqualTo(1);
  }

  private static long bytesOfLogs(Path dir) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void compact_tooLittleRoomForTheOutput_isRefused() throws IOException {
    Map<String, String> before = Tree.of(logDir);

    Cli.Run run =
        Cli.runOn(
            FailingDisk.withUsableBytes(new LocalFileSystem(), 1000),
            "compact",
            "--output",
            temp.resolve("out"),
            partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("1000 are free", "nothing was copied").hasLineCount(2);
    assertThat(Tree.of(logDir)).isEqualTo(before);
  }

  @Test
  void compact_diskFullInTheMiddle_failsAsItWasAndOthersAreDone() throws IOException {
    Map<String, String> before = Tree.of(partition);
    FileSystem disk =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == Op.WRITE
                  && path.startsWith(partition)
                  && path.toString().contains(".log")) {
                throw new IOException("No space left on device");
              }
            });

    Cli.Run run = Cli.runOn(disk, "compact", "--topic", "my-topic", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(1);
    assertThat(run.err())
        .contains("my-topic-0: FAILED: ", "No space left", "nothing was changed", "try again")
        .hasLineCount(2);
    assertThat(run.out()).contains("my-topic-1: cleaned");
    assertThat(Tree.of(partition)).isEqualTo(before);
  }

  private static boolean ownerMayWrite(Path file) throws IOException {
    return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OWNER_WRITE);
  }

  private static FileSystem failing(Op failing, Path on) {
    return new FailingDisk(
        new LocalFileSystem(),
        (op, path) -> {
          if (op == failing && path.equals(on)) {
            throw new AccessDeniedException(path.toString());
          }
        });
  }

  private void assertRefused(FileSystem disk, Path dir, String... message) throws IOException {
    Map<String, String> before = Tree.of(temp);

    Cli.Run run = Cli.runOn(disk, "compact", dir);

    assertThat(run.exit()).as(run.all()).isEqualTo(ExitCode.REFUSED.number());
    assertThat(run.err())
        .containsIgnoringCase("nothing was changed")
        .contains(message)
        .hasLineCount(2);
    assertThat(run.nextStep()).isNotEmpty();
    assertThat(Tree.of(temp)).isEqualTo(before);
  }
}
