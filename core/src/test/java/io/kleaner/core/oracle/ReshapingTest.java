// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.check.CheckLevel;
import io.kleaner.core.check.Finding;
import io.kleaner.core.check.LogChecker;
import io.kleaner.core.compact.Cleaning;
import io.kleaner.core.compact.CompactionOutcome;
import io.kleaner.core.compact.PartitionSurvey;
import io.kleaner.core.compact.ReshapeStats;
import io.kleaner.core.compact.Reshaping;
import io.kleaner.core.compare.DiffReport;
import io.kleaner.core.compare.LogDiff;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.keymap.SpillPlace;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.record.Compression;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Generated logs, cleaned plainly and with batches given another form: nobody who reads either can
 * tell, Kafka loads it, cleans it again to the same records, and what was done once has nothing
 * left to do.
 *
 * <p>{@code -Dtest.seeds=N} adds a quarter as many seeds, {@code -Dtest.seed=N} runs one alone.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReshapingTest {

  private static final int DEFAULT_SEEDS = 40;
  private static final int SHARE_OF_SEEDS = 4;
  private static final int MEMORY_BYTES = 8 * 1024 * 1024;
  private static final int RECORD_BYTES = 16 * 1024 * 1024;
  private static final int MOST_RUNS = 6;
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final long DAY_MS = 86_400_000L;
  private static final String PARTITION = "generated-0";
  private static final String EPOCHS = "leader-epoch-checkpoint";
  private static final String FILES = "\\d{20}\\.(log|index|timeindex|txnindex)";
  private static final List<String> CODECS =
      List.of("zstd:9", "none", "gzip:9", "snappy", "lz4", "lz4:12", "zstd", "zstd:-3");

  @TempDir private Path temp;
  private final FileSystem disk = new LocalFileSystem();
  private final List<ReshapeStats> done = new ArrayList<>();

  static LongStream seeds() {
    return Long.getLong("test.seed") == null
        ? LongStream.range(0, DEFAULT_SEEDS + Long.getLong("test.seeds", 0) / SHARE_OF_SEEDS)
        : LongStream.of(Long.getLong("test.seed"));
  }

  /** Every third seed merges only, every third recompresses only, the others do both. */
  private static Reshaping reshaping(long seed) {
    String codec = CODECS.get((int) (seed / 3 % CODECS.size()));
    return new Reshaping(
        seed % 3 == 0 ? Optional.empty() : Optional.of(Compression.parse(codec)), seed % 3 != 1);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void run_reshapedAndPlain_sameToEveryReader(long seed) throws IOException {
    // Little is merged where most batches have a producer, and little gained where they are small.
    Shape shape =
        reshaping(seed).rebatch() && seed % 2 == 0
            ? Shape.of(seed).withoutProducers()
            : Shape.of(seed);
    Map<String, String> config = config(shape, seed);
    Reshaping reshaping = reshaping(seed);
    String what = "seed " + seed + " " + reshaping + " " + shape;
    Path plain = generate(shape, config);
    Path one = Trees.copy(plain, temp.resolve("one-" + seed));
    Path three = Trees.copy(plain, temp.resolve("three-" + seed));

    Cleaning.Result plainly = cleaning(config, Reshaping.NONE).run(plain.resolve(PARTITION));
    Cleaning.Result reshaped = cleaning(config, reshaping).run(one.resolve(PARTITION));
    cleaning(config, reshaping).threads(3).readBytes(4096).run(three.resolve(PARTITION));

    assertThat(reshaped.outcome().isPresent()).isEqualTo(plainly.outcome().isPresent());
    if (plainly.outcome().isPresent()) {
      CompactionOutcome.Compacted outcome =
          (CompactionOutcome.Compacted) reshaped.outcome().orElseThrow();
      assertThat(outcome.endOffset())
          .isEqualTo(((CompactionOutcome.Compacted) plainly.outcome().get()).endOffset());
      assertThat(outcome.stats().bytesAfter())
          .as(what)
          .isLessThanOrEqualTo(plainly.stats().bytesAfter());
      ReshapeStats stats = outcome.stats().reshaped();
      assertThat(plainly.stats().bytesAfter() - outcome.stats().bytesAfter())
          .as(what)
          .isEqualTo(stats.rebatchSavedBytes() + stats.recompressSavedBytes());
      done.add(stats);
    }
    assertThat(DirectoryDiff.between(one.resolve(PARTITION), three.resolve(PARTITION), FILES))
        .as(what)
        .isEmpty();
    assertSameToReaders(what, plain, one, config);
    assertSameAfterKafkasClean(what, plain, one, config);
    assertSettles(what, one, config, reshaping);
    assertSettles(what, plain, config, Reshaping.NONE);
    assertSameToReaders(what, plain, one, config);
  }

  private Path generate(Shape shape, Map<String, String> config) throws IOException {
    Path logDir = Files.createDirectories(temp.resolve("plain-" + shape.seed()));
    Path partition = Files.createDirectories(logDir.resolve(PARTITION));
    Files.writeString(logDir.resolve("meta.properties"), "version=1\ncluster.id=test\nnode.id=1\n");
    Files.createFile(logDir.resolve(".kafka_cleanshutdown"));
    long end = new LogGenerator(shape).append(partition, config, 0, NOW_MS);
    Files.writeString(
        logDir.resolve("replication-offset-checkpoint"), "0\n1\ngenerated 0 " + end + "\n");
    return logDir;
  }

  private void assertSameToReaders(
      String what, Path plain, Path reshaped, Map<String, String> config) throws IOException {
    assertThat(findings(reshaped)).as(what).isEqualTo(findings(plain));
    assertThat(diff(plain, reshaped)).as(what).isEmpty();
    assertThat(diff(reshaped, plain)).as(what).isEmpty();
    assertThat(records(reshaped)).as(what).isEqualTo(records(plain));
    Path plainCopy = copy(plain);
    Path reshapedCopy = copy(reshaped);
    KafkaOracle.Loaded theirs = load(plainCopy, config);
    KafkaOracle.Loaded ours = load(reshapedCopy, config);
    assertThat(ours.logEndOffset()).as(what).isEqualTo(theirs.logEndOffset());
    assertThat(ours.lastStableOffset()).as(what).isEqualTo(theirs.lastStableOffset());
    assertThat(ours.lastSequences()).as(what).isEqualTo(theirs.lastSequences());
    assertThat(reshapedCopy.resolve(PARTITION).resolve(EPOCHS))
        .as(what)
        .hasSameTextualContentAs(plainCopy.resolve(PARTITION).resolve(EPOCHS));
  }

  /** Kafka's loader and then its cleaner, a day later, on copies. */
  private void assertSameAfterKafkasClean(
      String what, Path plain, Path reshaped, Map<String, String> config) throws IOException {
    List<List<String>> left = new ArrayList<>();
    for (Path logDir : List.of(plain, reshaped)) {
      Path copy = Trees.copy(logDir, temp.resolve("cleaned-" + logDir.getFileName()));
      Files.deleteIfExists(copy.resolve("cleaner-offset-checkpoint"));
      KafkaOracle.cleanAsScheduled(
          copy.resolve(PARTITION),
          new KafkaOracle.Round(config, 0, endOffset(logDir), NOW_MS + DAY_MS));
      left.add(records(copy));
    }
    assertThat(left.get(1)).as(what).isEqualTo(left.get(0));
  }

  /** What is written once, and again when its segments were merged, is not written once more. */
  private void assertSettles(
      String what, Path logDir, Map<String, String> config, Reshaping reshaping)
      throws IOException {
    Path partition = logDir.resolve(PARTITION);
    for (int run = 0; run < MOST_RUNS; run++) {
      byte[] before = DirectoryDiff.joined(partition, "log");
      Cleaning.Result result = cleaning(config, reshaping).fromStart().run(partition);
      if (result.outcome().isEmpty()
          || Arrays.equals(before, DirectoryDiff.joined(partition, "log"))) {
        return;
      }
    }
    throw new AssertionError("it goes on changing: " + what);
  }

  /** Everything was done, by some seed. */
  @AfterAll
  void reshaping_allSeeds_everythingMet() {
    if (Long.getLong("test.seed") != null) {
      return;
    }
    assertThat(done).anyMatch(it -> it.batchesMerged() > 100);
    assertThat(done).anyMatch(it -> it.batchesMerged() > 0 && it.batchesRecompressed() > 0);
    assertThat(done).anyMatch(it -> it.batchesRecompressed() > 20);
    assertThat(done.stream().filter(it -> it.batchesRecompressed() > 0).count()).isGreaterThan(5);
    assertThat(done).anyMatch(it -> it.batchesNotSmaller() > 0);
  }

  private static Map<String, String> config(Shape shape, long seed) {
    Map<String, String> config = new TreeMap<>();
    config.put("segment.bytes", String.valueOf(shape.segmentBytes()));
    config.put("segment.index.bytes", String.valueOf(shape.segmentIndexBytes()));
    config.put("index.interval.bytes", String.valueOf(shape.indexIntervalBytes()));
    config.put("delete.retention.ms", String.valueOf(shape.deleteRetentionMs()));
    config.put("max.message.bytes", List.of("1048588", "2000", "20000").get((int) (seed % 5 / 2)));
    return config;
  }

  private static Cleaning cleaning(Map<String, String> config, Reshaping reshaping) {
    Cleaning cleaning = Cleaning.at(NOW_MS).reshaping(reshaping);
    config.forEach(cleaning::config);
    return cleaning;
  }

  private List<Finding> findings(Path logDir) throws IOException {
    return new LogChecker(disk, CheckLevel.RECORDS, RECORD_BYTES, new CancelToken())
        .check(logDir.resolve(PARTITION))
        .findings();
  }

  private List<String> diff(Path left, Path right) throws IOException {
    DiffReport report =
        new LogDiff(disk, SpillPlace.in(temp), MEMORY_BYTES, RECORD_BYTES, new CancelToken())
            .compare(read(left), read(right));
    return report.differences().stream().map(Object::toString).toList();
  }

  private PartitionLog read(Path logDir) throws IOException {
    Path partition = logDir.resolve(PARTITION);
    return new PartitionSurvey(disk, new LogDirReader(disk).read(partition)).read(partition);
  }

  private long endOffset(Path logDir) throws IOException {
    return read(logDir).logEndOffset();
  }

  /** As a starting broker loads it, on a copy. */
  private Path copy(Path logDir) throws IOException {
    return Trees.copy(
        logDir, Files.createTempDirectory(temp, "load").resolve(logDir.getFileName()));
  }

  private static KafkaOracle.Loaded load(Path logDir, Map<String, String> config)
      throws IOException {
    return KafkaOracle.load(logDir.resolve(PARTITION), config, 0, NOW_MS, true);
  }

  /** All that Kafka's own reader finds in a record, markers included. */
  private static List<String> records(Path logDir) throws IOException {
    List<Path> logs;
    try (Stream<Path> files = Files.list(logDir.resolve(PARTITION))) {
      logs = files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
    List<String> records = new ArrayList<>();
    for (Path log : logs) {
      for (RecordBatch batch :
          MemoryRecords.readableRecords(ByteBuffer.wrap(Files.readAllBytes(log))).batches()) {
        batch.ensureValid();
        for (Record record : batch) {
          records.add(
              record.offset()
                  + " "
                  + record.timestamp()
                  + " "
                  + hash(record.key())
                  + " "
                  + hash(record.value())
                  + " "
                  + Arrays.toString(record.headers())
                  + " "
                  + batch.timestampType()
                  + " "
                  + batch.partitionLeaderEpoch()
                  + " "
                  + batch.producerId()
                  + " "
                  + batch.producerEpoch()
                  + " "
                  + record.sequence()
                  + " "
                  + batch.isTransactional()
                  + " "
                  + batch.deleteHorizonMs());
        }
      }
    }
    return records;
  }

  private static String hash(ByteBuffer bytes) {
    return bytes == null ? "null" : bytes.remaining() + "/" + bytes.hashCode();
  }
}
