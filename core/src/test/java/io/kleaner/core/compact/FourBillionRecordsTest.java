// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A log with as many records as a clean can number, and some more: nearly all are said to be in two
 * batches of an aborted transaction, into which nobody looks.
 */
class FourBillionRecordsTest {

  private static final long GIANT = Integer.MAX_VALUE;
  private static final long PRODUCER = 7;
  private static final int LAST_OFFSET_DELTA_AT = 23;
  private static final int COUNT_AT = 57;
  private static final int CRC_AT = 17;
  private static final int CHECKED_FROM = 21;

  @TempDir private Path temp;
  private Path partition;

  @BeforeEach
  void write() throws IOException {
    Path logDir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of())) {
      log.put("active", "1");
    }
    partition = ScriptedLog.partition(logDir);
    try (Stream<Path> files = Files.list(partition)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().matches("\\d{20}\\..*")) {
          Files.delete(file);
        }
      }
    }
    long above = 2 * GIANT;
    segment(0, giant(0, 0));
    segment(GIANT, giant(GIANT, 1));
    // One more can be numbered. The others fill buffers enough for lanes to be at work on some
    // while the segment is not at its end yet.
    segment(
        above,
        abortMarker(above),
        unkeyed(above + 1, 10),
        unkeyed(above + 11, 10),
        unkeyed(above + 21, 10),
        unkeyed(above + 31, 20));
    segment(above + 51, unkeyed(above + 51, 1));
    ByteBuffer entry =
        ByteBuffer.allocate(34)
            .putShort((short) 0)
            .putLong(PRODUCER)
            .putLong(0)
            .putLong(above)
            .putLong(above + 1);
    Files.write(partition.resolve(String.format("%020d.txnindex", above)), entry.array());
    Files.writeString(
        logDir.resolve("replication-offset-checkpoint"),
        "0\n1\n"
            + partition.getFileName().toString().replaceAll("-(\\d+)$", " $1")
            + " "
            + (above + 52)
            + "\n");
  }

  private static byte[] bytes(MemoryRecords records) {
    byte[] bytes = new byte[records.sizeInBytes()];
    records.buffer().duplicate().get(bytes);
    return bytes;
  }

  private static SimpleRecord record(byte[] key, int valueBytes) {
    return new SimpleRecord(ScriptedLog.TIME_MS - 1_000, key, new byte[valueBytes]);
  }

  private static byte[] giant(long base, int sequence) {
    byte[] bytes =
        bytes(
            MemoryRecords.withTransactionalRecords(
                base,
                Compression.NONE,
                PRODUCER,
                (short) 0,
                sequence,
                0,
                record(new byte[] {'k'}, 1)));
    CRC32C crc = new CRC32C();
    ByteBuffer batch = ByteBuffer.wrap(bytes);
    batch.putInt(LAST_OFFSET_DELTA_AT, (int) GIANT - 1).putInt(COUNT_AT, (int) GIANT);
    crc.update(bytes, CHECKED_FROM, bytes.length - CHECKED_FROM);
    batch.putInt(CRC_AT, (int) crc.getValue());
    return bytes;
  }

  private static byte[] abortMarker(long base) {
    return bytes(
        MemoryRecords.withEndTransactionMarker(
            base,
            ScriptedLog.TIME_MS - 1_000,
            0,
            PRODUCER,
            (short) 0,
            new EndTransactionMarker(ControlRecordType.ABORT, 0)));
  }

  private static byte[] unkeyed(long base, int count) {
    SimpleRecord[] records = new SimpleRecord[count];
    for (int i = 0; i < count; i++) {
      records[i] = record(null, 60_000);
    }
    return bytes(MemoryRecords.withRecords(base, Compression.NONE, 0, records));
  }

  private void segment(long base, byte[]... batches) throws IOException {
    String name = String.format("%020d", base);
    try (OutputStream log = Files.newOutputStream(partition.resolve(name + ".log"))) {
      for (byte[] batch : batches) {
        log.write(batch);
      }
    }
    for (String index : List.of(".index", ".timeindex")) {
      Files.createFile(partition.resolve(name + index));
    }
  }

  /** Each of the records that have no number would get a bit, beyond the last one there is. */
  @ParameterizedTest
  @CsvSource({"1, 0", "3, 0", "1, 65536"})
  void run_limitCrossedWithinASegment_endsBeforeIt(int threads, long bitBytes) throws IOException {
    CompactionOutcome outcome =
        Cleaning.at(ScriptedLog.TIME_MS)
            .threads(threads)
            .readBytes(200)
            .bitBytes(bitBytes)
            .run(partition)
            .outcome()
            .orElseThrow();

    assertThat(outcome)
        .as(outcome.message())
        .isInstanceOfSatisfying(
            CompactionOutcome.Compacted.class,
            compacted -> assertThat(compacted.endOffset()).isEqualTo(2 * GIANT));
  }
}
