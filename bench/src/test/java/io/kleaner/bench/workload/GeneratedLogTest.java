// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.DirectoryDiff;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratedLogTest {

  private static final long SIZE = 2L << 20;
  private static final long SEGMENT = 512 << 10;

  @TempDir private Path temp;

  private static Stream<Arguments> sameBytes() {
    return Stream.of("W1", "W4", "W7", "W9", "W10", "W12")
        .flatMap(name -> Stream.of(Values.values()).map(values -> Arguments.of(name, values)));
  }

  @ParameterizedTest
  @MethodSource("sameBytes")
  void write_twice_sameBytes(String name, Values values) throws IOException {
    Workload workload = Workloads.named(name, SIZE, 1000).orElseThrow().of(values);
    GeneratedLog one = write(workload, "one");
    GeneratedLog other = write(workload, "other");

    assertThat(one.partitions()).isEqualTo(other.partitions());
    String partition = one.partitions().get(0).name();
    assertThat(
            DirectoryDiff.between(
                one.dir().resolve(partition),
                other.dir().resolve(partition),
                "\\d{20}\\.(index|txnindex)"))
        .isEmpty();
    for (int i = 0; i < one.logs().size(); i++) {
      assertThat(Files.mismatch(one.logs().get(i), other.logs().get(i))).isEqualTo(-1);
    }
  }

  @Test
  void write_w1_itsSizeAndShareOfKeys() throws IOException {
    GeneratedLog log = write("W1", "log");

    Census census = census(log);
    assertThat(log.records() * 116).isBetween(SIZE, SIZE + 100 * 116);
    assertThat(census.records).isEqualTo(log.records());
    assertThat(census.keys.size() / (double) census.records).isBetween(0.28, 0.32);
    assertThat(log.logs()).hasSizeGreaterThan(4);
    assertThat(log.bytes()).isEqualTo(census.bytes);
  }

  @Test
  void write_w10_cleanPartHasEachKeyOnceAndGaps() throws IOException {
    GeneratedLog log = write("W10", "log");

    GeneratedLog.Partition partition = log.partitions().get(0);
    Set<String> keys = new HashSet<>();
    long clean = 0;
    for (Path file : log.logs()) {
      for (RecordBatch batch : open(file).batches()) {
        for (Record record : batch) {
          if (record.offset() < partition.firstDirtyOffset()) {
            assertThat(keys.add(key(record))).isTrue();
            clean++;
          }
        }
      }
    }
    assertThat((double) clean / log.records()).isBetween(0.89, 0.91);
    assertThat(clean).isLessThan(partition.firstDirtyOffset() / 2);
    assertThat(Files.readString(log.dir().resolve("cleaner-offset-checkpoint")))
        .contains("bench 0 " + partition.firstDirtyOffset());
  }

  @Test
  void write_lz4_documentsBecomeAThirdAndLettersDoNot() throws IOException {
    long plain = write("W1", "plain").bytes();
    Workload lz4 = Workloads.named("W3", SIZE, 1000).orElseThrow();

    long documents = write(lz4.of(Values.DOCUMENTS), "documents").bytes();
    long letters = write(lz4.of(Values.LETTERS), "letters").bytes();

    assertThat(documents).isLessThan(plain / 3);
    assertThat(letters).isGreaterThan(plain * 3 / 4);
  }

  @Test
  void write_w12_tinyBatchesTombstonesAndMarkers() throws IOException {
    Census census = census(write("W12", "log"));

    assertThat(census.largestBatch).isEqualTo(5);
    assertThat(census.markers).isPositive();
    assertThat(census.tombstones / (double) census.records).isBetween(0.08, 0.12);
  }

  @Test
  void write_w11_twentyPartitions() throws IOException {
    GeneratedLog log = write("W11", "log");

    assertThat(log.partitions()).hasSize(20);
    assertThat(log.partitions().get(19).records())
        .isGreaterThan(5 * log.partitions().get(4).records());
  }

  @Test
  void links_ofALog_sameFiles() throws IOException {
    GeneratedLog log = write("W1", "log");

    Path copy = log.links(temp.resolve("copy"));

    Path first = log.dir().relativize(log.logs().get(0));
    assertThat(Files.isSameFile(copy.resolve(first), log.logs().get(0))).isTrue();
    assertThat(copy.resolve("replication-offset-checkpoint")).exists();
  }

  /** What is in a log. */
  private static final class Census {
    private final Set<String> keys = new HashSet<>();
    private long records;
    private long tombstones;
    private long markers;
    private long bytes;
    private int largestBatch;
  }

  private static Census census(GeneratedLog log) throws IOException {
    Census census = new Census();
    for (Path file : log.logs()) {
      census.bytes += Files.size(file);
      for (RecordBatch batch : open(file).batches()) {
        if (batch.isControlBatch()) {
          census.markers++;
          continue;
        }
        census.largestBatch = Math.max(census.largestBatch, batch.countOrNull());
        for (Record record : batch) {
          census.records++;
          census.keys.add(key(record));
          census.tombstones += record.hasValue() ? 0 : 1;
        }
      }
    }
    return census;
  }

  private static String key(Record record) {
    byte[] key = new byte[record.keySize()];
    record.key().get(key);
    return new String(key, java.nio.charset.StandardCharsets.US_ASCII);
  }

  private static FileRecords open(Path file) throws IOException {
    return FileRecords.open(new File(file.toString()), false);
  }

  private GeneratedLog write(String name, String dir) throws IOException {
    return write(Workloads.named(name, SIZE, 1000).orElseThrow(), dir);
  }

  private GeneratedLog write(Workload workload, String dir) throws IOException {
    return GeneratedLog.write(workload, temp.resolve(dir), SEGMENT);
  }

  @Test
  void named_everyName_aWorkloadOfTheSize() {
    for (String name : List.of("W1", "W2", "W5", "W11", "W12")) {
      Workload workload = Workloads.named(name, SIZE, 1000).orElseThrow();
      assertThat((double) workload.bytes()).isBetween(SIZE * 0.97, SIZE * 1.03);
      assertThat(workload.diskBytes()).isGreaterThan(workload.bytes());
    }
    assertThat(Workloads.named("W13", SIZE, 1000).orElseThrow().records()).isEqualTo(1111);
    assertThat(Workloads.named("W15", SIZE, 1000)).isEmpty();
    assertThat(Workloads.NAMES).allMatch(name -> Workloads.named(name, SIZE, 1000).isPresent());
  }

  @ParameterizedTest
  @ValueSource(strings = {"W1", "W2", "W11", "W12", "W14"})
  void of_values_allPartitionsHaveThem(String name) {
    Workload workload = Workloads.named(name, SIZE, 1000).orElseThrow();

    for (Values values : Values.values()) {
      assertThat(workload.of(values).partitions())
          .hasSameSizeAs(workload.partitions())
          .allMatch(part -> part.shape().values() == values);
    }
  }

  @Test
  void of_documents_tinyValuesStayLetters() {
    Workload tiny = Workloads.tinyKeys("tiny", 1000);

    assertThat(tiny.of(Values.DOCUMENTS)).isEqualTo(tiny);
  }
}
