// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.LocalFileSystem;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What follows the last whole batch of a file: a torn append, zeros, or damage. */
class TornEndTest {

  private static final long BEGIN = 100;
  private static final long PREALLOCATED_BYTES = 1L << 30;
  private static final int HEADER_BYTES = 61;

  @TempDir private Path temp;

  /** Writes a file of zeros, but for bytes at a position. */
  private Path file(long sizeBytes, long position, byte[] bytes) throws IOException {
    Path path = temp.resolve("00000000000000000000.log");
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(sizeBytes);
      file.seek(position);
      file.write(bytes);
    }
    return path;
  }

  private static boolean isTorn(Path path, long endPosition) throws IOException {
    try (FileHandle file = new LocalFileSystem().openRead(path)) {
      return new TornEnd(path, file).isAt(BEGIN, endPosition);
    }
  }

  private static byte[] batch() {
    ByteBuffer batch =
        MemoryRecords.withRecords(
                7L, Compression.NONE, new SimpleRecord(1L, new byte[] {1}, new byte[1000]))
            .buffer();
    byte[] bytes = new byte[batch.remaining()];
    batch.get(bytes);
    return bytes;
  }

  @Test
  void isAt_zerosOfAPreallocatedSegment_torn() throws IOException {
    Path path = file(PREALLOCATED_BYTES, 0, new byte[] {1});

    assertThat(isTorn(path, PREALLOCATED_BYTES)).isTrue();
  }

  @Test
  void isAt_oneByteBeyondTheBound_notTorn() throws IOException {
    long size = BEGIN + TornEnd.MAX_TORN_BYTES + 1000;
    Path path = file(size, size - 1, new byte[] {1});

    assertThat(isTorn(path, size)).isFalse();
    assertThat(isTorn(path, size - 1)).isTrue();
  }

  @Test
  void isAt_wholeBatchBehindZeros_notTorn() throws IOException {
    long at = BEGIN + TornEnd.MAX_TORN_BYTES / 2;
    Path path = file(PREALLOCATED_BYTES, at, batch());

    assertThat(isTorn(path, PREALLOCATED_BYTES)).isFalse();
  }

  /** Also where its header, or what follows that, lies in two windows. */
  @ParameterizedTest
  @ValueSource(ints = {-1070, -1000, -HEADER_BYTES, -30, -1, 0, 1})
  void isAt_wholeBatchAtAWindowsEnd_notTorn(int before) throws IOException {
    byte[] batch = batch();
    long at = BEGIN + TornEnd.WINDOW_BYTES + before;
    Path path = file(at + batch.length, at, batch);

    assertThat(isTorn(path, at + batch.length)).isFalse();
    assertThat(isTorn(path, at + batch.length - 1)).isTrue();
  }

  @Test
  void isAt_wholeBatchThatDoesNotMatchItsChecksum_onlyFirstOneIsDamage() throws IOException {
    byte[] batch = batch();
    batch[batch.length - 1] ^= 1;

    assertThat(isTorn(file(10_000, BEGIN + 1, batch), 10_000)).isTrue();
    assertThat(isTorn(file(10_000, BEGIN, batch), 10_000)).isFalse();
  }

  @Test
  void isAt_randomBytes_torn() throws IOException {
    byte[] bytes = new byte[8 << 20];
    new Random(4).nextBytes(bytes);
    bytes[16] = 9; // what stands first is no batch
    Path path = file(BEGIN + bytes.length, BEGIN, bytes);

    assertThat(isTorn(path, BEGIN + bytes.length)).isTrue();
  }

  /** Each of many headers claims all that follows: what that costs is bounded. */
  @Test
  void isAt_headersThatClaimMoreThanIsComputed_notTorn() throws IOException {
    int headers = 100;
    ByteBuffer claims = ByteBuffer.allocate(headers * HEADER_BYTES);
    byte[] batch = batch();
    for (int i = 0; i < headers; i++) {
      claims.put(batch, 0, HEADER_BYTES);
      int size = (headers - i) * HEADER_BYTES;
      claims.putInt(
          i * HEADER_BYTES + BatchHeader.LENGTH,
          i == 0 ? 1 << 20 : size - BatchHeader.LOG_OVERHEAD);
    }
    long end = BEGIN + claims.capacity();
    Path path = file(end, BEGIN, claims.array());
    long needed = (long) HEADER_BYTES * (headers - 1) * headers / 2;

    try (FileHandle file = new LocalFileSystem().openRead(path)) {
      assertThat(new TornEnd(path, file, needed).isAt(BEGIN, end)).isTrue();
      assertThat(new TornEnd(path, file, needed - 1).isAt(BEGIN, end)).isFalse();
    }
  }
}
