// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Directories of brokers before 0.11, which cannot read what a clean writes: nothing is done to
 * them that takes them away from their broker unless that is asked for.
 */
class UpgradeFormatTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource({"q-v0, v0-gzip", "q-v1, v1-none"})
  void compact_directoryOfAnOldBroker_isRefusedUnchanged(String archive, String topic)
      throws IOException {
    Path logDir = Fixtures.unpack(archive, temp);
    Map<String, String> before = Tree.of(logDir);

    Cli.Run run = Cli.run("compact", "--topic", topic, logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err())
        .contains(topic + "-0: refused: ", "format 2", "Nothing was changed", "--upgrade-format")
        .hasLineCount(2);
    assertThat(Tree.of(logDir)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({"q-v0, v0-gzip", "q-v1, v1-none"})
  void upgradeFormat_directoryOfAnOldBroker_isCleanedIntoFormat2(String archive, String topic)
      throws IOException {
    Path original = Fixtures.unpack(archive, temp.resolve("original")).resolve(topic + "-0");
    Path logDir = Fixtures.unpack(archive, temp);

    Cli.Run run = Cli.run("compact", "--json", "--upgrade-format", "--topic", topic, logDir);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.json().at("/partitions/0/batches/converted").asLong()).isPositive();
    Path partition = logDir.resolve(topic + "-0");
    assertThat(Cli.run("dump", partition).out()).contains("magic=2");
    assertThat(Cli.run("diff", original, partition).exit()).isZero();
  }

  @Test
  void compact_onceInFormat2_isNotAskedAgain() throws IOException {
    Path logDir = Fixtures.unpack("q-v0", temp);
    Cli.run("compact", "--upgrade-format", "--topic", "v0-gzip", logDir);

    Cli.Run run = Cli.run("compact", "--from-start", "--topic", "v0-gzip", logDir);

    assertThat(run.exit()).as(run.all()).isZero();
  }

  @Test
  void compact_oldFormatUnderANewerBroker_isCleaned() throws IOException {
    Path logDir = Fixtures.unpack("q-upgraded", temp);

    Cli.Run run = Cli.run("compact", "--topic", "upgraded", logDir);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("upgraded-0: cleaned");
  }

  @ParameterizedTest
  @CsvSource({
    "v0-gzip-0/leader-epoch-checkpoint, '0\n0\n'",
    "v0-gzip-0/partition.metadata, 'version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA'",
    "v0-gzip-0/00000000000000000000.snapshot, x",
    "log-start-offset-checkpoint, ''",
    "meta.properties, 'version=0\nbroker.id=1\ncluster.id=abc'",
    "meta.properties, 'version=1\nnode.id=1'"
  })
  void compact_oldFormatWithOneSignOfANewerBroker_isCleaned(String file, String content)
      throws IOException {
    Path logDir = Fixtures.unpack("q-v0", temp);
    Files.writeString(logDir.resolve(file), content);

    Cli.Run run = Cli.run("compact", "--dry-run", "--topic", "v0-gzip", logDir);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("v0-gzip-0: would be cleaned");
  }

  @Test
  void compact_loneCopyOfOldFormat_isRefused() throws IOException {
    Path partition = Fixtures.unpack("q-v0", temp).resolve("v0-none-0");
    Path copy = Files.move(partition, temp.resolve("v0-none-0"));

    Cli.Run run = Cli.run("compact", "--high-watermark", "log-end", copy);
    Cli.Run asked = Cli.run("compact", "--high-watermark", "log-end", "--upgrade-format", copy);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(asked.exit()).as(asked.all()).isZero();
  }

  @Test
  void plan_directoryOfAnOldBroker_saysThatItIsRefusedAndHowNot() throws IOException {
    Path logDir = Fixtures.unpack("q-v0", temp);

    Cli.Run plan = Cli.run("plan", "--topic", "v0-gzip", logDir);
    Cli.Run asked = Cli.run("plan", "--upgrade-format", "--topic", "v0-gzip", logDir);

    assertThat(plan.exit()).as(plan.all()).isEqualTo(3);
    assertThat(plan.all()).contains("--upgrade-format");
    assertThat(asked.exit()).as(asked.all()).isZero();
    assertThat(asked.out()).contains("v0-gzip-0");
  }
}
