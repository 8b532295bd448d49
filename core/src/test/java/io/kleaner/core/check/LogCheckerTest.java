// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.Fixtures;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.pace.CancelToken;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is found, where, and at which level. */
class LogCheckerTest {

  private static final String FIRST = "00000000000000000000";
  private static final String SECOND = "00000000000000000004";

  @TempDir private Path temp;
  private Path partition;

  @BeforeEach
  void write() throws IOException {
    Path logDir = temp.resolve("data");
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of("index.interval.bytes", "1"))) {
      log.put("a", "1").put("b", "2").transactional(7, "c", "3").abort(7).roll();
      log.codec("zstd").put("d", "4").put("e", "5");
    }
    partition = ScriptedLog.partition(logDir);
  }

  private List<Finding> check(CheckLevel level) throws IOException {
    return new LogChecker(new LocalFileSystem(), level, 1 << 20, new CancelToken())
        .check(partition)
        .findings();
  }

  private interface Change {
    byte[] of(byte[] bytes);
  }

  private void change(String name, Change change) throws IOException {
    Path file = partition.resolve(name);
    Files.write(file, change.of(Files.readAllBytes(file)));
  }

  private static byte[] flip(byte[] bytes, int at) {
    bytes[at < 0 ? bytes.length + at : at] ^= 1;
    return bytes;
  }

  @ParameterizedTest
  @EnumSource
  void check_soundPartition_nothing(CheckLevel level) throws IOException {
    assertThat(check(level)).isEmpty();
  }

  static Stream<String> fixtures() {
    return Fixtures.NAMES.stream();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void check_whatRealBrokersWrote_noErrors(String name) throws IOException {
    Path logDir = Fixtures.unpack(name, temp.resolve("fixture"));
    for (var each : Fixtures.manifest(name).get("partitions").properties()) {
      partition = logDir.resolve(each.getKey());
      assertThat(check(CheckLevel.RECORDS))
          // Brokers before 0.10.1 wrote no time index.
          .filteredOn(finding -> !finding.actual().endsWith(".timeindex is missing"))
          .filteredOn(
              finding ->
                  finding.severity() == Finding.Severity.ERROR
                      || finding.kind() == Finding.Kind.OFFSET_INDEX
                      || finding.kind() == Finding.Kind.TIME_INDEX
                      || finding.kind() == Finding.Kind.TXN_INDEX)
          .as(each.getKey())
          .isEmpty();
    }
  }

  @Test
  void check_flippedBitInARecord_checksumFoundFromLevelTwoOn() throws IOException {
    change(FIRST + ".log", bytes -> flip(bytes, 68));

    assertThat(check(CheckLevel.HEADERS)).isEmpty();
    assertThat(check(CheckLevel.CHECKSUMS))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo(Finding.Kind.CRC_MISMATCH);
              assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
              assertThat(finding.position()).hasValue(0);
              assertThat(finding.offset()).hasValue(0);
              assertThat(finding.text()).contains("scripted-0/" + FIRST + ".log at byte 0");
            });
  }

  @Test
  void check_garbageMagicInASealedSegment_corruptBatch() throws IOException {
    change(FIRST + ".log", bytes -> withByte(bytes, 16, 9));

    assertThat(check(CheckLevel.HEADERS))
        .filteredOn(finding -> finding.kind() == Finding.Kind.CORRUPT_BATCH)
        .singleElement()
        .satisfies(finding -> assertThat(finding.offset()).hasValue(0));
  }

  @Test
  void check_garbageMagicAfterTheFirstBatch_offsetIsTheOneThatFollows() throws IOException {
    change(FIRST + ".log", bytes -> withByte(bytes, secondBatch(bytes) + 16, 9));

    assertThat(check(CheckLevel.HEADERS))
        .filteredOn(finding -> finding.kind() == Finding.Kind.CORRUPT_BATCH)
        .singleElement()
        .satisfies(finding -> assertThat(finding.offset()).hasValue(1));
  }

  /** Where it begins: the first one's size stands after its base offset, and counts from there. */
  private static int secondBatch(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getInt(8) + 12;
  }

  @Test
  void check_tornFirstBatchOfASegment_offsetIsTheSegmentsBase() throws IOException {
    change(SECOND + ".log", bytes -> Arrays.copyOf(bytes, 30));

    assertThat(check(CheckLevel.HEADERS))
        .filteredOn(finding -> finding.kind() == Finding.Kind.TORN_TAIL)
        .singleElement()
        .satisfies(finding -> assertThat(finding.offset()).hasValue(4));
  }

  private static byte[] withByte(byte[] bytes, int at, int value) {
    bytes[at] = (byte) value;
    return bytes;
  }

  @Test
  void check_cutLastBatch_tornTailWithItsPosition() throws IOException {
    change(SECOND + ".log", bytes -> Arrays.copyOf(bytes, bytes.length - 3));

    assertThat(check(CheckLevel.HEADERS))
        .filteredOn(finding -> finding.kind() == Finding.Kind.TORN_TAIL)
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.position()).isPresent();
              assertThat(finding.offset()).hasValue(5);
            });
  }

  /** As the active segment of a broker with {@code log.preallocate}. */
  @Test
  void check_zerosUpToThePreallocatedSize_tornTail() throws IOException {
    try (RandomAccessFile active =
        new RandomAccessFile(partition.resolve(SECOND + ".log").toFile(), "rw")) {
      active.setLength(256L << 20);
    }

    assertThat(check(CheckLevel.HEADERS))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo(Finding.Kind.TORN_TAIL);
              assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING);
            });
  }

  /** A broker that recovers such a segment cuts off sound batches. */
  @Test
  void check_damageBeforeWholeBatchesOfTheLastSegment_noTornTail() throws IOException {
    change(SECOND + ".log", bytes -> withByte(bytes, 16, 9));

    assertThat(check(CheckLevel.HEADERS))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo(Finding.Kind.CORRUPT_BATCH);
              assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
              assertThat(finding.position()).hasValue(0);
              assertThat(finding.leavesUnread()).isFalse();
            });
  }

  /** The COMMIT marker that was not read is what makes the second marker a harmless one. */
  @Test
  void check_batchBeyondTheBound_judgesNoMarkerAfterIt() throws IOException {
    Path logDir = temp.resolve("large");
    try (ScriptedLog log = ScriptedLog.in(logDir, Map.of("max.message.bytes", "9000000"))) {
      log.transactional(7, "a", "1").put("b", "x".repeat(2 << 20)).commit(7).roll();
      log.put("c", "1").abort(7);
    }
    partition = ScriptedLog.partition(logDir);

    assertThat(check(CheckLevel.RECORDS))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo(Finding.Kind.CORRUPT_BATCH);
              assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING);
              assertThat(finding.leavesUnread()).isTrue();
              assertThat(finding.text()).contains("The rest", "no transaction marker");
            });
  }

  @Test
  void check_segmentThatBeginsBelowThePreviousEnd_overlap() throws IOException {
    Files.copy(partition.resolve(FIRST + ".log"), partition.resolve("00000000000000000002.log"));

    assertThat(check(CheckLevel.HEADERS))
        .extracting(Finding::kind)
        .contains(Finding.Kind.OVERLAPPING_SEGMENTS);
  }

  @Test
  void check_offsetIndexPointsIntoABatch_foundAtLevelThree() throws IOException {
    change(
        FIRST + ".index",
        bytes -> {
          ByteBuffer.wrap(bytes).putInt(4, 5);
          return bytes;
        });

    assertThat(check(CheckLevel.RECORDS))
        .filteredOn(finding -> finding.kind() == Finding.Kind.OFFSET_INDEX)
        .isNotEmpty()
        .allSatisfy(finding -> assertThat(finding.position()).hasValue(0));
  }

  @Test
  void check_timeIndexWithAnotherTimestamp_foundAtLevelThree() throws IOException {
    change(FIRST + ".timeindex", bytes -> flip(bytes, 7));

    assertThat(check(CheckLevel.RECORDS))
        .filteredOn(finding -> finding.kind() == Finding.Kind.TIME_INDEX)
        .isNotEmpty()
        .allSatisfy(finding -> assertThat(finding.position()).hasValue(0));
  }

  @Test
  void check_timeIndexEntriesWithoutABatch_areAllFoundAtLevelThree() throws IOException {
    byte[] before = Files.readAllBytes(partition.resolve(FIRST + ".timeindex"));
    ByteBuffer last = ByteBuffer.wrap(before, before.length - 12, 12);
    long timestamp = last.getLong();
    change(
        FIRST + ".timeindex",
        bytes ->
            ByteBuffer.allocate(bytes.length + 24)
                .put(bytes)
                .putLong(timestamp + 1)
                .putInt(1000)
                .putLong(timestamp + 2)
                .putInt(1001)
                .array());

    assertThat(check(CheckLevel.CHECKSUMS)).isEmpty();
    assertThat(check(CheckLevel.RECORDS))
        .allSatisfy(
            finding -> {
              assertThat(finding.kind()).isEqualTo(Finding.Kind.TIME_INDEX);
              assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING);
              assertThat(finding.file()).hasFileName(FIRST + ".timeindex");
            })
        .extracting(
            finding -> finding.position().orElse(-1), finding -> finding.offset().orElse(-1))
        .containsExactly(tuple((long) before.length, 1000L), tuple(before.length + 12L, 1001L));
  }

  @Test
  void check_wrongTimeAndOneWithoutABatch_bothAreFound() throws IOException {
    change(
        FIRST + ".timeindex",
        bytes -> {
          long last = ByteBuffer.wrap(bytes, bytes.length - 12, 12).getLong();
          ByteBuffer more = ByteBuffer.allocate(bytes.length + 12).put(bytes);
          more.putLong(last + 1).putInt(1000);
          return more.putLong(0, more.getLong(0) - 1).array();
        });

    assertThat(check(CheckLevel.RECORDS))
        .extracting(Finding::actual)
        .hasSize(2)
        .anyMatch(actual -> actual.startsWith("timestamp "))
        .contains("none");
  }

  @Test
  void check_transactionIndexWithoutItsMarker_found() throws IOException {
    change(
        FIRST + ".txnindex",
        bytes -> {
          ByteBuffer two = ByteBuffer.allocate(2 * 34).put(bytes);
          return two.putShort((short) 0).putLong(99).putLong(0).putLong(1000).putLong(0).array();
        });

    assertThat(check(CheckLevel.RECORDS))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo(Finding.Kind.TXN_INDEX);
              assertThat(finding.offset()).hasValue(1000);
              assertThat(finding.position()).hasValue(34);
            });
  }

  @Test
  void check_indexesCutInAnEntry_saysWhereTheirWholeEntriesEnd() throws IOException {
    change(FIRST + ".index", bytes -> Arrays.copyOf(bytes, 8 + 3));
    change(FIRST + ".txnindex", bytes -> Arrays.copyOf(bytes, 34 + 5));

    assertThat(check(CheckLevel.RECORDS))
        .filteredOn(finding -> finding.file().toString().endsWith(FIRST + ".index"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.position()).hasValue(8));
    assertThat(check(CheckLevel.RECORDS))
        .filteredOn(finding -> finding.file().toString().endsWith(".txnindex"))
        .isNotEmpty()
        .allSatisfy(finding -> assertThat(finding.position()).hasValue(34));
  }

  @Test
  void check_transactionIndexOfAnotherVersion_saysInWhichEntry() throws IOException {
    change(
        FIRST + ".txnindex",
        bytes -> {
          byte[] two = Arrays.copyOf(bytes, 2 * 34);
          two[34 + 1] = 7;
          return two;
        });

    assertThat(check(CheckLevel.RECORDS))
        .filteredOn(finding -> finding.kind() == Finding.Kind.TXN_INDEX)
        .filteredOn(finding -> finding.actual().contains("version 7"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.position()).hasValue(34));
  }

  @Test
  void check_brokenSnapshotAndLeftovers_warnings() throws IOException {
    Files.write(partition.resolve(SECOND + ".snapshot"), new byte[] {1, 2, 3});
    Files.write(partition.resolve(FIRST + ".log.cleaned"), new byte[0]);

    assertThat(check(CheckLevel.HEADERS))
        .allMatch(finding -> finding.severity() == Finding.Severity.WARNING)
        .extracting(Finding::kind)
        .containsExactlyInAnyOrder(Finding.Kind.PRODUCER_SNAPSHOT, Finding.Kind.LEFTOVER);
  }
}
