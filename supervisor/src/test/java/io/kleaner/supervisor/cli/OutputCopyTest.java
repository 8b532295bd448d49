// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.Fixtures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code compact --output}: a copy says all that the original says, or there is none. */
class OutputCopyTest {

  @TempDir private Path temp;
  private Path logDir;
  private Path partition;
  private Path target;

  @BeforeEach
  void unpack() throws IOException {
    logDir = Fixtures.unpack("o-names", temp);
    partition = logDir.resolve("my-topic-0");
    target = temp.resolve("copy");
  }

  @Test
  void output_segmentThatIsALink_thatPartitionIsRefusedAndTheOthersAreDone() throws IOException {
    Path log = SegmentSurgery.log(partition, 387);
    Path elsewhere = Files.move(log, temp.resolve("elsewhere.log"));
    Files.createSymbolicLink(log, elsewhere);

    Cli.Run run = Cli.run("compact", "--topic", "my-topic", "--output", target, logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("my-topic-0: refused", log.getFileName() + " is no regular");
    assertThat(run.out()).contains("my-topic-1: cleaned");
    assertThat(target.resolve("my-topic-0")).doesNotExist();
  }

  @Test
  void output_checkpointThatIsALink_isRefusedBeforeAnythingIsWritten() throws IOException {
    Path checkpoint = logDir.resolve("log-start-offset-checkpoint");
    Path elsewhere = Files.move(checkpoint, temp.resolve("checkpoint"));
    Files.createSymbolicLink(checkpoint, elsewhere);

    Cli.Run run = Cli.run("compact", "--output", target, partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("no regular file", "nothing was written");
    assertThat(target).doesNotExist();
  }

  @Test
  void output_withinAnotherLogDirectoryThroughALink_isRefused() throws IOException {
    Path other = Fixtures.unpack("a-plain", temp.resolve("other"));
    Path link = Files.createSymbolicLink(temp.resolve("link"), other);
    Map<String, String> before = Tree.of(other);

    Cli.Run run = Cli.run("compact", "--output", link.resolve("deep/copy"), partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("lies within the log directory " + other);
    assertThat(Tree.of(other)).isEqualTo(before);
  }

  @Test
  void output_ofABrokerThatMayRun_needsAfterCrash() throws IOException {
    Files.delete(logDir.resolve(".kafka_cleanshutdown"));

    Cli.Run refused = Cli.run("compact", "--output", target, partition);
    Cli.Run done = Cli.run("compact", "--after-crash", "--output", target, partition);

    assertThat(refused.exit()).as(refused.all()).isEqualTo(3);
    assertThat(refused.err()).contains("has not stopped cleanly");
    assertThat(done.exit()).as(done.all()).isZero();
  }

  @Test
  void output_whileAnotherProcessHoldsTheLock_isRefused() throws Exception {
    try (ForeignLock lock = ForeignLock.on(logDir.resolve(".lock"))) {
      Cli.Run run = Cli.run("compact", "--output", target, partition);

      assertThat(run.exit()).as(run.all()).isEqualTo(3);
      assertThat(run.err()).contains("is locked by process " + lock.pid());
    }
    assertThat(target).doesNotExist();
  }

  @Test
  void output_interrupted_takesTheCopyAway() {
    StringWriter err = new StringWriter();
    Interrupts interrupts = new Interrupts();
    FailingDisk disk =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == FailingDisk.Op.WRITE && path.startsWith(target)) {
                interrupts.token().cancel();
              }
            });

    int exit =
        Main.run(
            new Terminal(new PrintWriter(new StringWriter()), new PrintWriter(err), false),
            interrupts,
            disk,
            "compact",
            "--output",
            target.toString(),
            partition.toString());

    assertThat(exit).as(err.toString()).isEqualTo(130);
    assertThat(target).doesNotExist();
  }
}
