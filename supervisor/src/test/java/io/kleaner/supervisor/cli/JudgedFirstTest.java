// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is not to be cleaned is not touched either, and trouble of one is not another's. */
class JudgedFirstTest {

  @TempDir private Path temp;
  private Path logDir;
  private Path partition;

  @BeforeEach
  void unpack() throws IOException {
    logDir = Fixtures.unpack("o-names", temp);
    partition = logDir.resolve("my-topic-0");
  }

  private void tear() throws IOException {
    SegmentSurgery active = SegmentSurgery.on(partition, 1560);
    active.cutTo(active.size() - 5).done();
  }

  @Test
  void truncateTail_topicThatIsNotCompacted_keepsItsTail() throws IOException {
    tear();
    Map<String, String> before = Tree.of(logDir);

    Cli.Run run =
        Cli.run("compact", "--truncate-tail", "--config", "cleanup.policy=delete", logDir);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("my-topic-0: not cleaned: ");
    assertThat(Tree.of(logDir)).isEqualTo(before);
  }

  @Test
  void truncateTail_topicOfUnknownPolicy_keepsItsTail() throws IOException {
    tear();
    Map<String, String> before = Tree.of(logDir);

    Cli.run("compact", "--truncate-tail", logDir);

    assertThat(Tree.of(logDir)).isEqualTo(before);
  }

  @Test
  void truncateTail_brokenBefore_keepsItsTail() throws IOException {
    Files.delete(logDir.resolve(".kafka_cleanshutdown"));
    tear();
    SegmentSurgery segment = SegmentSurgery.on(partition, 387);
    segment.putByte(segment.batches().get(2) + SegmentSurgery.ATTRIBUTES, 0x5a).done();
    Map<String, String> before = Tree.of(partition);

    Cli.Run run =
        Cli.run("compact", "--topic", "my-topic", "--after-crash", "--truncate-tail", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.out()).doesNotContain("cut ");
    assertThat(Tree.of(partition)).isEqualTo(before);
  }

  @Test
  void truncateTail_json_saysWhatWasCut() throws IOException {
    tear();

    Cli.Run run = Cli.run("compact", "--json", "--truncate-tail", partition);

    assertThat(run.json().get("partitions").get(0).get("status").asText()).isEqualTo("truncated");
    assertThat(run.json().get("partitions").get(0).get("bytes").asLong()).isPositive();
  }

  @Test
  void recover_leftoversOfATopicThatIsNotCompacted_stay() throws IOException {
    Path left = Files.writeString(partition.resolve("00000000000000000387.log.cleaned"), "x");

    Cli.run("compact", "--config", "cleanup.policy=delete", logDir);

    assertThat(left).exists();
  }

  @Test
  void compact_secondDirectoryAfterOneWithABrokenMetadataLog_isDone() throws IOException {
    Path broken = Fixtures.unpack("a-plain", temp.resolve("broken"));
    Path metadata = Files.createDirectories(broken.resolve("__cluster_metadata-0"));
    Files.write(metadata.resolve("00000000000000000010-0000000001.checkpoint"), new byte[200]);

    Cli.Run run = Cli.run("compact", "--json", "--topic", "my-topic", broken, logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.json().get("unusable").get(0).get("reason").asText())
        .contains("metadata log", "cannot be read");
    assertThat(run.json().get("cleaned").asInt()).isPositive();
  }

  @Test
  void compact_lockThatCannotBeOpened_isRefusedAndTheOtherDirectoryIsDone() throws IOException {
    Path other = Fixtures.unpack("a-plain", temp.resolve("other"));
    FailingDisk disk =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == FailingDisk.Op.LOCK && path.startsWith(other)) {
                throw new java.nio.file.AccessDeniedException(path.toString());
              }
            });

    Cli.Run run = Cli.runOn(disk, "compact", "--topic", "my-topic", other, logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("cannot be opened to take its lock");
    assertThat(run.out()).contains("my-topic-0: cleaned");
  }

  @Test
  void compact_checkpointThatCannotBeReplaced_isRefusedBeforeTheFirstSwap() throws IOException {
    Files.writeString(logDir.resolve("cleaner-offset-checkpoint"), "0\n0\n");
    Map<String, String> before = Tree.of(logDir);
    FailingDisk disk =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == FailingDisk.Op.COPY_OWNERSHIP && path.toString().contains("checkpoint")) {
                throw new IOException(path + ": Operation not permitted");
              }
            });

    Cli.Run run = Cli.runOn(disk, "compact", partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("checkpoint cannot be replaced", "nothing was changed");
    assertThat(Tree.of(logDir)).isEqualTo(before);
  }

  @Test
  void compact_failsInTheMiddleOfASwap_saysThatRecoverFinishesIt() throws IOException {
    FailingDisk disk =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == FailingDisk.Op.RENAME && path.toString().endsWith("0.log")) {
                throw new IOException(path + ": Input/output error");
              }
            });

    Cli.Run run = Cli.runOn(disk, "compact", partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(1);
    assertThat(run.err())
        .contains("the swap of its group 1 of", "recover")
        .doesNotContain("nothing was changed");
  }

  @Test
  void anyCommand_errorOfTheMachine_isToldInOneMessageAndExits1() {
    FailingDisk disk =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == FailingDisk.Op.OPEN_READ && path.toString().endsWith(".log")) {
                throw new UnsatisfiedLinkError("no zstd-jni in java.library.path");
              }
            });

    Cli.Run run = Cli.runOn(disk, "check", "--level", "3", partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(1);
    assertThat(run.err()).contains("UnsatisfiedLinkError", "-Djava.io.tmpdir").hasLineCount(2);
  }

  @Test
  void compact_errorOfTheMachineInOnePartition_othersAreDone() {
    FailingDisk disk =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == FailingDisk.Op.CREATE && path.startsWith(partition)) {
                throw new StackOverflowError("staged");
              }
            });

    Cli.Run run = Cli.runOn(disk, "compact", "--topic", "my-topic", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(1);
    assertThat(run.err()).contains("my-topic-0: FAILED: java.lang.StackOverflowError");
    assertThat(run.out()).contains("my-topic-1: cleaned");
  }

  @Test
  void compact_topicWithTheLongestName_isCleaned() throws IOException {
    String name = "t".repeat(247) + "-0";
    Path longest = Files.move(partition, temp.resolve(name));

    Cli.Run run = Cli.run("compact", "--high-watermark", "log-end", "--memory", "1m", longest);

    assertThat(run.exit()).as(run.all()).isZero();
    try (Stream<Path> files = Files.list(longest)) {
      assertThat(files).noneMatch(file -> file.toString().endsWith(".spill"));
    }
  }

  @Test
  void compact_consumerOffsetsUnderABrokerWideDeletePolicy_isStillCompacted() throws IOException {
    Path properties =
        Files.writeString(temp.resolve("server.properties"), "log.cleanup.policy=delete\n");
    Files.move(partition, logDir.resolve("__consumer_offsets-0"));
    Files.deleteIfExists(logDir.resolve("__consumer_offsets-0/partition.metadata"));
    Path checkpoint = logDir.resolve("replication-offset-checkpoint");
    Files.writeString(
        checkpoint, Files.readString(checkpoint).replace("my-topic 0 ", "__consumer_offsets 0 "));

    Cli.Run run = Cli.run("compact", "--server-properties", properties, logDir);

    assertThat(run.out()).contains("__consumer_offsets-0: cleaned");
  }
}
