// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.check;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.PartitionLogReader;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.record.BoundExceededException;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a survey says of a log that it cannot read. */
class DataSurveyTest {

  private static final int BOUND_BYTES = 1 << 20;
  private static final int TOP_KEYS = 10;

  @TempDir private Path temp;

  @Test
  void read_keyBeyondTheBound_isNamedByItsPlace() throws IOException {
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of())) {
      log.codec("zstd").put("a", "1").put("k".repeat(3 * BOUND_BYTES), "2");
    }
    LocalFileSystem disk = new LocalFileSystem();
    List<Segment> segments =
        new PartitionLogReader(disk)
            .read(
                ScriptedLog.partition(temp),
                new TopicPartition("scripted", 0),
                OptionalLong.empty())
            .segments();
    DataSurvey survey = new DataSurvey(disk, BOUND_BYTES, new CancelToken());

    assertThatThrownBy(() -> survey.read(segments, segments, TOP_KEYS, bytes -> {}))
        .isInstanceOf(BoundExceededException.class)
        .hasMessageContaining("a record's key in scripted-0/00000000000000000000.log at byte")
        .hasMessageContaining("(offset 1)");
  }
}
