// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.DirectoryDiff;
import io.kleaner.core.oracle.KafkaIndexes;
import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Output that is larger than input: Kafka's cleaner writes a segment above {@code segment.bytes};
 * ours begins another one.
 */
class RolledOutputTest {

  private static final int SEGMENT_BYTES = 1000;

  @TempDir private Path temp;

  @Test
  void run_conversionGrows_kafkaExceedsTheSizeOursRolls() throws IOException {
    Map<String, String> config =
        Map.of("segment.bytes", String.valueOf(SEGMENT_BYTES), "index.interval.bytes", "200");
    SideBySide logs =
        new SideBySide(
            temp,
            config,
            log -> {
              log.magic(1);
              for (int i = 0; i < 20; i++) {
                log.put("key-" + i, "v");
              }
              log.magic(2);
            });

    logs.cleanByKafka();
    int segments = logs.cleaning().run(logs.ours()).stats().segmentsAfter();

    assertThat(DirectoryDiff.largestLog(logs.kafkas())).isGreaterThan(SEGMENT_BYTES);
    assertThat(DirectoryDiff.largestLog(logs.ours())).isLessThanOrEqualTo(SEGMENT_BYTES);
    assertThat(segments).isEqualTo(2);
    assertThat(DirectoryDiff.joined(logs.ours(), "log"))
        .isEqualTo(DirectoryDiff.joined(logs.kafkas(), "log"));
    KafkaIndexes indexes = KafkaIndexes.of(logs.ours());
    assertThat(indexes.problems()).isEmpty();
    assertThat(indexes.entries()).isGreaterThan(2 * segments);
    KafkaOracle.Loaded loaded = KafkaOracle.load(logs.ours(), config, 0, ScriptedLog.TIME_MS, true);
    assertThat(loaded.segmentBases()).hasSize(3);
    assertThat(loaded.logEndOffset()).isEqualTo(21);
  }
}
