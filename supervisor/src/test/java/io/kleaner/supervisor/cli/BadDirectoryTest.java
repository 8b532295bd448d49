// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories that must not be worked on: each is refused in one message, and stays as it was. */
class BadDirectoryTest {

  private static final String HIGH_WATERMARKS = "replication-offset-checkpoint";

  @TempDir private Path temp;
  private Path logDir;
  private Path partition;

  @BeforeEach
  void unpack() throws IOException {
    logDir = Fixtures.unpack("o-names", temp);
    partition = logDir.resolve("my-topic-0");
  }

  @Test
  void everyCommand_missingDirectory_isRefused() {
    Path missing = temp.resolve("nowhere");

    for (String command : new String[] {"compact", "plan", "check", "dump", "recover"}) {
      Cli.Run run = Cli.run(command, missing);
      assertThat(run.exit()).as(command + run.all()).isEqualTo(3);
      assertThat(run.err()).contains(missing + " does not exist", "Check the path").hasLineCount(2);
    }
    assertThat(Cli.run("diff", partition, missing).exit()).isEqualTo(3);
  }

  @Test
  void compact_secondOfTwoDirectoriesMissing_firstIsStillDone() {
    Cli.Run run = Cli.run("compact", temp.resolve("nowhere"), partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("nowhere does not exist");
    assertThat(run.out()).contains("my-topic-0: cleaned up to offset 1560");
  }

  @Test
  void compact_directoryThatIsNoPartition_isRefused() throws IOException {
    Path other = Files.createDirectories(temp.resolve("photos"));
    Files.writeString(other.resolve("cat.jpg"), "meow");

    assertRefused(other, "neither a partition directory", "Name the");
  }

  @Test
  void compact_fileInsteadOfDirectory_isRefused() throws IOException {
    Path file = SegmentSurgery.log(partition, 387);

    assertRefused(file, "is not a directory", "Name a partition directory");
  }

  @Test
  void compact_segmentsInADirectoryNotNamedLikeAPartition_isRefused() throws IOException {
    Path copy = Files.move(partition, temp.resolve("backup"));

    assertRefused(copy, "not named like a partition", "such as orders-0");
  }

  @Test
  void compact_lockHeldByAnotherProcess_isRefusedWithItsPid() throws Exception {
    Map<String, String> before;
    Cli.Run run;
    try (ForeignLock lock = ForeignLock.on(logDir.resolve(".lock"))) {
      before = Tree.of(logDir);
      run = Cli.run("compact", "--topic", "my-topic", logDir);

      assertThat(run.err()).contains("is locked by process " + lock.pid());
      assertThat(Tree.of(logDir)).isEqualTo(before);
    }
    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("nothing was changed", "Stop it first").hasLineCount(2);
  }

  @Test
  void recover_lockHeldByAnotherProcess_isRefused() throws Exception {
    try (ForeignLock lock = ForeignLock.on(logDir.resolve(".lock"))) {
      Cli.Run run = Cli.run("recover", logDir);

      assertThat(run.exit()).as(run.all()).isEqualTo(3);
      assertThat(run.err()).contains("process " + lock.pid());
    }
  }

  @Test
  void compact_noHighWatermark_isRefusedWithTheFlag() throws IOException {
    Files.delete(logDir.resolve(HIGH_WATERMARKS));

    assertRefused(partition, "high watermark", "--high-watermark");
  }

  @Test
  void compact_noHighWatermarkOfOnePartition_othersAreDone() throws IOException {
    String text = Files.readString(logDir.resolve(HIGH_WATERMARKS));
    Files.writeString(
        logDir.resolve(HIGH_WATERMARKS),
        text.replace("my-topic 0 1620\n", "").replace("\n7\n", "\n6\n"));
    Map<String, String> before = Tree.of(partition);

    Cli.Run run = Cli.run("compact", "--topic", "my-topic", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("my-topic-0: refused: ", "--high-watermark").hasLineCount(2);
    assertThat(run.out()).contains("my-topic-1: cleaned");
    assertThat(Tree.of(partition)).isEqualTo(before);
  }

  @Test
  void compact_linkNamedByHand_isResolved() throws IOException {
    Path link = Files.createSymbolicLink(temp.resolve("orders-0"), partition);

    Cli.Run run = Cli.run("compact", link);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("my-topic-0: cleaned up to offset 1560");
    assertThat(link).isSymbolicLink();
  }

  @Test
  void compact_partitionThatIsALink_isSkippedAndOthersAreDone() throws IOException {
    Path elsewhere = Files.move(partition, temp.resolve("my-topic-0"));
    Files.createSymbolicLink(partition, elsewhere);
    Map<String, String> before = Tree.of(elsewhere);

    Cli.Run run = Cli.run("compact", "--topic", "my-topic", logDir);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out())
        .contains("my-topic-0: skipped: a symbolic link; name it by hand", "my-topic-1: cleaned");
    assertThat(Tree.of(elsewhere)).isEqualTo(before);
  }

  @Test
  void compact_segmentThatIsALink_isRefusedAndOthersAreDone() throws IOException {
    Path segment = SegmentSurgery.log(partition, 387);
    Path elsewhere = Files.move(segment, temp.resolve("segment"));
    Files.createSymbolicLink(segment, elsewhere);
    Map<String, String> before = Tree.of(partition);

    Cli.Run run = Cli.run("compact", "--topic", "my-topic", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err())
        .contains("00000000000000000387.log is a symlink", "nothing was changed", "Put the file")
        .hasLineCount(2);
    assertThat(run.out()).contains("my-topic-1: cleaned");
    assertThat(Tree.of(partition)).isEqualTo(before);
  }

  @Test
  void compact_brokerDidNotStopCleanly_isRefusedWithTheFlag() throws IOException {
    Files.delete(logDir.resolve(".kafka_cleanshutdown"));

    assertRefused(logDir, "has not stopped cleanly", "Nothing was", "--after-crash");
  }

  @Test
  void compact_brokerDidNotStopCleanlyAfterCrash_checksAndCleans() throws IOException {
    Files.delete(logDir.resolve(".kafka_cleanshutdown"));

    Cli.Run run = Cli.run("compact", "--after-crash", "--topic", "my-topic", logDir);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("my-topic-0: cleaned", "my-topic-1: cleaned");
  }

  @Test
  void compact_afterCrashWithABrokenActiveSegment_isRefusedAndOthersAreDone() throws IOException {
    Files.delete(logDir.resolve(".kafka_cleanshutdown"));
    SegmentSurgery active = SegmentSurgery.on(partition, 1560);
    active.flip(active.batches().get(1) + 70).done();
    Map<String, String> before = Tree.of(partition);

    Cli.Run run = Cli.run("compact", "--after-crash", "--topic", "my-topic", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("CRC_MISMATCH", "Nothing was changed", "start it once");
    assertThat(run.out()).contains("my-topic-1: cleaned");
    assertThat(Tree.of(partition)).isEqualTo(before);
  }

  private void assertRefused(Path dir, String... message) throws IOException {
    Map<String, String> before = Tree.of(temp);

    Cli.Run run = Cli.run("compact", dir);

    assertThat(run.exit()).as(run.all()).isEqualTo(ExitCode.REFUSED.number());
    assertThat(run.err())
        .containsIgnoringCase("nothing was changed")
        .contains(message)
        .hasLineCount(2);
    assertThat(run.nextStep()).isNotEmpty();
    assertThat(Tree.of(temp)).isEqualTo(before);
  }
}
