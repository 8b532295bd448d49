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

/** A partition that is a link to another disk: it is its log directory's all the same. */
class LinkedPartitionTest {

  @TempDir private Path temp;
  private Path logDir;
  private Path link;
  private Path target;

  @BeforeEach
  void link() throws IOException {
    logDir = Fixtures.unpack("o-names", temp);
    link = logDir.resolve("my-topic-0");
    target = Files.move(link, Files.createDirectories(temp.resolve("disk2")).resolve("my-topic-0"));
    Files.createSymbolicLink(link, target);
  }

  @Test
  void compact_linkInTheDirectoryOfABrokerThatMayRun_isRefused() throws IOException {
    Files.delete(logDir.resolve(".kafka_cleanshutdown"));
    Map<String, String> before = Tree.of(target);

    Cli.Run run = Cli.run("compact", "--high-watermark", "log-end", link);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains(logDir + " belongs to a broker that has not stopped cleanly");
    assertThat(Tree.of(target)).isEqualTo(before);
  }

  @Test
  void compact_linkInALockedDirectory_isRefused() throws Exception {
    try (ForeignLock lock = ForeignLock.on(logDir.resolve(".lock"))) {
      Cli.Run run = Cli.run("compact", "--topic", "my-topic", link);

      assertThat(run.exit()).as(run.all()).isEqualTo(3);
      assertThat(run.err()).contains("is locked by process " + lock.pid());
    }
  }

  @Test
  void compact_linkOfAStoppedBroker_isCleanedByItsLogDirectorysCheckpoints() throws IOException {
    Cli.Run run = Cli.run("compact", link);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("my-topic-0: cleaned up to offset 1560");
    assertThat(logDir.resolve("cleaner-offset-checkpoint")).content().contains("my-topic 0 1560");
    assertThat(target.resolveSibling(".lock")).doesNotExist();
  }

  @Test
  void compact_linkOfAnotherName_isRefused() throws IOException {
    Path renamed = Files.move(link, logDir.resolve("my-topic-7"));

    Cli.Run run = Cli.run("compact", renamed);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("which has another name", "Give the link the name");
  }
}
