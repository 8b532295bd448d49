// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.Fixtures;
import io.kleaner.core.settings.MetadataLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Directories among a log directory's that are no topic's any more: passed over, with the reason.
 */
class StrayPartitionTest {

  private static final List<String> ON_THE_WAY_OUT =
      List.of(
          "my-topic-7.5c9f0a1b2c3d4e5f6a7b8c9d0e1f2a3b-stray",
          "my-topic-8.5c9f0a1b2c3d4e5f6a7b8c9d0e1f2a3b-delete",
          "my-topic-9.5c9f0a1b2c3d4e5f6a7b8c9d0e1f2a3b-future");

  @TempDir private Path temp;
  private Path logDir;
  private Path reborn;

  @BeforeEach
  void unpack() throws IOException {
    logDir = Fixtures.unpack("o-names", temp);
    for (String name : ON_THE_WAY_OUT) {
      Path dir = Files.createDirectory(logDir.resolve(name));
      Files.write(dir.resolve("00000000000000000000.log"), new byte[] {1, 2, 3});
    }
    reborn = logDir.resolve("my-topic-0");
    String known = Files.readString(logDir.resolve("my-topic-1").resolve("partition.metadata"));
    Uuid id = Uuid.fromString(known.substring(known.indexOf("topic_id: ") + 10).strip());
    new MetadataLog(logDir)
        .topic("my-topic", id)
        .config(MetadataLog.TOPIC, "my-topic", "cleanup.policy", "compact")
        .write("00000000000000000000.log", 0);
    // Of a topic of that name that was deleted: what is in it may be in any state.
    Files.writeString(
        reborn.resolve("partition.metadata"), "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ\n");
    Files.write(SegmentSurgery.log(reborn, 387), new byte[] {1, 2, 3});
  }

  @Test
  void compact_straysAmongOthers_areSkippedAndOthersAreDone() throws IOException {
    Map<String, String> before = Tree.of(reborn);

    Cli.Run run = Cli.run("compact", logDir);

    assertThat(run.exit()).as(run.all()).isZero();
    for (String name : ON_THE_WAY_OUT) {
      assertThat(run.out()).contains(name + ": skipped: Kafka's own, or on its way out");
      assertThat(Tree.names(logDir.resolve(name))).containsExactly("00000000000000000000.log");
    }
    assertThat(run.out()).contains("my-topic-0: skipped: ", "my-topic-1: cleaned");
    assertThat(run.all()).contains("name the right metadata log");
    assertThat(Tree.of(reborn)).isEqualTo(before);
  }

  @Test
  void plan_straysAmongOthers_areSkipped() {
    Cli.Run run = Cli.run("plan", logDir);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("my-topic-0: skipped: ", "my-topic-7.");
  }

  @Test
  void compact_strayNamedByHand_isRefused() {
    Cli.Run run = Cli.run("compact", reborn);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("my-topic-0: refused: ", "name the right metadata log");
  }
}
