// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.DirectoryDiff;
import io.kleaner.core.oracle.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A record of a gibibyte, some kilobytes when compressed, under a heap of 128 MiB: Kafka's cleaner
 * dies of it; ours cleans, or refuses that partition, and lives.
 */
class DecompressionBombTest {

  private static final int GIBIBYTE = 1 << 30;

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "lz4", "zstd", "snappy"})
  void run_bombKeptWhole_cleanedAndKafkaDies(String codec) throws Exception {
    SideBySide logs =
        new SideBySide(
            temp,
            Map.of("max.message.bytes", "100000000"),
            log ->
                log.put("a", "old")
                    .raw(Bomb.batch(codec, 1, "b", "huge", GIBIBYTE))
                    .put("a", "new"));

    String ours = clean("kleaner", logs.ours(), logs);
    String kafkas = clean("kafka", logs.kafkas(), logs);

    assertThat(ours).contains("Compacted", "superseded=1");
    assertThat(SideBySide.batches(logs.ours())).hasSize(3);
    assertThat(kafkas).contains("OutOfMemoryError");
  }

  @Test
  void run_bombDroppedWhole_cleaned() throws Exception {
    SideBySide logs =
        new SideBySide(
            temp,
            Map.of(),
            log ->
                log.raw(Bomb.batch("zstd", 0, "b", "huge", GIBIBYTE))
                    .put("b", "new")
                    .put("huge", "small"));

    assertThat(clean("kleaner", logs.ours(), logs)).contains("Compacted", "superseded=2");
    assertThat(SideBySide.records(logs.ours()))
        .containsExactly("2 b=new", "3 huge=small", "4 active=1");
  }

  @Test
  void run_bombToBeRewritten_cleanedOrRefusedUnchanged() throws Exception {
    SideBySide logs =
        new SideBySide(
            temp,
            Map.of(),
            log -> log.raw(Bomb.batch("zstd", 0, "b", "huge", GIBIBYTE)).put("b", "new"));
    Path before = temp.resolve("before");
    Trees.copy(logs.ours(), before);

    String ours = clean("kleaner", logs.ours(), logs);

    assertThat(ours).contains("Refused", "(offset 0)", "--max-record-bytes", "nothing was changed");
    assertThat(DirectoryDiff.between(before, logs.ours(), ".*")).isEmpty();
  }

  private static String clean(String who, Path partition, SideBySide logs)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:MaxDirectMemorySize=128m",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                BombCleaner.class.getName(),
                who,
                partition.toString(),
                String.valueOf(logs.upperBoundOffset()))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    assertThat(Files.isDirectory(partition)).isTrue();
    return output;
  }
}
