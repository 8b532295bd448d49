// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A batch that claims to be a transaction marker and is larger than any. */
class OversizedMarkerTest {

  private static final int DEFAULT_BOUND_BYTES = CleanOptions.DEFAULT_MAX_RECORD_BYTES;
  private static final int SMALL_BOUND_BYTES = 4096;
  private static final int LENGTH = 8;
  private static final int LOG_OVERHEAD = 12;
  private static final int CRC_FIELD = 17;
  private static final int ATTRIBUTES = 21;
  private static final int ATTRIBUTES_LOW_BYTE = 22;
  private static final int CONTROL = 0x20;

  @TempDir private Path temp;

  @Test
  void assess_controlBatchBeyondTheBound_refusedWithAdviceThatFits() throws IOException {
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of("max.message.bytes", "9000000"))) {
      log.idempotent(7, "a", "x".repeat(2 << 20)).roll().put("b", "1");
    }
    Path partition = ScriptedLog.partition(temp);
    Path file = partition.resolve("00000000000000000000.log");
    byte[] bytes = Files.readAllBytes(file);
    bytes[ATTRIBUTES_LOW_BYTE] |= CONTROL;
    Files.write(file, bytes);
    try (Stream<Path> files = Files.list(partition)) {
      // Or nothing is replayed.
      List<Path> snapshots = files.filter(each -> each.toString().endsWith(".snapshot")).toList();
      for (Path snapshot : snapshots) {
        Files.delete(snapshot);
      }
    }

    Cleaning.Result result = Cleaning.at(ScriptedLog.TIME_MS).run(partition);

    assertThat(result.outcome()).isEmpty();
    assertThat(result.message())
        .contains(
            "a batch in scripted-0/00000000000000000000.log at byte 0",
            "nothing was changed",
            "No transaction marker that a broker writes is that large")
        .doesNotContain("--max-record-bytes");
  }

  /** A marker above the range is looked for with a bound that no flag moves. */
  @Test
  void run_controlBatchBeyondTheBoundAboveTheRange_refusedWithAdviceThatFits() throws IOException {
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of("max.message.bytes", "9000000"))) {
      log.put("k", "good").transactional(7, "k", "aborted").roll();
      log.idempotent(9, "a", "x".repeat(2 << 20)).transactional(11, "y", "open").abort(7);
      log.roll().put("z", "1");
    }

    CompactionOutcome.Refused refused = refused(DEFAULT_BOUND_BYTES);

    assertThat(refused.message())
        .contains(
            "a batch in scripted-0/00000000000000000002.log at byte 0", "nothing was changed");
    assertThat(refused.nextStep())
        .contains("No transaction marker that a broker writes is that large")
        .doesNotContain("--max-record-bytes");
  }

  @Test
  void run_controlRecordBeyondTheFlagsBoundAboveTheRange_namedByItsPlace() throws IOException {
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of())) {
      log.put("k", "good").transactional(7, "k", "aborted").roll();
      log.codec("zstd").transactional(7, "a".repeat(2 * SMALL_BOUND_BYTES), "1").codec("none");
      log.transactional(11, "y", "open").abort(7).roll().put("z", "1");
    }

    CompactionOutcome.Refused refused = refused(SMALL_BOUND_BYTES);

    assertThat(refused.message())
        .contains("a record's key in scripted-0/00000000000000000002.log at byte 0 (offset 2)");
    assertThat(refused.nextStep()).contains("--max-record-bytes");
  }

  /** Cleans up to the open transaction, before which a batch now claims to be a marker. */
  private CompactionOutcome.Refused refused(int maxRecordBytes) throws IOException {
    Path partition = ScriptedLog.partition(temp);
    Files.delete(partition.resolve("00000000000000000002.txnindex"));
    makeControl(partition.resolve("00000000000000000002.log"));
    return (CompactionOutcome.Refused)
        Cleaning.at(ScriptedLog.TIME_MS)
            .maxRecordBytes(maxRecordBytes)
            .run(partition)
            .outcome()
            .orElseThrow();
  }

  private static void makeControl(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[ATTRIBUTES_LOW_BYTE] |= CONTROL;
    int size = LOG_OVERHEAD + ByteBuffer.wrap(bytes).getInt(LENGTH);
    CRC32C crc = new CRC32C();
    crc.update(bytes, ATTRIBUTES, size - ATTRIBUTES);
    ByteBuffer.wrap(bytes).putInt(CRC_FIELD, (int) crc.getValue());
    Files.write(file, bytes);
  }
}
