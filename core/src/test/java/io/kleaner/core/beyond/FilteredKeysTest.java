// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.CleanStats;
import io.kleaner.core.oracle.DirectoryDiff;
import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys of what was cleaned before, looked for in a filter first: what stays is as with Kafka. */
class FilteredKeysTest {

  private static final int CLEAN_KEYS = 40_000;
  private static final int DIRTY_KEYS = 36_000;

  /** One of so many keys of the clean part is written again. */
  private static final int WRITTEN_AGAIN = 9;

  private static final int BATCH = 500;

  /** Of Kafka's map, which stops where it is full. */
  private static final int ROOM_FOR_ALL_KEYS_BYTES = 8 * 1024 * 1024;

  private static final String FILES = "\\d{20}\\.(log|index|timeindex)";

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void run_manyNewKeysOverAPartCleanedBefore_sameFilesAsKafka(int threads) throws IOException {
    CleanStats stats = clean(threads, WRITTEN_AGAIN);

    assertThat(stats.keyFilterBytes()).as("a filter was made").isPositive();
    assertThat(stats.superseded()).isEqualTo(CLEAN_KEYS / WRITTEN_AGAIN + 1);
    assertThat(stats.recordsKept()).isEqualTo(CLEAN_KEYS + DIRTY_KEYS);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void run_everyKeyOfThePartCleanedBeforeWrittenAgain_noFilterAndSameFilesAsKafka(int threads)
      throws IOException {
    CleanStats stats = clean(threads, 1);

    assertThat(stats.keyFilterBytes()).as("no filter was made").isZero();
    assertThat(stats.superseded()).isEqualTo(CLEAN_KEYS);
    assertThat(stats.recordsKept()).isEqualTo(CLEAN_KEYS + DIRTY_KEYS);
  }

  /**
   * @param writtenAgain one of so many keys of the clean part is written again
   */
  private CleanStats clean(int threads, int writtenAgain) throws IOException {
    Map<String, String> config = Map.of("segment.bytes", "1000000");
    SideBySide logs =
        new SideBySide(
            temp,
            config,
            log -> {
              write(log, 0, CLEAN_KEYS, 1);
              log.roll();
              write(log, 0, CLEAN_KEYS, writtenAgain);
              write(log, CLEAN_KEYS, CLEAN_KEYS + DIRTY_KEYS, 1);
            });
    Files.writeString(
        logs.ours().resolveSibling("cleaner-offset-checkpoint"),
        "0\n1\n" + "scripted 0 " + CLEAN_KEYS + "\n");

    KafkaOracle.clean(
        logs.kafkas(),
        new KafkaOracle.Round(
            config, 0, logs.upperBoundOffset(), ScriptedLog.TIME_MS, ROOM_FOR_ALL_KEYS_BYTES),
        CLEAN_KEYS,
        logs.upperBoundOffset());
    CleanStats stats =
        logs.cleaning().threads(threads).readBytes(16 * 1024).run(logs.ours()).stats();

    assertThat(DirectoryDiff.between(logs.kafkas(), logs.ours(), FILES)).isEmpty();
    return stats;
  }

  /** Every so manieth of some keys. */
  private static void write(ScriptedLog log, int from, int to, int step) {
    for (int first = from; first < to; first += BATCH * step) {
      int count = Math.min(BATCH, (to - first + step - 1) / step);
      byte[][] keys = new byte[count][];
      for (int i = 0; i < count; i++) {
        keys[i] = ByteBuffer.allocate(Integer.BYTES).putInt(first + i * step).array();
      }
      log.batch(keys);
    }
  }
}
