// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The producers and open transactions found at an offset against what Kafka's own code finds. */
class ProducerReplayOracleTest {

  private static final long DAY_MS = 86_400_000;
  private static final long NONE_OPEN = Long.MAX_VALUE;

  @SuppressWarnings("unused")
  private static final List<String> NAMES = Fixtures.NAMES;

  private final LocalFileSystem fileSystem = new LocalFileSystem();

  @TempDir private Path temp;

  static LongStream seeds() {
    return LongStream.range(1, 41 + Long.getLong("test.seeds", 0));
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void upTo_recordedPartitionAtAnyOffset_findsWhatKafkaFinds(String name) throws IOException {
    Path dir = Fixtures.unpack(name, temp);
    for (Path partition : new LogDirReader(fileSystem).read(dir).partitions()) {
      PartitionLog log = read(partition);
      Random random = new Random(7);
      TreeSet<Long> offsets = new TreeSet<>(List.of(log.logEndOffset()));
      log.segments().forEach(segment -> offsets.add(segment.baseOffset()));
      if (log.logEndOffset() > 0) {
        random.longs(8, 0, log.logEndOffset()).forEach(offsets::add);
      }
      for (long offset : offsets) {
        if (offset >= log.logStartOffset()) {
          assertSame(log, offset, 0, partition.getFileName() + " up to " + offset);
        }
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void upTo_randomLog_findsWhatKafkaFinds(long seed) throws IOException {
    Path dir = Files.createDirectory(temp.resolve("t-0"));
    long lastMs = RandomProducerLog.write(seed, dir);
    PartitionLog log = read(dir);
    Random random = new Random(seed);
    for (int i = 0; i < 10; i++) {
      long offset = i == 0 ? log.logEndOffset() : random.nextLong(log.logEndOffset() + 1);
      long nowMs =
          i % 2 == 0 ? 0 : DAY_MS + random.nextLong(RandomProducerLog.START_MS, lastMs + 2);

      assertSame(log, offset, nowMs, "seed " + seed + " up to " + offset + " at " + nowMs);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void upTo_randomLogWithCorruptSnapshots_findsWhatKafkaFindsWithoutThem(long seed)
      throws IOException {
    Path dir = Files.createDirectory(temp.resolve("t-0"));
    RandomProducerLog.write(seed, dir);
    PartitionLog log = read(dir);
    Random random = new Random(seed);
    List<Long> corrupted = new ArrayList<>();
    for (long at : log.snapshotOffsets()) {
      if (random.nextBoolean()) {
        corrupted.add(at);
        corrupt(dir.resolve("%020d.snapshot".formatted(at)), random);
      }
    }

    ProducerReplay.Producers replayed =
        assertSame(log, log.logEndOffset(), 0, "seed " + seed + " without " + corrupted);

    long newestSound =
        log.snapshotOffsets().stream()
            .filter(at -> !corrupted.contains(at))
            .reduce(-1L, (first, second) -> second);
    assertThat(replayed.warnings())
        .as("seed %d", seed)
        .hasSize((int) corrupted.stream().filter(at -> at > newestSound).count());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void upTo_logStartInside_findsWhatKafkaFinds(long seed) throws IOException {
    Path dir = Files.createDirectory(temp.resolve("t-0"));
    RandomProducerLog.write(seed, dir);
    long end = read(dir).logEndOffset();
    long start = new Random(seed).nextLong(end + 1);
    PartitionLog log =
        new PartitionLogReader(fileSystem)
            .read(dir, new TopicPartition("t", 0), OptionalLong.of(start));

    assertSame(log, end, 0, "seed " + seed + " from " + start);
  }

  private static void corrupt(Path snapshot, Random random) throws IOException {
    byte[] bytes = Files.readAllBytes(snapshot);
    switch (random.nextInt(3)) {
      case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
      default -> bytes = new byte[0];
    }
    Files.write(snapshot, bytes);
  }

  private ProducerReplay.Producers assertSame(
      PartitionLog log, long offset, long nowMs, String where) throws IOException {
    KafkaProducers.State kafka = KafkaProducers.upTo(log, offset, nowMs, DAY_MS, temp);

    ProducerReplay.Producers replayed =
        new ProducerReplay(fileSystem, log).upTo(offset, nowMs, DAY_MS);

    assertThat(replayed.producers()).as(where).isEqualTo(kafka.producers());
    assertThat(replayed.firstOpenOffset(NONE_OPEN))
        .as(where)
        .isEqualTo(kafka.firstOpenOffset().orElse(NONE_OPEN));
    return replayed;
  }

  private PartitionLog read(Path dir) throws IOException {
    return new PartitionLogReader(fileSystem)
        .read(
            dir,
            TopicPartition.ofDirectoryName(dir.getFileName().toString()).orElseThrow(),
            OptionalLong.empty());
  }
}
