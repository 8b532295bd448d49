// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexCheckTest {

  private static final long LOG_BYTES = 10_000;

  @TempDir private Path dir;

  private Optional<String> problem(byte[] offsetIndex, byte[] timeIndex) throws IOException {
    Files.write(dir.resolve("00000000000000000000.index"), offsetIndex);
    Files.write(dir.resolve("00000000000000000000.timeindex"), timeIndex);
    return problem();
  }

  private Optional<String> problem() throws IOException {
    return new IndexCheck(new LocalFileSystem())
        .problem(new Segment(dir, 0, LOG_BYTES, 0, 0, false, 0))
        .map(IndexCheck.Problem::text);
  }

  private static byte[] offsets(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.array();
  }

  private static byte[] times(long... pairs) {
    ByteBuffer bytes = ByteBuffer.allocate(pairs.length / 2 * 12);
    for (int i = 0; i < pairs.length; i += 2) {
      bytes.putLong(pairs[i]).putInt((int) pairs[i + 1]);
    }
    return bytes.array();
  }

  @Test
  void problem_ascendingIndexes_isNone() throws IOException {
    assertThat(problem(offsets(10, 0, 20, 5000), times(100, 10, 200, 20))).isEmpty();
  }

  @Test
  void problem_emptyIndexes_isNone() throws IOException {
    assertThat(problem(new byte[0], new byte[0])).isEmpty();
  }

  @Test
  void problem_missingIndex_isNamed() throws IOException {
    assertThat(problem()).contains("00000000000000000000.index is missing");
  }

  @Test
  void problem_cutIndex_isNamed() throws IOException {
    assertThat(problem(new byte[12], new byte[0]))
        .contains("00000000000000000000.index has 12 bytes, not a whole number of entries of 8");
  }

  @Test
  void problem_offsetThatDoesNotAscend_saysWhere() throws IOException {
    assertThat(problem(offsets(10, 100, 10, 200), new byte[0]))
        .contains("00000000000000000000.index does not ascend at byte 8");
  }

  @Test
  void problem_positionBehindTheLog_saysWhere() throws IOException {
    assertThat(problem(offsets(10, 10_000), new byte[0]))
        .contains("00000000000000000000.index points to byte 10000 of a log of 10000 bytes");
  }

  @Test
  void problem_negativeRelativeOffset_isFound() throws IOException {
    assertThat(problem(offsets(-5, 100), new byte[0])).isPresent();
  }

  @Test
  void problem_preallocatedRest_isFound() throws IOException {
    assertThat(problem(offsets(10, 100, 0, 0, 0, 0), new byte[0]))
        .contains("00000000000000000000.index ends in empty entries");
  }

  @Test
  void problem_timestampThatDoesNotAscend_saysWhere() throws IOException {
    assertThat(problem(new byte[0], times(100, 10, 100, 20)))
        .contains("00000000000000000000.timeindex does not ascend at byte 12");
  }

  /** -1 is none; 0 is a time. */
  @Test
  void problem_timestampZero_isATime() throws IOException {
    assertThat(problem(new byte[0], times(0, 0))).isEmpty();
    assertThat(problem(new byte[0], times(0, 0, 5, 3))).isEmpty();
    assertThat(problem(new byte[0], times(0, 7))).isEmpty();
  }

  @Test
  void problem_nothingButPreallocatedTimes_isFound() throws IOException {
    assertThat(problem(new byte[0], times(0, 0, 0, 0)))
        .contains("00000000000000000000.timeindex ends in empty entries");
  }

  @Test
  void problem_entriesAfterEmptyOnes_saysWhere() throws IOException {
    assertThat(problem(new byte[0], times(100, 10, 0, 0, 200, 20))).isPresent();
  }
}
