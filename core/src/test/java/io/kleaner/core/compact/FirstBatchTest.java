// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a segment's first batch says of it, and when it says nothing. */
class FirstBatchTest {

  private static final int MAGIC = 16;
  private static final int ATTRIBUTES_LOW_BYTE = 22;
  private static final int CONTROL = 0x20;

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void of_segmentOfEachFormat_saysWhichAndWhen(int magic) throws IOException {
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of())) {
      log.magic(magic).put("a", "1");
    }

    assertThat(FirstBatch.of(new LocalFileSystem(), segment()))
        .contains(new FirstBatch(magic < 2, magic == 0 ? -1 : ScriptedLog.TIME_MS));
  }

  @Test
  void of_emptySegment_saysNothing() throws IOException {
    ScriptedLog.in(temp, Map.of()).close();

    assertThat(FirstBatch.of(new LocalFileSystem(), segment())).isEmpty();
  }

  @Test
  void of_damagedSegment_isLeftForTheCleanToReport() throws IOException {
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of())) {
      log.put("a", "1");
    }
    change(MAGIC, 9);

    assertThat(FirstBatch.of(new LocalFileSystem(), segment())).isEmpty();
  }

  /** One flipped bit makes a large batch a marker, which would be in memory as a whole. */
  @Test
  void of_hugeBatchThatClaimsToBeAMarker_isNotReadIntoMemory() throws IOException {
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of("max.message.bytes", "9000000"))) {
      log.put("a", "x".repeat(2 << 20));
    }
    assertThat(FirstBatch.of(new LocalFileSystem(), segment())).isPresent();
    change(ATTRIBUTES_LOW_BYTE, CONTROL);

    assertThat(FirstBatch.of(new LocalFileSystem(), segment())).isEmpty();
  }

  private static Path log(Path logDir) {
    return ScriptedLog.partition(logDir).resolve("00000000000000000000.log");
  }

  private void change(int at, int value) throws IOException {
    byte[] bytes = Files.readAllBytes(log(temp));
    bytes[at] = (byte) value;
    Files.write(log(temp), bytes);
  }

  private Segment segment() throws IOException {
    return new Segment(
        ScriptedLog.partition(temp), 0, Files.size(log(temp)), 0, 0, false, ScriptedLog.TIME_MS);
  }
}
