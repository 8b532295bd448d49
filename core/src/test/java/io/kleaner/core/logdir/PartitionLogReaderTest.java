// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.Fixtures;
import io.kleaner.core.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real broker's partition, and what may have happened to it. */
class PartitionLogReaderTest {

  private static final long LOG_END = 2522;

  @SuppressWarnings("unused")
  private static final List<String> NAMES = Fixtures.NAMES;

  private final LocalFileSystem fileSystem = new LocalFileSystem();

  @TempDir private Path temp;
  private Path dir;

  @BeforeEach
  void unpack() throws IOException {
    dir = Fixtures.unpack("a-plain", temp).resolve("plain-0");
  }

  private PartitionLog read() throws IOException {
    return read(OptionalLong.empty());
  }

  private PartitionLog read(OptionalLong logStart) throws IOException {
    return new PartitionLogReader(fileSystem).read(dir, new TopicPartition("plain", 0), logStart);
  }

  private UnusableDirectoryException refused() {
    return catchThrowableOfType(UnusableDirectoryException.class, this::read);
  }

  private Path active(String extension) throws IOException {
    String name = read().activeSegment().logFile().getFileName().toString();
    return dir.resolve(name.replace(".log", extension));
  }

  private Path second() throws IOException {
    return read().segments().get(1).logFile();
  }

  @Test
  void read_realPartition_hasTopicIdAndSnapshotsAndSoundIndexes() throws IOException {
    PartitionLog log = read();

    assertThat(log.logEndOffset()).isEqualTo(LOG_END);
    assertThat(log.topicId()).isPresent();
    assertThat(log.snapshotOffsets()).isSorted().last().isEqualTo(LOG_END);
    assertThat(log.unusableIndexes()).isEmpty();
    assertThat(log.sizeInBytes())
        .isEqualTo(log.segments().stream().mapToLong(Segment::logBytes).sum());
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void read_withoutAnyIndex_endsWhereItEndedWithThem(String name) throws IOException {
    Path logDir = Fixtures.unpack(name, temp.resolve("again"));
    for (Path partition : new LogDirReader(fileSystem).read(logDir).partitions()) {
      dir = partition;
      long end = read().logEndOffset();
      for (Segment segment : read().segments()) {
        Files.delete(
            dir.resolve(segment.logFile().getFileName().toString().replace("log", "index")));
      }

      PartitionLog log = read();

      assertThat(log.logEndOffset()).as(partition.toString()).isEqualTo(end);
      assertThat(log.tornTail()).isEmpty();
      assertThat(log.unusableIndexes()).hasSameSizeAs(log.segments());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 11, 12, 16, 17, 40, 60, 61, 62})
  void read_lastBatchCut_reportsWhereTheTornTailBegins(int bytes) throws IOException {
    Path log = active(".log");
    long whole = Files.size(log);
    ByteBuffer batch = batch(LOG_END, 3);
    append(log, batch.limit(bytes));

    PartitionLog read = read();

    PartitionLog.TornTail torn = read.tornTail().orElseThrow();
    assertThat(torn.position()).isEqualTo(whole);
    assertThat(torn.bytes()).isEqualTo(bytes);
    assertThat(torn.baseOffset()).isEqualTo(read.activeSegment().baseOffset());
    assertThat(torn.problem()).contains("truncated batch");
    assertThat(torn.isDamage()).isFalse();
    assertThat(read.logEndOffset()).isEqualTo(LOG_END);
  }

  /** A broker that runs finishes its append between the listing and the reading. */
  @Test
  void read_lastBatchFinishedMeanwhile_isNoDamage() throws IOException {
    Path log = active(".log");
    long whole = Files.size(log);
    ByteBuffer batch = batch(LOG_END, 3);
    append(log, batch.duplicate().limit(40));
    boolean[] finished = new boolean[1];
    FaultyFileSystem growing =
        new FaultyFileSystem(
            fileSystem,
            (op, number, path) -> {
              if (op == FaultyFileSystem.Op.OPEN && path.equals(log) && !finished[0]) {
                finished[0] = true;
                append(log, batch.duplicate().position(40));
              }
            });

    PartitionLog read =
        new PartitionLogReader(growing)
            .read(dir, new TopicPartition("plain", 0), OptionalLong.empty());

    assertThat(finished[0]).isTrue();
    PartitionLog.TornTail torn = read.tornTail().orElseThrow();
    assertThat(torn.position()).isEqualTo(whole);
    assertThat(torn.bytes()).isEqualTo(40);
    assertThat(torn.isDamage()).isFalse();
    assertThat(read().tornTail()).isEmpty();
  }

  @Test
  void read_zerosAfterTheLastBatch_areATornTail() throws IOException {
    Path log = active(".log");
    long whole = Files.size(log);
    append(log, ByteBuffer.allocate(5000));

    PartitionLog.TornTail torn = read().tornTail().orElseThrow();

    assertThat(torn.position()).isEqualTo(whole);
    assertThat(torn.bytes()).isEqualTo(5000);
    assertThat(torn.isDamage()).isFalse();
  }

  @Test
  void read_wholeBatchAfterDamage_isNoTornTail() throws IOException {
    ByteBuffer damaged = batch(LOG_END, 1);
    damaged.put(16, (byte) 42);
    append(active(".log"), damaged);
    append(active(".log"), batch(LOG_END + 1, 1));

    assertThat(read().tornTail().orElseThrow().isDamage()).isTrue();
  }

  @Test
  void read_wholeBatchAfterALengthTooLarge_isNoTornTail() throws IOException {
    ByteBuffer damaged = batch(LOG_END, 1);
    damaged.put(8, (byte) 0x10);
    append(active(".log"), damaged);
    append(active(".log"), batch(LOG_END + 1, 1));

    assertThat(read().tornTail().orElseThrow().isDamage()).isTrue();
  }

  @Test
  void read_lengthOfAGigabyteAtTheEnd_isATornTailWithoutAGigabyte() throws IOException {
    ByteBuffer batch = batch(LOG_END, 1);
    batch.putInt(8, 1 << 30);
    append(active(".log"), batch);

    assertThat(read().tornTail().orElseThrow().problem()).contains("needs 1073741836 bytes");
  }

  @Test
  void read_batchOfManyMegabytes_isWalkedOver() throws IOException {
    ByteBuffer large =
        MemoryRecords.withRecords(
                LOG_END,
                Compression.NONE,
                new SimpleRecord(1L, new byte[] {1}, new byte[9 * 1024 * 1024]))
            .buffer();
    append(active(".log"), large);
    append(active(".log"), batch(LOG_END + 1, 4));

    PartitionLog log = read();

    assertThat(log.tornTail()).isEmpty();
    assertThat(log.logEndOffset()).isEqualTo(LOG_END + 5);
  }

  @Test
  void read_offsetsThatGoBackAtTheEnd_areDamage() throws IOException {
    append(active(".log"), batch(LOG_END - 1, 1));

    assertThat(read().tornTail().orElseThrow().isDamage()).isTrue();

    assertThat(read().tornTail().orElseThrow().problem()).contains("offsets go backwards");
    assertThat(read().logEndOffset()).isEqualTo(LOG_END);
  }

  @Test
  void read_indexThatNamesNoBatch_isNotTrusted() throws IOException {
    Path index = active(".index");
    ByteBuffer entry = ByteBuffer.allocate(8).putInt(0, 5).putInt(4, 77);
    Files.write(index, entry.array());

    PartitionLog log = read();

    assertThat(log.logEndOffset()).isEqualTo(LOG_END);
    assertThat(log.tornTail()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {".index", ".timeindex"})
  void read_corruptIndex_isListedAndTheLogReadWithoutIt(String extension) throws IOException {
    long base = read().activeSegment().baseOffset();
    Files.write(active(extension), new byte[] {1, 2, 3, 4, 5});

    PartitionLog log = read();

    assertThat(log.unusableIndexes()).containsExactly(base);
    assertThat(log.logEndOffset()).isEqualTo(LOG_END);
  }

  @Test
  void read_emptyActiveSegment_endsAtItsBase() throws IOException {
    Files.createFile(dir.resolve("00000000000000003000.log"));

    assertThat(read().logEndOffset()).isEqualTo(3000);
  }

  @Test
  void read_segmentThatRunsIntoTheNext_isRefused() throws IOException {
    append(second(), batch(LOG_END, 1));

    UnusableDirectoryException refused = refused();

    assertThat(refused)
        .hasMessageContaining("overlaps the next segment: its last offset is " + LOG_END)
        .hasMessageContaining("nothing was changed");
    assertThat(refused.nextStep()).contains("kleaner dump");
  }

  @Test
  void read_garbageInASealedSegment_isLeftForTheCleanToReport() throws IOException {
    append(second(), ByteBuffer.wrap(new byte[100]));

    assertThat(read().logEndOffset()).isEqualTo(LOG_END);
  }

  @ParameterizedTest
  @ValueSource(strings = {".index", ".txnindex"})
  void read_indexWithoutLog_isWarnedOf(String extension) throws IOException {
    Files.createFile(dir.resolve("00000000000000000007" + extension));

    assertThat(read().warnings())
        .containsExactly(
            "00000000000000000007" + extension + " has no .log beside it; a broker deletes it");
  }

  @Test
  void read_logStartCheckpointInside_isTheLogStart() throws IOException {
    assertThat(read(OptionalLong.of(700)).logStartOffset()).isEqualTo(700);
  }

  @Test
  void read_logStartCheckpointBelowTheFirstSegment_firstSegmentCounts() throws IOException {
    Path first = read().segments().get(0).logFile();
    long secondBase = read().segments().get(1).baseOffset();
    Files.delete(first);

    assertThat(read(OptionalLong.of(0)).logStartOffset()).isEqualTo(secondBase);
  }

  @Test
  void read_logStartCheckpointAboveTheEnd_isWarnedOfAndClamped() throws IOException {
    PartitionLog log = read(OptionalLong.of(LOG_END + 10));

    assertThat(log.logStartOffset()).isEqualTo(LOG_END);
    assertThat(log.warnings())
        .containsExactly(
            "the log start offset 2532 is above the log end offset 2522; a broker deletes all"
                + " segments of such a log");
  }

  @Test
  void read_linkAmongTheSegments_isRefused() throws IOException {
    Path log = active(".log");
    Path elsewhere = Files.move(log, temp.resolve("elsewhere.log"));
    Files.createSymbolicLink(log, elsewhere);

    assertThat(refused()).hasMessageContaining("is a symlink where a regular file is expected");
  }

  @Test
  void read_directoryNamedLikeASegment_isRefused() throws IOException {
    Files.createDirectory(dir.resolve("00000000000000009999.log"));

    assertThat(refused())
        .hasMessageContaining("is a directory where a regular file is expected")
        .hasMessageEndingWith("nothing was changed.");
  }

  @Test
  void read_noSegment_isRefused() throws IOException {
    for (Segment segment : read().segments()) {
      Files.delete(segment.logFile());
    }

    assertThat(refused()).hasMessageContaining("holds no segment");
  }

  @Test
  void read_malformedTopicId_isRefused() throws IOException {
    Files.writeString(dir.resolve(PartitionMetadataFile.NAME), "");

    assertThat(refused()).hasMessageContaining("partition.metadata is malformed");
  }

  @Test
  void read_foreignFiles_areNotTouchedNorCounted() throws IOException {
    Files.writeString(dir.resolve("notes.txt"), "x");
    Files.writeString(dir.resolve("00000000000000000000.log.cleaned"), "x");
    Files.writeString(dir.resolve("0.log"), "x");

    PartitionLog log = read();

    assertThat(log.logEndOffset()).isEqualTo(LOG_END);
    assertThat(log.warnings()).isEmpty();
  }

  private static ByteBuffer batch(long baseOffset, int records) {
    SimpleRecord[] all = new SimpleRecord[records];
    for (int i = 0; i < records; i++) {
      all[i] = new SimpleRecord(1_700_000_000_000L, new byte[] {(byte) i}, new byte[10]);
    }
    return MemoryRecords.withRecords(baseOffset, Compression.NONE, all).buffer().duplicate();
  }

  private static void append(Path file, ByteBuffer bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }
}
