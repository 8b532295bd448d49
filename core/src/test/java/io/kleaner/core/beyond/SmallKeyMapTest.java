// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.CleanStats;
import io.kleaner.core.oracle.DirectoryDiff;
import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * More keys than there is memory for: Kafka's cleaner stops where its map is full and rewrites all
 * once more in the next round; ours spills the rest and cleans the range in one rewrite.
 */
class SmallKeyMapTest {

  private static final int MEMORY_BYTES = 1024 * 1024;
  private static final int KEYS = 2_000_000;
  private static final int BATCH = 5_000;

  @TempDir private Path temp;

  @Test
  void run_millionsOfKeysInOneMebibyte_sameFilesInOneRewrite() throws IOException {
    Map<String, String> config = Map.of("segment.bytes", String.valueOf(64 * 1024 * 1024));
    SideBySide logs =
        new SideBySide(
            temp,
            config,
            log -> {
              Random random = new Random(7);
              for (int i = 0; i < KEYS / BATCH; i++) {
                byte[][] keys = new byte[BATCH][];
                for (int j = 0; j < BATCH; j++) {
                  // Every key once, and every fifth once more later.
                  int key = j % 6 == 5 ? random.nextInt(i * BATCH + 1) : i * BATCH + j;
                  keys[j] = ByteBuffer.allocate(8).putLong(key * 0x9E3779B97F4A7C15L).array();
                }
                log.batch(keys);
              }
            });
    Path unlimited = temp.resolve("unlimited");
    Trees.copy(logs.ours().getParent(), unlimited);

    CleanStats stats = logs.cleaning().memory(MEMORY_BYTES).run(logs.ours()).stats();
    CleanStats withRoom =
        logs.cleaning().memory(64 * MEMORY_BYTES).run(ScriptedLog.partition(unlimited)).stats();

    assertThat(stats.spilledBytes()).isPositive();
    assertThat(stats.keyMapBytes()).isLessThan(MEMORY_BYTES);
    assertThat(withRoom.spilledBytes()).isZero();
    assertThat(stats.keys()).isEqualTo(withRoom.keys()).isGreaterThan(1_000_000);
    assertThat(stats.superseded()).isEqualTo(withRoom.superseded()).isPositive();
    assertThat(
            DirectoryDiff.between(
                ScriptedLog.partition(unlimited), logs.ours(), ".*\\.(log|index)"))
        .isEmpty();

    KafkaOracle.Cleaned kafkas =
        KafkaOracle.clean(
            logs.kafkas(),
            new KafkaOracle.Round(
                config, 0, logs.upperBoundOffset(), ScriptedLog.TIME_MS, MEMORY_BYTES),
            0,
            logs.upperBoundOffset());
    assertThat(kafkas.endOffset()).isLessThan(logs.upperBoundOffset() / 40);
  }
}
