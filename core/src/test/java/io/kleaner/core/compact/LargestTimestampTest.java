// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.oracle.KafkaLog;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.policy.PartitionFacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.storage.internals.log.LogSegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A segment's largest timestamp, which decides whether it is too young, as Kafka knows it. */
class LargestTimestampTest {

  private static final long MODIFIED_MS = 1_600_000_000_000L;

  @TempDir private Path temp;

  @Test
  void facts_recordsOfTheEpoch_largestIsZeroAsInKafka() throws IOException {
    assertThat(largestOfFirstSegment(0, 0)).isZero();
  }

  @Test
  void facts_timesFromTheEpochOn_largestAsInKafka() throws IOException {
    assertThat(largestOfFirstSegment(0, 5, 3)).isEqualTo(5);
  }

  @Test
  void facts_recordsWithoutATime_timeOfTheFileAsInKafka() throws IOException {
    assertThat(largestOfFirstSegment(-1, -1)).isEqualTo(MODIFIED_MS);
  }

  private long largestOfFirstSegment(long... timestampsMs) throws IOException {
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of())) {
      for (long timestampMs : timestampsMs) {
        log.raw(
            MemoryRecords.withRecords(
                    log.endOffset(),
                    Compression.NONE,
                    0,
                    new SimpleRecord(timestampMs, bytes("key"), bytes("value")))
                .buffer());
      }
      log.roll().put("active", "1");
    }
    Path partition = ScriptedLog.partition(temp);
    Files.setLastModifiedTime(
        partition.resolve("00000000000000000000.log"), FileTime.fromMillis(MODIFIED_MS));
    PartitionSurvey survey =
        new PartitionSurvey(
            new LocalFileSystem(), new LogDirReader(new LocalFileSystem()).read(temp));
    PartitionFacts facts =
        survey.facts(
            survey.read(partition),
            new HighWatermarkChoice.LogEnd(),
            ScriptedLog.TIME_MS,
            Long.MAX_VALUE);
    assertThat(facts.largestTimestampsMs()).isEqualTo(kafkas(partition));
    return facts.largestTimestampsMs().get(0);
  }

  private static List<Long> kafkas(Path partition) throws IOException {
    List<Long> largest = new ArrayList<>();
    try (KafkaLog kafka = KafkaLog.open(partition, Map.of(), 0, ScriptedLog.TIME_MS, true)) {
      for (LogSegment segment : kafka.log().logSegments()) {
        largest.add(segment.largestTimestamp());
      }
    }
    return largest;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
