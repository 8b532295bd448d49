// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.Fixtures;
import io.kleaner.core.oracle.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A partition's directory copied somewhere without its log directory's checkpoints. */
class BareCopyTest {

  @TempDir private Path temp;

  @Test
  void compact_copyWithoutCheckpoints_isCleanedAndNothingIsWrittenBesideIt() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp.resolve("broker"));
    Path bare = Files.createDirectory(temp.resolve("bare"));
    Path copy = Trees.copy(logDir.resolve("my-topic-0"), bare.resolve("my-topic-0"));

    Cli.Run run = Cli.run("compact", "--high-watermark", "log-end", copy);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("my-topic-0: cleaned up to offset");
    assertThat(Tree.names(bare)).containsExactly("my-topic-0");
  }
}
