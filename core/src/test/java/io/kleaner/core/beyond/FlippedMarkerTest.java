// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.Cleaning;
import io.kleaner.core.oracle.DirectoryDiff;
import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A marker in the active segment, which no clean reads, with another producer's id than was
 * written: to Kafka it ends that producer's open transaction, whose records then count; ours looks
 * at its checksum first and refuses.
 */
class FlippedMarkerTest {

  private static final int LENGTH = 8;
  private static final int LOG_OVERHEAD = 12;
  private static final int PRODUCER_ID = 43;
  private static final long OPEN = 7;
  private static final long COMMITTED = 9;

  @TempDir private Path temp;
  private Path partition;
  private Path activeSnapshot;

  @BeforeEach
  void write() throws IOException {
    Path logDir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of())) {
      log.put("k", "good").put("other", "1").roll();
      log.transactional(OPEN, "k", "uncommitted").roll();
      log.put("z", "1").roll();
      log.transactional(COMMITTED, "q", "1").commit(COMMITTED);
      activeSnapshot =
          ScriptedLog.partition(logDir).resolve(String.format("%020d.snapshot", log.endOffset()));
    }
    partition = ScriptedLog.partition(logDir);
    // A copy of a partition need not have the snapshot that a clean shutdown writes.
    Files.delete(activeSnapshot);
  }

  @Test
  void run_untouched_stopsBelowTheOpenTransaction() throws IOException {
    Cleaning.at(ScriptedLog.TIME_MS).run(partition);

    assertThat(SideBySide.records(partition)).contains("0 k=good", "2 k=uncommitted");
  }

  @Test
  void load_markerOfAnotherProducer_kafkaTakesTheTransactionForEnded() throws IOException {
    long before =
        KafkaOracle.load(partition, Map.of(), 0, ScriptedLog.TIME_MS, true).lastStableOffset();
    Files.deleteIfExists(activeSnapshot);
    flip();

    long after =
        KafkaOracle.load(partition, Map.of(), 0, ScriptedLog.TIME_MS, true).lastStableOffset();

    assertThat(before).isEqualTo(2);
    assertThat(after).isGreaterThan(before);
  }

  @Test
  void run_markerOfAnotherProducer_refusedUnchanged() throws IOException {
    flip();
    Path before = Trees.copy(partition, temp.resolve("before"));

    Cleaning.Result result = Cleaning.at(ScriptedLog.TIME_MS).run(partition);

    assertThat(result.message()).contains("CRC mismatch");
    assertThat(DirectoryDiff.between(before, partition, ".*")).isEmpty();
  }

  /** Makes the last batch of the active segment name the open transaction's producer. */
  private void flip() throws IOException {
    Path active = partition.resolve(String.format("%020d.log", 4));
    ByteBuffer log = ByteBuffer.wrap(Files.readAllBytes(active));
    int last = 0;
    for (int at = 0; at < log.limit(); at += LOG_OVERHEAD + log.getInt(at + LENGTH)) {
      last = at;
    }
    assertThat(log.getLong(last + PRODUCER_ID)).isEqualTo(COMMITTED);
    log.putLong(last + PRODUCER_ID, OPEN);
    Files.write(active, log.array());
  }
}
