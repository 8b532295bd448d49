// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A transaction aborted in the clean part of the segment in which the dirty part begins: Kafka's
 * cleaner never meets its marker, holds the producer's next, committed transaction for aborted, and
 * keeps what it superseded; with ours an entry ends at its own last offset.
 */
class AbortedBeforeFirstDirtyTest {

  private static final long FIRST_DIRTY_OFFSET = 4;

  /** An index entry a batch, so that Kafka finds its way past the marker. */
  private static final Map<String, String> CONFIG = Map.of("index.interval.bytes", "1");

  @TempDir private Path temp;

  @Test
  void run_abortEndsBeforeFirstDirty_kafkaKeepsSupersededOursDrops() throws IOException {
    SideBySide logs =
        new SideBySide(
            temp,
            CONFIG,
            log ->
                log.put("a", "old")
                    .transactional(7, "b", "aborted")
                    .abort(7)
                    .put("c", "1")
                    .transactional(7, "a", "new")
                    .commit(7));
    Files.writeString(
        logs.ours().resolveSibling("cleaner-offset-checkpoint"),
        "0\n1\nscripted 0 " + FIRST_DIRTY_OFFSET + "\n");

    KafkaOracle.clean(
        logs.kafkas(),
        new KafkaOracle.Round(CONFIG, 0, logs.upperBoundOffset(), ScriptedLog.TIME_MS),
        FIRST_DIRTY_OFFSET,
        logs.upperBoundOffset());
    logs.cleaning().run(logs.ours()).stats();

    assertThat(SideBySide.records(logs.kafkas())).contains("0 a=old", "4 a=new");
    assertThat(SideBySide.records(logs.ours()))
        .noneMatch(record -> record.startsWith("0 "))
        .contains("3 c=1", "4 a=new");
  }
}
