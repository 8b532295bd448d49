// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A transaction that was aborted below the log start: Kafka's cleaner does not look at its entry in
 * the transaction index and keeps its records as live ones; ours uses every entry.
 */
class AbortedBelowLogStartTest {

  @TempDir private Path temp;

  @Test
  void run_abortedTransactionBelowLogStart_kafkaKeepsOursDrops() throws IOException {
    SideBySide logs =
        new SideBySide(
            temp,
            Map.of(),
            log ->
                log.put("a", "1")
                    .transactional(7, "b", "aborted")
                    .abort(7)
                    .put("c", "1")
                    .put("c", "2")
                    .transactional(7, "d", "1")
                    .commit(7));
    long logStart = 3;
    Files.writeString(
        logs.ours().resolveSibling("log-start-offset-checkpoint"),
        "0\n1\nscripted 0 " + logStart + "\n");

    logs.cleanByKafka(logStart);
    logs.cleaning().run(logs.ours()).stats();

    assertThat(SideBySide.records(logs.kafkas())).contains("1 b=aborted");
    assertThat(SideBySide.records(logs.ours()))
        .noneMatch(record -> record.startsWith("1 "))
        .contains("0 a=1", "4 c=2", "5 d=1");
  }
}
