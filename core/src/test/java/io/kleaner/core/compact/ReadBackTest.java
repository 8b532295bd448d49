// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.DirectoryDiff;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk, or a defect, that writes something else than was meant: found before the commit, nothing
 * changed. What was written is altered after it was synced, before it is read back.
 */
class ReadBackTest {

  private static final int LENGTH = 8;
  private static final int LOG_OVERHEAD = 12;
  private static final int CRC = 17;
  private static final int ATTRIBUTES = 21;
  private static final int LAST_OFFSET_DELTA = 23;
  private static final int RECORD_COUNT = 57;

  /** A record ends with its value's one byte and the number of its headers. */
  private static final int VALUE_BYTE_FROM_END = 2;

  @TempDir private Path temp;
  private Path partition;
  private Path before;

  @BeforeEach
  void write() throws IOException {
    Path logDir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of())) {
      log.put("a", "1").put("b", "1").put("c", "1").roll();
      log.put("a", "2").roll();
      log.put("z", "1");
    }
    partition = ScriptedLog.partition(logDir);
    before = Trees.copy(partition, temp.resolve("before"));
  }

  @Test
  void run_bitFlippedOnTheWay_refusedUnchanged() throws IOException {
    Cleaning.Result result =
        clean(
            CleanOptions.Verify.NORMAL,
            bytes -> {
              bytes[bytes.length - VALUE_BYTE_FROM_END] ^= 1;
              return bytes;
            });

    assertRefused(result, "CRC mismatch");
  }

  @Test
  void run_lastBatchLost_refusedUnchanged() throws IOException {
    Cleaning.Result result = clean(CleanOptions.Verify.NORMAL, ReadBackTest::withoutLastBatch);

    assertRefused(result, "bytes");
  }

  @Test
  void run_recordLostInABatch_refusedUnchanged() throws IOException {
    Cleaning.Result result = clean(CleanOptions.Verify.NORMAL, ReadBackTest::withOneRecordLess);

    assertRefused(result, "records 2, expected 3");
  }

  @Test
  void run_twoBatchesRunTogether_refusedUnchanged() throws IOException {
    Cleaning.Result result = clean(CleanOptions.Verify.NORMAL, ReadBackTest::lastTwoAsOne);

    assertRefused(result, "batches 2, expected 3");
  }

  @Test
  void run_anotherRecordThanDecided_deepRefusesUnchanged() throws IOException {
    Cleaning.Result result = clean(CleanOptions.Verify.DEEP, ReadBackTest::otherValue);

    assertRefused(result, "digest");
  }

  @Test
  void run_anotherRecordThanDecided_normalCannotSee() throws IOException {
    assertThat(clean(CleanOptions.Verify.NORMAL, ReadBackTest::otherValue).outcome().orElseThrow())
        .isInstanceOf(CompactionOutcome.Compacted.class);
  }

  private void assertRefused(Cleaning.Result result, String why) throws IOException {
    assertThat(result.outcome().orElseThrow()).isInstanceOf(CompactionOutcome.Refused.class);
    assertThat(result.message()).contains(why, "nothing was changed");
    assertThat(DirectoryDiff.between(before, partition, ".*")).isEmpty();
  }

  /** Cleans on a disk that alters each new log once its directory entry is made durable. */
  private Cleaning.Result clean(CleanOptions.Verify verify, UnaryOperator<byte[]> damage)
      throws IOException {
    boolean[] damaged = new boolean[1];
    FaultyFileSystem.Fault alter =
        (op, number, path) -> {
          Path log = partition.resolve("00000000000000000000.log.cleaned");
          boolean readBack =
              op == FaultyFileSystem.Op.OPEN && path.toString().endsWith(".index.cleaned");
          if (readBack && !damaged[0] && Files.exists(log)) {
            damaged[0] = true;
            alter(log, damage);
          }
        };
    Cleaning.Result result =
        Cleaning.at(ScriptedLog.TIME_MS)
            .verify(verify)
            .on(new FaultyFileSystem(new LocalFileSystem(), alter))
            .run(partition);
    assertThat(damaged[0]).isTrue();
    return result;
  }

  private static void alter(Path log, UnaryOperator<byte[]> damage) {
    try {
      Files.write(log, damage.apply(Files.readAllBytes(log)), StandardOpenOption.TRUNCATE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] withoutLastBatch(byte[] log) {
    return Arrays.copyOf(log, lastBatch(log));
  }

  /** The last record's value is another, and its batch's checksum says that it should be. */
  private static byte[] otherValue(byte[] log) {
    log[log.length - VALUE_BYTE_FROM_END] ^= 1;
    return withChecksum(log, lastBatch(log));
  }

  /** As many bytes and batches, up to the same offset; the last header counts no record. */
  private static byte[] withOneRecordLess(byte[] log) {
    int batch = lastBatch(log);
    ByteBuffer.wrap(log).putInt(batch + RECORD_COUNT, 0);
    return withChecksum(log, batch);
  }

  /** As many bytes and records, up to the same offset, in one batch less. */
  private static byte[] lastTwoAsOne(byte[] log) {
    int second = lastBatch(log);
    int first = lastBatch(Arrays.copyOf(log, second));
    ByteBuffer.wrap(log)
        .putInt(first + LENGTH, log.length - first - LOG_OVERHEAD)
        .putInt(first + LAST_OFFSET_DELTA, 1)
        .putInt(first + RECORD_COUNT, 2);
    return withChecksum(log, first);
  }

  /** The batch, which is the last one, gets the checksum that its bytes have. */
  private static byte[] withChecksum(byte[] log, int batch) {
    CRC32C crc = new CRC32C();
    crc.update(log, batch + ATTRIBUTES, log.length - batch - ATTRIBUTES);
    ByteBuffer.wrap(log).putInt(batch + CRC, (int) crc.getValue());
    return log;
  }

  private static int lastBatch(byte[] log) {
    ByteBuffer bytes = ByteBuffer.wrap(log);
    int batch = 0;
    for (int next = 0; next < log.length; next += LOG_OVERHEAD + bytes.getInt(next + LENGTH)) {
      batch = next;
    }
    return batch;
  }
}
