// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is not a log but stands beside one: rebuilt where it can be, else refused with its place.
 */
class BadSideFileTest {

  @TempDir private Path temp;
  private Path logDir;
  private Path partition;

  @BeforeEach
  void unpack() throws IOException {
    logDir = Fixtures.unpack("o-names", temp);
    partition = logDir.resolve("my-topic-0");
  }

  @ParameterizedTest
  @ValueSource(strings = {".index", ".timeindex"})
  void compact_indexesMissing_rebuildsThem(String suffix) throws IOException {
    deleteAll(suffix);

    Cli.Run run = Cli.run("compact", partition);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(partition.resolve("00000000000000000000" + suffix)).exists();
    assertNoFindingsBelowTheActiveSegment();
  }

  @ParameterizedTest
  @ValueSource(strings = {".index", ".timeindex"})
  void compact_indexesGarbage_rebuildsThem(String suffix) throws IOException {
    for (String name : Tree.names(partition)) {
      if (name.endsWith(suffix) && !name.startsWith("00000000000000001560")) {
        byte[] garbage = Files.readAllBytes(partition.resolve(name));
        java.util.Arrays.fill(garbage, (byte) 0xa5);
        Files.write(partition.resolve(name), garbage);
      }
    }

    Cli.Run run = Cli.run("compact", partition);

    assertThat(run.exit()).as(run.all()).isZero();
    assertNoFindingsBelowTheActiveSegment();
  }

  @Test
  void compact_indexesOfOddLength_rebuildsThem() throws IOException {
    Files.write(partition.resolve("00000000000000000387.index"), new byte[13]);

    Cli.Run run = Cli.run("compact", partition);

    assertThat(run.exit()).as(run.all()).isZero();
    assertNoFindingsBelowTheActiveSegment();
  }

  @Test
  void compact_indexOfSegmentThatDoesNotChange_isRebuiltToo() throws IOException {
    assertThat(Cli.run("compact", partition).exit()).isZero();
    Path index = partition.resolve("00000000000000000000.index");
    byte[] whole = Files.readAllBytes(index);
    Files.delete(index);

    Cli.Run run = Cli.run("compact", "--from-start", partition);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(index).hasBinaryContent(whole);
  }

  @Test
  void compact_snapshotCorrupt_usesAnOlderOneAndSaysSo() throws IOException {
    Files.write(partition.resolve("00000000000000001620.snapshot"), new byte[] {1, 2, 3});

    Cli.Run run = Cli.run("compact", partition);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("warning", "00000000000000001620.snapshot");
  }

  @Test
  void compact_transactionIndexCorrupt_isRefusedWithItsPlace() throws IOException {
    Path dir = Fixtures.unpack("j-transactions", temp.resolve("txn"));
    Path bad = dir.resolve("transactions-0");
    Path index;
    try (java.util.stream.Stream<Path> files = Files.list(bad)) {
      index = files.filter(file -> file.toString().endsWith(".txnindex")).findFirst().orElseThrow();
    }
    Files.write(index, new byte[] {9, 9, 9});
    Map<String, String> before = Tree.of(bad);

    Cli.Run run = Cli.run("compact", "--topic", "transactions", dir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err())
        .contains(
            "transactions-0: refused: ", index.getFileName().toString(), "nothing was changed")
        .hasLineCount(2);
    assertThat(run.out()).contains("transactions-1: cleaned");
    assertThat(Tree.of(bad)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cleaner-offset-checkpoint",
        "replication-offset-checkpoint",
        "log-start-offset-checkpoint"
      })
  void compact_checkpointCorrupt_isRefusedWithFileAndLine(String name) throws IOException {
    Files.writeString(logDir.resolve(name), "0\n1\nmy-topic zero 12\n");

    assertRefused("my-topic-0", name, "line 3", "nothing was changed");
  }

  @Test
  void compact_recoveryPointsCorruptAfterACrash_isRefusedWithFileAndLine() throws IOException {
    Files.delete(logDir.resolve(".kafka_cleanshutdown"));
    Files.writeString(
        logDir.resolve("recovery-point-offset-checkpoint"), "0\n1\nmy-topic zero 12\n");
    Map<String, String> before = Tree.of(logDir);

    Cli.Run run = Cli.run("compact", "--after-crash", partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err())
        .contains("recovery-point-offset-checkpoint", "line 3", "nothing was changed");
    assertThat(Tree.of(logDir)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"7\n0\n", "0\n5\nmy-topic 0 12\n", "\u0000\u0000\u0000"})
  void compact_checkpointOfWrongShape_isRefused(String text) throws IOException {
    Files.writeString(logDir.resolve("cleaner-offset-checkpoint"), text);

    assertRefused("cleaner-offset-checkpoint", "nothing was changed");
  }

  @Test
  void compact_partitionMetadataCorrupt_isRefusedAndOthersAreDone() throws IOException {
    Files.writeString(partition.resolve("partition.metadata"), "version: 9\n");
    Map<String, String> before = Tree.of(partition);

    Cli.Run run = Cli.run("compact", "--topic", "my-topic", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("my-topic-0: refused: ", "partition.metadata").hasLineCount(2);
    assertThat(run.out()).contains("my-topic-1: cleaned");
    assertThat(Tree.of(partition)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "my-topic-0/partition.metadata",
        "my-topic-0/00000000000000001620.snapshot",
        "my-topic-0/00000000000000000387.index",
        "my-topic-0/00000000000000000387.timeindex",
        "my-topic-0/00000000000000000387.log",
        "my-topic-0/00000000000000000387.txnindex",
        "cleaner-offset-checkpoint",
        "replication-offset-checkpoint",
        "log-start-offset-checkpoint",
      })
  @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void compact_namedPipeInPlaceOfAFile_isRefusedAndNobodyWaitsForIt(String name) throws Exception {
    Path pipe = logDir.resolve(name);
    Path aside = temp.resolve("aside");
    if (Files.exists(pipe)) {
      Files.move(pipe, aside);
    }
    Map<String, String> before = Tree.of(logDir);
    makePipe(pipe);

    Cli.Run run = Cli.run("compact", partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains(pipe.getFileName().toString(), "regular file");
    Files.delete(pipe);
    assertThat(Tree.of(logDir)).isEqualTo(before);
  }

  private static void makePipe(Path path) throws Exception {
    try {
      Process made = new ProcessBuilder("mkfifo", path.toString()).start();
      Assumptions.assumeTrue(made.waitFor() == 0, "mkfifo failed");
    } catch (IOException e) {
      Assumptions.abort("there is no mkfifo: " + e);
    }
  }

  private void assertRefused(String... message) throws IOException {
    Map<String, String> before = Tree.of(logDir);

    Cli.Run run = Cli.run("compact", partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err())
        .containsIgnoringCase(message[message.length - 1])
        .contains(java.util.Arrays.copyOf(message, message.length - 1))
        .hasLineCount(2);
    assertThat(run.nextStep()).isNotEmpty();
    assertThat(Tree.of(logDir)).isEqualTo(before);
  }

  private void deleteAll(String suffix) throws IOException {
    for (String name : Tree.names(partition)) {
      if (name.endsWith(suffix) && !name.startsWith("00000000000000001560")) {
        Files.delete(partition.resolve(name));
      }
    }
  }

  private void assertNoFindingsBelowTheActiveSegment() {
    Cli.Run check = Cli.run("check", "--level", "3", partition);
    assertThat(check.exit()).as(check.all()).isZero();
    assertThat(check.out()).contains("my-topic-0: 0 findings");
  }
}
