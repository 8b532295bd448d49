// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.PartitionLogReader;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.oracle.Checksum;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a survey counts, and what it says of a log that it cannot read. */
class DataSurveyTest {

  private static final int BOUND_BYTES = 1 << 20;
  private static final int TOP_KEYS = 10;
  private static final int SHOWN_BYTES = 1024;

  @TempDir private Path temp;

  @Test
  void read_keyBeyondTheBound_isNamedByItsPlace() throws IOException {
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of())) {
      log.codec("zstd").put("a", "1").put("k".repeat(3 * BOUND_BYTES), "2");
    }

    assertThatThrownBy(this::read)
        .isInstanceOf(BoundExceededException.class)
        .hasMessageContaining("a record's key in scripted-0/00000000000000000000.log at byte")
        .hasMessageContaining("(offset 1)");
  }

  @Test
  void read_tombstonesWithoutATime_areCountedApart() throws IOException {
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of())) {
      log.put("a", null).put(new SimpleRecord(RecordBatch.NO_TIMESTAMP, bytes("b"), null));
      log.magic(0).put("c", null);
    }

    DataSurvey.Result result = read();

    assertThat(result.tombstones()).isEqualTo(3);
    assertThat(result.tombstonesWithoutTime()).isEqualTo(2);
    assertThat(result.oldestTombstoneMs()).isEqualTo(ScriptedLog.TIME_MS);
    assertThat(result.newestTombstoneMs()).isEqualTo(ScriptedLog.TIME_MS);
  }

  @Test
  void read_longKeysThatBeginTheSame_areCountedApart() throws IOException {
    String prefix = "k".repeat(SHOWN_BYTES);
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of())) {
      for (String key : List.of(prefix, prefix, prefix + "b", prefix + "c", prefix + "b")) {
        log.put(key, "1");
      }
      log.put(prefix + "b", "2").put("s", "1");
    }

    DataSurvey.Result result = read();

    assertThat(result.countsAreExact()).isTrue();
    assertThat(result.topKeys())
        .containsExactly(
            new DataSurvey.KeyCount(
                ByteBuffer.wrap(bytes(prefix)), Checksum.sha256(bytes(prefix + "b")), 3),
            new DataSurvey.KeyCount(
                ByteBuffer.wrap(bytes(prefix)), Checksum.sha256(bytes(prefix)), 2));
  }

  private DataSurvey.Result read() throws IOException {
    LocalFileSystem disk = new LocalFileSystem();
    List<Segment> segments =
        new PartitionLogReader(disk)
            .read(
                ScriptedLog.partition(temp),
                new TopicPartition("scripted", 0),
                OptionalLong.empty())
            .segments();
    return new DataSurvey(disk, BOUND_BYTES, new CancelToken())
        .read(segments, segments, TOP_KEYS, bytes -> {});
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
