// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compare;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.compact.PartitionSurvey;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.keymap.SpillPlace;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.record.BoundExceededException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether two logs say the same to a reader. */
class LogDiffTest {

  private static final int MEMORY_BYTES = 8 * 1024 * 1024;

  @TempDir private Path temp;
  private int logs;

  /** Writes records. */
  private interface Script {
    void write(ScriptedLog log) throws IOException;
  }

  private PartitionLog log(Script script) throws IOException {
    Path logDir = temp.resolve("log" + logs++);
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of())) {
      script.write(log);
    }
    LocalFileSystem disk = new LocalFileSystem();
    LogDir found = new LogDirReader(disk).read(ScriptedLog.partition(logDir));
    return new PartitionSurvey(disk, found).read(ScriptedLog.partition(logDir));
  }

  private DiffReport diff(Script left, Script right) throws IOException {
    return diff(left, right, MEMORY_BYTES);
  }

  private DiffReport diff(Script left, Script right, long memoryBytes) throws IOException {
    return new LogDiff(
            new LocalFileSystem(), SpillPlace.in(temp), memoryBytes, 1 << 20, new CancelToken())
        .compare(log(left), log(right));
  }

  @Test
  void compare_sameRecords_same() throws IOException {
    Script script = log -> log.put("a", "1").put("b", "2").put("a", "3");
    DiffReport report = diff(script, script);

    assertThat(report.isSame()).isTrue();
    assertThat(report.keysLeft()).isEqualTo(2);
  }

  @Test
  void compare_otherCodecAndBatches_same() throws IOException {
    assertThat(
            diff(
                    log -> log.put("a", "1").put("b", "2"),
                    log ->
                        log.codec("zstd").batch(new String[] {"a", "b"}, new String[] {"1", "2"}))
                .isSame())
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void compare_oldFormat_sameButForItsTimestamps(int magic) throws IOException {
    DiffReport report = diff(log -> log.put("a", "1"), log -> log.magic(magic).put("a", "1"));

    assertThat(report.isSame()).as(report.differences().toString()).isEqualTo(magic == 1);
  }

  @Test
  void compare_recordBeyondTheBound_isNamedByItsPlace() {
    Script script = log -> log.codec("zstd").put("a", "1").put("b", "x".repeat(3 << 20));

    assertThatThrownBy(() -> diff(script, script))
        .isInstanceOf(BoundExceededException.class)
        .hasMessageContaining("a record in scripted-0/00000000000000000000.log at byte")
        .hasMessageContaining("(offset 1)");
  }

  @Test
  void compare_otherLastValue_different() throws IOException {
    DiffReport report =
        diff(log -> log.put("a", "1").put("b", "2"), log -> log.put("a", "1").put("b", "3"));

    assertThat(report.total()).isEqualTo(1);
    assertThat(report.differences().get(0).kind()).isEqualTo(Difference.Kind.LAST_VALUE);
  }

  @Test
  void compare_otherHeadersAlone_different() throws IOException {
    assertOnlyLastValueDiffers(
        record(ScriptedLog.TIME_MS, header("h", "1")),
        record(ScriptedLog.TIME_MS, header("h", "2")));
    assertOnlyLastValueDiffers(
        record(ScriptedLog.TIME_MS, header("h", "1")), record(ScriptedLog.TIME_MS));
  }

  @Test
  void compare_otherTimestampAlone_different() throws IOException {
    assertOnlyLastValueDiffers(record(ScriptedLog.TIME_MS), record(ScriptedLog.TIME_MS + 1));
  }

  private void assertOnlyLastValueDiffers(SimpleRecord left, SimpleRecord right)
      throws IOException {
    assertThat(diff(log -> log.put(left), log -> log.put(left)).isSame()).isTrue();
    assertThat(diff(log -> log.put(left), log -> log.put(right)).differences())
        .singleElement()
        .extracting(Difference::kind)
        .isEqualTo(Difference.Kind.LAST_VALUE);
  }

  private static SimpleRecord record(long timestampMs, Header... headers) {
    return new SimpleRecord(timestampMs, "a".getBytes(UTF_8), "1".getBytes(UTF_8), headers);
  }

  private static Header header(String key, String value) {
    return new RecordHeader(key, value.getBytes(UTF_8));
  }

  @Test
  void compare_otherOldValue_same() throws IOException {
    assertThat(
            diff(log -> log.put("a", "1").put("a", "2"), log -> log.put("a", "x").put("a", "2"))
                .isSame())
        .isTrue();
  }

  @Test
  void compare_keyLost_different() throws IOException {
    assertThat(
            diff(log -> log.put("a", "1").put("b", "2"), log -> log.put("b", "0").put("b", "2"))
                .isSame())
        .isFalse();
  }

  @Test
  void compare_tombstoneAndNothing_same() throws IOException {
    assertThat(
            diff(
                    log -> log.put("a", "1").put("a", null).put("b", "2"),
                    log -> log.put("b", "0").put("b", "1").put("b", "2"))
                .isSame())
        .isTrue();
  }

  @Test
  void compare_abortedRecord_asIfItWereNotThere() throws IOException {
    Script withAborted = log -> log.put("a", "1").transactional(7, "a", "2").abort(7).put("b", "1");
    Script without = log -> log.put("a", "1").put("b", "0").put("b", "0").put("b", "1");

    DiffReport report = diff(withAborted, without);

    assertThat(report.differences())
        .allMatch(difference -> difference.kind() != Difference.Kind.LAST_VALUE);
  }

  @Test
  void compare_openTransactionsRecordLost_different() throws IOException {
    assertThat(
            diff(
                    log -> log.put("a", "1").transactional(7, "a", "2").transactional(7, "b", "2"),
                    log -> log.put("a", "1").transactional(7, "a", "2").transactional(7, "b", "3"))
                .isSame())
        .isFalse();
  }

  @Test
  void compare_unkeyedRecords_asAMultiset() throws IOException {
    Script twice =
        log -> log.put((String) null, "x").put((String) null, "x").put((String) null, "y");
    Script once =
        log -> log.put((String) null, "x").put((String) null, "y").put((String) null, "y");

    assertThat(diff(twice, twice).isSame()).isTrue();
    assertThat(diff(twice, once).isSame()).isFalse();
  }

  @Test
  void compare_otherLogEnd_different() throws IOException {
    assertThat(diff(log -> log.put("a", "1"), log -> log.put("a", "0").put("a", "1")).differences())
        .extracting(Difference::kind)
        .contains(Difference.Kind.LOG_END);
  }

  @Test
  void compare_otherProducerSequence_different() throws IOException {
    assertThat(
            diff(
                    log -> log.idempotent(9, "a", "1").idempotent(9, "b", "1"),
                    log -> log.put("a", "1").idempotent(9, "b", "1"))
                .isSame())
        .isFalse();
  }

  @Test
  void compare_littleMemory_same() throws IOException {
    Script many =
        log -> {
          for (int i = 0; i < 3000; i++) {
            log.put("key-" + i % 700, "value-" + i);
          }
        };
    DiffReport report = diff(many, many, 16 * 1024);

    assertThat(report.isSame()).isTrue();
    assertThat(report.keysLeft()).isEqualTo(700);
  }

  @Test
  void compare_memoryForFewKeys_partitionsAreDividedAgainAndADifferenceIsFound()
      throws IOException {
    Script many =
        log -> {
          for (int i = 0; i < 3000; i++) {
            log.put("key-" + i % 1500, "value-" + i);
          }
        };
    Script other =
        log -> {
          for (int i = 0; i < 3000; i++) {
            log.put("key-" + i % 1500, i == 2777 ? "another" : "value-" + i);
          }
        };

    // Of at most 512 partitions at first, each has some six records: too many for this.
    DiffReport same = diff(many, many, 160);
    DiffReport report = diff(many, other, 160);

    assertThat(same.isSame()).isTrue();
    assertThat(same.keysRight()).isEqualTo(1500);
    assertThat(report.total()).isEqualTo(1);
  }
}
