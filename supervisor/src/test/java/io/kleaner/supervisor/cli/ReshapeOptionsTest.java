// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.oracle.Fixtures;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code --recompress} and {@code --rebatch} do, and that nothing happens without them. */
class ReshapeOptionsTest {

  @TempDir private Path temp;

  private Path logOfSingleRecords() throws IOException {
    Path logDir = temp.resolve("singles");
    Files.createDirectories(logDir);
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of())) {
      for (int i = 0; i < 300; i++) {
        log.put("key-" + i % 200, "a value of many words, again and again: " + i);
      }
      log.roll().put("key-0", "last");
    }
    return logDir;
  }

  private static Cli.Run compact(Path logDir, Object... options) {
    Object[] line = new Object[options.length + 3];
    line[0] = "compact";
    System.arraycopy(options, 0, line, 1, options.length);
    line[line.length - 2] = "--json";
    line[line.length - 1] = ScriptedLog.partition(logDir);
    return Cli.run(line);
  }

  @Test
  void compact_rebatchAndRecompress_smallerWithTheSameContent() throws IOException {
    Path plain = logOfSingleRecords();
    Path merged = Trees.copy(plain, temp.resolve("merged"));
    Path smallest = Trees.copy(plain, temp.resolve("smallest"));

    JsonNode untouched = compact(plain).json().at("/partitions/0");
    JsonNode rebatched = compact(merged, "--rebatch", "--only-replica").json().at("/partitions/0");
    JsonNode both =
        compact(
                smallest,
                "--only-replica",
                "--rebatch",
                "--recompress",
                "zstd:9",
                "--verify",
                "deep")
            .json()
            .at("/partitions/0");

    assertThat(untouched.at("/reshaped/batchesMerged").asLong()).isZero();
    assertThat(rebatched.at("/reshaped/batchesMerged").asLong()).isEqualTo(200);
    assertThat(rebatched.at("/reshaped/batchesMade").asLong()).isEqualTo(1);
    assertThat(untouched.at("/bytesAfter").asLong() - rebatched.at("/bytesAfter").asLong())
        .isEqualTo(rebatched.at("/reshaped/rebatchSavedBytes").asLong());
    assertThat(both.at("/bytesAfter").asLong() * 3)
        .isLessThan(rebatched.at("/bytesAfter").asLong());
    for (Path other : new Path[] {merged, smallest}) {
      Cli.Run diff = Cli.run("diff", ScriptedLog.partition(plain), ScriptedLog.partition(other));
      assertThat(diff.exit()).as(diff.all()).isZero();
      Cli.Run check = Cli.run("check", "--level", "3", ScriptedLog.partition(other));
      assertThat(check.exit()).as(check.all()).isZero();
    }
  }

  @Test
  void compact_rebatchInABrokersDirectory_needsToBeToldOfReplicas() throws IOException {
    Path logDir = logOfSingleRecords();
    Map<String, String> before = Tree.of(logDir);

    Cli.Run run = compact(logDir, "--rebatch");

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("other replicas", "Nothing was changed", "--only-replica");
    assertThat(Tree.of(logDir)).isEqualTo(before);
  }

  @Test
  void compact_rebatchIntoAnOutput_needsNoWord() throws IOException {
    Path logDir = logOfSingleRecords();

    Cli.Run run = compact(logDir, "--rebatch", "--output", temp.resolve("copy"));

    assertThat(run.exit()).as(run.all()).isZero();
  }

  @Test
  void compact_recompressForPeople_saysWhatWasWon() throws IOException {
    Path logDir = logOfSingleRecords();

    Cli.Run run =
        Cli.run(
            "compact",
            "--rebatch",
            "--only-replica",
            "--recompress",
            "gzip:9",
            ScriptedLog.partition(logDir));

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("200 batches merged into 1, ");
  }

  @Test
  void compact_neither_saysNothingOfThem() throws IOException {
    Path logDir = Fixtures.unpack("a-plain", temp);

    Cli.Run run = Cli.run("compact", logDir.resolve("plain-0"));

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).doesNotContain("reshaped");
  }

  @ParameterizedTest
  @ValueSource(strings = {"brotli", "zstd:23", "gzip:0", "lz4:18", "snappy:1", "zstd:", ""})
  void compact_unknownCodecOrLevel_usageWithWhatThereIs(String codec) {
    Cli.Run run = Cli.run("compact", "--recompress", codec, temp);

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.all()).contains("--recompress").containsPattern("lz4, zstd| has ");
  }
}
