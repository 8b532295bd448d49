// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.Fixtures;
import io.kleaner.supervisor.cli.FailingDisk.Op;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code recover} makes of cleans that a failing disk interrupted. */
class RecoverCommandTest {

  private static final long NOW_MS = 4_000_000_000_000L;

  @TempDir private Path temp;

  @Test
  void recover_cleanInterruptedAnywhere_saysWhichAndConverges() throws IOException {
    Path wanted = Fixtures.unpack("a-plain", temp.resolve("wanted"));
    Path untouched = Fixtures.unpack("a-plain", temp.resolve("untouched"));
    assertThat(Cli.run("compact", "--now", NOW_MS, wanted.resolve("plain-0")).exit()).isZero();
    boolean undone = false;
    boolean finished = false;
    for (int failing = 0; failing < 100 && !(undone && finished); failing += 3) {
      Path dir = Fixtures.unpack("a-plain", temp.resolve("r" + failing)).resolve("plain-0");
      AtomicInteger renames = new AtomicInteger(-failing);
      FailingDisk disk =
          new FailingDisk(
              new LocalFileSystem(),
              (op, path) -> {
                if (op == Op.RENAME && renames.incrementAndGet() > 0) {
                  throw new IOException("Input/output error");
                }
              });
      Cli.Run broken = Cli.runOn(disk, "compact", "--now", NOW_MS, dir);
      assertThat(broken.exit()).as(broken.all()).isEqualTo(1);
      assertThat(broken.err()).contains("plain-0: FAILED: ", "kleaner recover " + dir);

      Cli.Run dry = Cli.run("compact", "--dry-run", dir);
      Map<String, String> interrupted = Tree.of(dir);
      Cli.Run plan = Cli.run("plan", dir);
      Cli.Run diff = Cli.run("diff", untouched.resolve("plain-0"), dir);
      assertThat(Tree.of(dir)).isEqualTo(interrupted);
      Cli.Run recover = Cli.run("recover", "--json", dir);

      assertThat(recover.exit()).as(recover.all()).isZero();
      String result = recover.json().at("/partitions/0/result").asText();
      assertThat(result).isIn("undone", "finished");
      // What is committed are the data; what is not leaves the live files to be the data.
      int judged = result.equals("finished") ? 3 : 0;
      assertThat(dry.exit()).as(dry.all()).isEqualTo(judged);
      assertThat(plan.exit()).as(plan.all()).isEqualTo(judged);
      assertThat(diff.exit()).as(diff.all()).isEqualTo(judged);
      if (judged == 3) {
        assertThat(dry.all()).contains("committed new segments", "kleaner recover " + dir);
        assertThat(plan.all()).contains("committed new segments", "kleaner recover " + dir);
        assertThat(diff.all()).contains("committed new segments", "kleaner recover " + dir);
      }
      undone |= result.equals("undone");
      finished |= result.equals("finished");
      Path like = result.equals("undone") ? untouched : wanted;
      assertThat(Cli.run("diff", like.resolve("plain-0"), dir).exit()).isZero();
      assertThat(Cli.run("compact", "--now", NOW_MS, dir).exit()).isZero();
      assertThat(segmentFiles(dir)).isEqualTo(segmentFiles(wanted.resolve("plain-0")));
    }
    assertThat(undone).isTrue();
    assertThat(finished).isTrue();
  }

  /** Producer snapshots apart: a recovery leaves passed ones to the broker, which deletes them. */
  private static Map<String, String> segmentFiles(Path dir) throws IOException {
    Map<String, String> files = Tree.of(dir);
    files.keySet().removeIf(name -> name.endsWith(".snapshot"));
    return files;
  }

  @Test
  void recover_nothingInterrupted_saysSoAndChangesNothing() throws IOException {
    Path logDir = Fixtures.unpack("a-plain", temp);
    Map<String, String> before = Tree.of(temp);

    Cli.Run run = Cli.run("recover", logDir);

    assertThat(run.exit()).isZero();
    assertThat(run.out()).contains("plain-0: no clean was interrupted here");
    assertThat(Tree.of(temp)).isEqualTo(before);
  }

  @Test
  void recover_partitionThatMayNotBeRead_saysWhatToDoAndDoesTheOthers() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);
    Path other = logDir.resolve("my-topic-1/00000000000000000387.log.cleaned");
    Files.writeString(other, "x");
    FailingDisk disk =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == Op.LIST && path.endsWith("my-topic-0")) {
                throw new AccessDeniedException(path.toString());
              }
            });

    Cli.Run text = Cli.runOn(disk, "recover", logDir);
    Files.writeString(other, "x");
    Cli.Run json = Cli.runOn(disk, "recover", "--json", logDir);

    assertThat(text.exit()).as(text.all()).isEqualTo(1);
    assertThat(text.err())
        .contains(
            "my-topic-0: cannot be recovered: permission denied for "
                + logDir.resolve("my-topic-0"),
            "  Run as the user that the broker runs as. Then run 'kleaner recover' again.");
    assertThat(other).doesNotExist();
    assertThat(json.json().at("/partitions").findValuesAsText("nextStep"))
        .singleElement()
        .asString()
        .startsWith("Run as the user");
  }
}
