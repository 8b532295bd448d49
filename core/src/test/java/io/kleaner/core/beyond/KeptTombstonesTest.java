// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A tombstone and a marker that are due: Kafka's cleaner drops them, ours keeps them, since other
 * replicas are not known to it, unless it is told to expire them.
 */
class KeptTombstonesTest {

  /** One removes the transaction's records, one sets the marker's horizon, by which it is due. */
  private static final int ROUNDS = 3;

  private static final long MARKER_OFFSET = 2;

  @TempDir private Path temp;
  private SideBySide logs;

  @BeforeEach
  void write() throws IOException {
    logs =
        new SideBySide(
            temp,
            Map.of("delete.retention.ms", "0"),
            log -> {
              log.put("a", "old").transactional(7, "t", "old").commit(7);
              log.put("t", "new").put("a", null);
              // What an active producer wrote last stays in any case.
              log.transactional(7, "u", "1").commit(7);
            });
    for (int round = 0; round < ROUNDS; round++) {
      logs.cleanByKafka();
    }
  }

  private static Optional<RecordBatch> firstMarker(Path partition) throws IOException {
    return SideBySide.batches(partition).stream()
        .filter(batch -> batch.baseOffset() == MARKER_OFFSET && batch.isControlBatch())
        .findFirst();
  }

  private static List<String> data(Path partition) throws IOException {
    return SideBySide.records(partition).stream()
        .filter(record -> record.matches("\\d+ [a-z]+=.*"))
        .toList();
  }

  @Test
  void run_due_kafkaDropsOursKeepsWithTheHorizons() throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      logs.cleaning().fromStart().keepTombstones().run(logs.ours()).stats();
    }

    assertThat(data(logs.kafkas())).containsExactly("3 t=new", "5 u=1", "7 active=1");
    assertThat(firstMarker(logs.kafkas())).isEmpty();
    assertThat(data(logs.ours())).containsExactly("3 t=new", "4 a=null", "5 u=1", "7 active=1");
    assertThat(firstMarker(logs.ours()))
        .hasValueSatisfying(marker -> assertThat(marker.deleteHorizonMs()).isPresent());
  }

  @Test
  void run_toldToExpire_asKafka() throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      logs.cleaning().fromStart().run(logs.ours()).stats();
    }

    assertThat(data(logs.ours())).isEqualTo(data(logs.kafkas())).isNotEmpty();
    assertThat(firstMarker(logs.ours())).isEmpty();
  }
}
