// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each option of {@code compact} does to recorded log directories. */
class CompactOptionsTest {

  private static final long FAR_FUTURE_MS = 4_000_000_000_000L;

  @TempDir private Path temp;

  @Test
  void dryRun_anything_changesNothingAndSaysWhatItWould() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);
    Map<String, String> before = Tree.of(logDir);

    Cli.Run dry = Cli.run("compact", "--dry-run", "--json", "--topic", "my-topic", logDir);

    assertThat(dry.exit()).as(dry.all()).isZero();
    assertThat(Tree.of(logDir)).isEqualTo(before);
    Cli.Run real = Cli.run("compact", "--json", "--topic", "my-topic", logDir);
    for (String field : new String[] {"/bytesAfter", "/bytesBefore", "/cleaned"}) {
      assertThat(dry.json().at(field)).isEqualTo(real.json().at(field));
    }
  }

  @Test
  void topic_partOfAName_matchesNothing() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);
    Map<String, String> before = Tree.of(logDir);

    assertThat(Cli.run("compact", "--topic", "my", logDir).out()).doesNotContain("my-topic-0");
    assertThat(Cli.run("compact", "--topic", "topic", logDir).out()).doesNotContain("my-topic-0");
    assertThat(Tree.of(logDir)).isEqualTo(before);

    assertThat(Cli.run("compact", "--topic", "my-t.*", logDir).out())
        .contains("my-topic-0: cleaned");
  }

  @Test
  void dryRun_directoryThatABrokerHasLocked_looksAllTheSame() throws Exception {
    Path logDir = Fixtures.unpack("a-plain", temp);

    try (ForeignLock lock = ForeignLock.on(logDir.resolve(".lock"))) {
      Cli.Run run = Cli.run("compact", "--dry-run", logDir.resolve("plain-0"));

      assertThat(run.exit()).as(lock.pid() + run.all()).isZero();
      assertThat(run.out()).contains("plain-0: would be cleaned");
    }
  }

  /** What a clean left that committed nothing is no data: the clean removes it first. */
  @Test
  void dryRun_leftoversOfAnInterruptedClean_saysWhatTheCleanThenDoes() throws IOException {
    Path logDir = Fixtures.unpack("a-plain", temp);
    Path partition = logDir.resolve("plain-0");
    Files.writeString(partition.resolve("00000000000000000485.log.cleaned"), "half");
    Files.writeString(partition.resolve("00000000000000000000.log.deleted"), "old");
    Map<String, String> before = Tree.of(logDir);

    Cli.Run dry = Cli.run("compact", "--dry-run", "--json", partition);

    assertThat(dry.exit()).as(dry.all()).isZero();
    assertThat(Tree.of(logDir)).isEqualTo(before);
    Cli.Run real = Cli.run("compact", "--json", partition);
    assertThat(dry.json().at("/bytesAfter").asLong()).isPositive();
    assertThat(dry.json().at("/bytesAfter")).isEqualTo(real.json().at("/bytesAfter"));
  }

  @Test
  void dryRun_committedSwapNotInPlace_isRefusedWithWhatToRun() throws IOException {
    Path logDir = Fixtures.unpack("a-plain", temp);
    Path partition = logDir.resolve("plain-0");
    for (String file : List.of("00000000000000000485.log", "00000000000000000485.index")) {
      Files.move(partition.resolve(file), partition.resolve(file + ".swap"));
    }
    Map<String, String> before = Tree.of(logDir);

    Cli.Run run = Cli.run("compact", "--dry-run", partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err())
        .contains("Nothing was changed.", "Run 'kleaner recover " + partition + "' first.");
    assertThat(Tree.of(logDir)).isEqualTo(before);
  }

  @Test
  void output_directory_leavesTheInputUntouched() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);
    Map<String, String> before = Tree.of(logDir);
    Path output = temp.resolve("out");

    Cli.Run run = Cli.run("compact", "--output", output, "--topic", "my-topic", logDir);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(Tree.of(logDir)).isEqualTo(before);
    assertThat(Tree.names(output))
        .contains("my-topic-0", "my-topic-1")
        .doesNotContain("a-b.c_d-0-0");
    assertThat(output.resolve("my-topic-0").resolve("00000000000000000387.log")).doesNotExist();
    Cli.Run diff = Cli.run("diff", logDir.resolve("my-topic-0"), output.resolve("my-topic-0"));
    assertThat(diff.exit()).as(diff.all()).isZero();
  }

  @Test
  void output_directoryThatHoldsSomething_isRefused() throws IOException {
    Path logDir = Fixtures.unpack("a-plain", temp);
    Path output = Files.createDirectories(temp.resolve("out"));
    Files.writeString(output.resolve("precious"), "data");

    Cli.Run run = Cli.run("compact", "--output", output, logDir.resolve("plain-0"));

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("is not empty; nothing was written");
    assertThat(Tree.names(output)).containsExactly("precious");
  }

  @Test
  void output_withinTheInput_isRefused() throws IOException {
    Path logDir = Fixtures.unpack("a-plain", temp);
    Map<String, String> before = Tree.of(logDir);

    Cli.Run run = Cli.run("compact", "--output", logDir.resolve("out"), "--topic", "plain", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("lies within");
    assertThat(Tree.of(logDir)).isEqualTo(before);
  }

  @Test
  void topic_pattern_matchesTheWholeName() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);

    Cli.Run part = Cli.run("compact", "--dry-run", "--topic", "my", logDir);
    Cli.Run dotted = Cli.run("compact", "--dry-run", "--topic", "my.topic.*", logDir);
    Cli.Run quoted = Cli.run("compact", "--dry-run", "--topic", "my\\.topic_v1", logDir);

    assertThat(part.out()).doesNotContain("my-topic", "my.topic");
    assertThat(dotted.out()).contains("my-topic-0: would", "my.topic_v1-0: would");
    assertThat(quoted.out()).contains("my.topic_v1-0: would").doesNotContain("my-topic");
  }

  @Test
  void topic_thatNoPartitionHas_isTold() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);

    Cli.Run run = Cli.run("compact", "--topic", "mytopic", logDir);

    assertThat(run.exit()).isZero();
    assertThat(run.err()).contains("no partition of a topic whose whole name matches 'mytopic'");
  }

  @Test
  void unkeyed_neitherFlag_isRefusedWithCountAndOffsets() throws IOException {
    Path logDir = Fixtures.unpack("l-nullkeys", temp);
    Map<String, String> before = Tree.of(logDir);

    Cli.Run run = Cli.run("compact", logDir.resolve("nullkeys-0"));

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err())
        .contains("530 records without a key", "[12, 20, 23", "nothing was changed")
        .contains("--drop-unkeyed", "--keep-unkeyed")
        .hasLineCount(2);
    assertThat(Tree.of(logDir)).isEqualTo(before);
  }

  @Test
  void unkeyed_keep_keepsThem() throws IOException {
    Path logDir = Fixtures.unpack("l-nullkeys", temp);

    Cli.Run run = Cli.run("compact", "--json", "--keep-unkeyed", logDir.resolve("nullkeys-0"));

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.json().at("/partitions/0/removed/unkeyed").asInt()).isZero();
    assertThat(run.json().at("/partitions/0/unkeyedFound").asInt()).isEqualTo(530);
  }

  @Test
  void unkeyed_drop_dropsThem() throws IOException {
    Path logDir = Fixtures.unpack("l-nullkeys", temp);

    Cli.Run run = Cli.run("compact", "--json", "--drop-unkeyed", logDir.resolve("nullkeys-0"));

    assertThat(run.json().at("/partitions/0/removed/unkeyed").asInt()).isEqualTo(530);
  }

  @Test
  void tombstones_keep_dropsNoneHoweverLate() throws IOException {
    assertThat(expired("keep")).isZero();
  }

  @Test
  void tombstones_expire_dropsThoseThatAreDue() throws IOException {
    assertThat(expired("expire")).isPositive();
  }

  /** Cleans twice: the first stamps horizons, the second, years later, may drop. */
  private long expired(String tombstones) throws IOException {
    Path partition = Fixtures.unpack("g-tombstones", temp).resolve("tombstones-0");
    assertThat(Cli.run("compact", partition).exit()).isZero();
    Cli.Run run =
        Cli.run(
            "compact",
            "--json",
            "--from-start",
            "--now",
            FAR_FUTURE_MS,
            "--tombstones",
            tombstones,
            partition);
    assertThat(run.exit()).as(run.all()).isZero();
    return run.json().at("/partitions/0/removed/expiredTombstones").asLong();
  }

  @Test
  void respectEligibility_cleanEnough_waits() throws IOException {
    Path partition = Fixtures.unpack("a-plain", temp).resolve("plain-0");

    Cli.Run run =
        Cli.run(
            "compact",
            "--respect-eligibility",
            "--config",
            "min.cleanable.dirty.ratio=1.0",
            partition);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("plain-0: not cleaned: ", "min.cleanable.dirty.ratio");
  }

  @Test
  void topicOfPolicyDelete_namedByHand_isRefused() throws IOException {
    Path partition = Fixtures.unpack("a-plain", temp).resolve("plain-0");
    Map<String, String> before = Tree.of(partition);

    Cli.Run run = Cli.run("compact", "--config", "cleanup.policy=delete", partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.all()).contains("cleanup.policy=delete", "would lose data");
    assertThat(Tree.of(partition)).isEqualTo(before);
  }

  @Test
  void threads_two_giveTheSameFilesAsOne() throws IOException {
    Path one = Fixtures.unpack("o-names", temp.resolve("one"));
    Path two = Fixtures.unpack("o-names", temp.resolve("two"));

    Cli.Run first = allTopics(1, one);
    Cli.Run second = allTopics(2, two);

    assertThat(first.exit() + second.exit()).as(first.all() + second.all()).isZero();
    for (String name : Tree.names(one)) {
      if (Files.isDirectory(one.resolve(name))) {
        assertThat(Tree.of(two.resolve(name))).isEqualTo(Tree.of(one.resolve(name)));
      }
    }
  }

  private static Cli.Run allTopics(int threads, Path logDir) {
    // Horizons are stamped by the time, so it is the same for both.
    return Cli.run(
        "compact", "--topic", ".*", "--now", FAR_FUTURE_MS, "--threads", threads, logDir);
  }

  @Test
  void throttle_partitionsBelowAStep_heldToTheRateTogether() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);
    long least = Long.MAX_VALUE;
    for (String name : List.of("my-topic-0", "my-topic-1")) {
      least = Math.min(least, bytesOfLogs(logDir.resolve(name)));
    }
    long start = System.nanoTime();

    // Whichever is first moves at least its logs, and the second waits a second for them.
    Cli.Run run = Cli.run("compact", "--topic", "my-topic", "--throttle", least, logDir);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("my-topic-0: cleaned", "my-topic-1: cleaned");
    assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.SECONDS.toNanos(1));
  }

  private static long bytesOfLogs(Path dir) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  @Test
  void verify_deep_cleansToTheSameFiles() throws IOException {
    Path plain = Fixtures.unpack("a-plain", temp.resolve("1")).resolve("plain-0");
    Path deep = Fixtures.unpack("a-plain", temp.resolve("2")).resolve("plain-0");

    assertThat(Cli.run("compact", "--now", FAR_FUTURE_MS, plain).exit()).isZero();
    assertThat(Cli.run("compact", "--now", FAR_FUTURE_MS, "--verify", "deep", deep).exit())
        .isZero();

    assertThat(Tree.of(deep)).isEqualTo(Tree.of(plain));
  }

  @Test
  void secondRun_nothingNew_isDoneAndChangesNothing() throws IOException {
    Path partition = Fixtures.unpack("a-plain", temp).resolve("plain-0");
    assertThat(Cli.run("compact", partition).exit()).isZero();
    Map<String, String> before = Tree.of(temp);

    Cli.Run run = Cli.run("compact", partition);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("plain-0: not cleaned: plain-0 has nothing to clean");
    assertThat(Tree.of(temp)).isEqualTo(before);
  }
}
