// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.CleanStats;
import io.kleaner.core.segment.AbortedTxn;
import io.kleaner.core.segment.TxnIndexFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A segment in which nothing changes: Kafka's cleaner copies it, ours leaves it where it is. */
class UntouchedSegmentTest {

  private static final String LOG = "00000000000000000002.log";
  private static final String TXN_INDEX = "00000000000000000002.txnindex";
  private static final String VALUE = "x".repeat(200);

  @TempDir private Path temp;

  @Test
  void run_segmentWithoutChange_sameFileWithKafkasBytes() throws IOException {
    SideBySide logs = logsWhereNothingOfTheSecondSegmentGoes(VALUE);
    Object kafkasFile = fileOf(logs.kafkas());
    Object ourFile = fileOf(logs.ours());

    logs.cleanByKafka();
    CleanStats stats = logs.cleaning().run(logs.ours()).stats();

    assertThat(fileOf(logs.kafkas())).isNotEqualTo(kafkasFile);
    assertThat(fileOf(logs.ours())).isEqualTo(ourFile);
    assertThat(stats.segmentsUntouched()).isEqualTo(2);
    assertThat(Files.readAllBytes(logs.ours().resolve(LOG)))
        .isEqualTo(Files.readAllBytes(logs.kafkas().resolve(LOG)));
  }

  @Test
  void run_recordsStayAndTransactionIndexDoesNot_indexGoesAsWithKafka() throws IOException {
    SideBySide logs = logsWhereNothingOfTheSecondSegmentGoes(VALUE);
    // A crash of the peer can leave one whose marker an earlier clean removed.
    byte[] entry = new byte[TxnIndexFormat.ENTRY_BYTES];
    TxnIndexFormat.encode(List.of(new AbortedTxn(7, 0, 3, 3))).get(entry);
    Files.write(logs.kafkas().resolve(TXN_INDEX), entry);
    Files.write(logs.ours().resolve(TXN_INDEX), entry);

    logs.cleanByKafka();
    CleanStats stats = logs.cleaning().run(logs.ours()).stats();

    assertThat(logs.kafkas().resolve(TXN_INDEX)).doesNotExist();
    assertThat(logs.ours().resolve(TXN_INDEX)).doesNotExist();
    assertThat(stats.segmentsUntouched()).isEqualTo(1);
    assertThat(Files.readAllBytes(logs.ours().resolve(LOG)))
        .isEqualTo(Files.readAllBytes(logs.kafkas().resolve(LOG)));
  }

  @Test
  void run_recordsStayAndATombstoneHasNoHorizon_stampedAsByKafka() throws IOException {
    SideBySide logs = logsWhereNothingOfTheSecondSegmentGoes(null);
    byte[] before = Files.readAllBytes(logs.ours().resolve(LOG));

    logs.cleanByKafka();
    CleanStats stats = logs.cleaning().run(logs.ours()).stats();

    assertThat(stats.recordsKept()).isEqualTo(5);
    assertThat(stats.segmentsUntouched()).isEqualTo(1);
    assertThat(Files.readAllBytes(logs.ours().resolve(LOG)))
        .isNotEqualTo(before)
        .isEqualTo(Files.readAllBytes(logs.kafkas().resolve(LOG)));
  }

  private SideBySide logsWhereNothingOfTheSecondSegmentGoes(String valueOfC) throws IOException {
    return new SideBySide(
        temp,
        Map.of("segment.bytes", "600"),
        log -> {
          log.put("a", VALUE).put("b", VALUE).roll();
          log.put("c", valueOfC).put("d", VALUE).roll();
          log.put("a", VALUE).put("e", VALUE);
        });
  }

  private static Object fileOf(Path partition) throws IOException {
    return Files.readAttributes(partition.resolve(LOG), BasicFileAttributes.class).fileKey();
  }
}
