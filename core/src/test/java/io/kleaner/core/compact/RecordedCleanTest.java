// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.oracle.Checksum;
import io.kleaner.core.oracle.Fixtures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Log directories that real brokers wrote, cleaned to the very files that Kafka 4.3.1's own cleaner
 * made of them: logs, offset and time indexes, transaction indexes, and which of them exist. Logs
 * with batches of gzip are compared decoded alone: what was recorded came of another zlib.
 */
class RecordedCleanTest {

  @TempDir private Path temp;

  static Stream<Arguments> variants() {
    List<Arguments> all = new ArrayList<>();
    for (String name : Fixtures.NAMES) {
      Fixtures.manifest(name)
          .get("kafkaCleaner")
          .get("variants")
          .fieldNames()
          .forEachRemaining(variant -> all.add(Arguments.of(name, variant)));
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("variants")
  void run_recordedDirectory_sameFilesAsKafka(String name, String variant) throws IOException {
    Path logDir = Fixtures.unpack(name, temp);
    JsonNode manifest = Fixtures.manifest(name);
    for (Map.Entry<String, JsonNode> each : manifest.get("partitions").properties()) {
      clean(logDir.resolve(each.getKey()), manifest, variant);
    }

    assertSameDecoded(logDir, Fixtures.unpackCleaned(name, variant, temp), manifest);
    Map<String, String> expected = new TreeMap<>(Fixtures.checksums(name, variant));
    Map<String, String> actual = checksums(logDir, manifest);
    // A broker that starts on a directory of magic 0 gives the active segment a time index; the
    // active segment is not the cleaner's to touch.
    for (Map.Entry<String, JsonNode> each : manifest.get("partitions").properties()) {
      String index =
          String.format(
              "%s/%020d.timeindex", each.getKey(), each.getValue().get("activeBase").asLong());
      if (!actual.containsKey(index)) {
        expected.remove(index);
      }
    }
    for (String gzipped : gzipped(logDir, manifest)) {
      // What zlib makes of the same bytes depends on its version, and where batches begin with it.
      for (String kind : List.of("log", "index")) {
        assertThat(actual).containsKey(gzipped + kind);
        assertThat(expected).containsKey(gzipped + kind);
        actual.remove(gzipped + kind);
        expected.remove(gzipped + kind);
      }
    }
    assertThat(actual).containsExactlyInAnyOrderEntriesOf(expected);
  }

  /** Every log that Kafka's cleaner changed, batch by batch and record by record. */
  private static void assertSameDecoded(Path ours, Path kafkas, JsonNode manifest)
      throws IOException {
    for (String partition : (Iterable<String>) manifest.get("partitions")::fieldNames) {
      for (Path log : logs(kafkas.resolve(partition))) {
        Path own = ours.resolve(partition).resolve(log.getFileName());
        assertThat(decoded(own)).as(own.toString()).isEqualTo(decoded(log));
      }
    }
  }

  private static List<Path> logs(Path dir) throws IOException {
    if (!Files.isDirectory(dir)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(dir)) {
      return files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
  }

  /** Everything of a log but sizes and checksums. */
  private static List<String> decoded(Path log) throws IOException {
    List<String> lines = new ArrayList<>();
    for (RecordBatch batch : batches(log)) {
      lines.add(
          String.join(
              " ",
              "batch",
              batch.baseOffset() + ".." + batch.lastOffset(),
              "magic " + batch.magic(),
              batch.compressionType().name,
              batch.timestampType() + " " + batch.maxTimestamp(),
              "producer " + batch.producerId() + "/" + batch.producerEpoch(),
              "sequence " + batch.baseSequence() + ".." + batch.lastSequence(),
              "leader epoch " + batch.partitionLeaderEpoch(),
              "transactional " + batch.isTransactional() + ", control " + batch.isControlBatch(),
              "horizon " + batch.deleteHorizonMs()));
      for (Record record : batch) {
        lines.add(
            record.offset()
                + " "
                + record.timestamp()
                + " "
                + hex(record.key())
                + " "
                + hex(record.value())
                + " "
                + Arrays.toString(record.headers()));
      }
    }
    return lines;
  }

  private static String hex(ByteBuffer bytes) {
    if (bytes == null) {
      return "null";
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return HexFormat.of().formatHex(copy);
  }

  private static Iterable<? extends RecordBatch> batches(Path log) throws IOException {
    return MemoryRecords.readableRecords(ByteBuffer.wrap(Files.readAllBytes(log))).batches();
  }

  /** Logs with a batch of gzip, without the end of their names. */
  private static List<String> gzipped(Path logDir, JsonNode manifest) throws IOException {
    List<String> found = new ArrayList<>();
    for (String partition : (Iterable<String>) manifest.get("partitions")::fieldNames) {
      for (Path log : logs(logDir.resolve(partition))) {
        for (RecordBatch batch : batches(log)) {
          if (batch.compressionType() == CompressionType.GZIP) {
            String name = log.getFileName().toString();
            found.add(partition + "/" + name.substring(0, name.length() - "log".length()));
            break;
          }
        }
      }
    }
    return found;
  }

  private static void clean(Path partition, JsonNode manifest, String variant) throws IOException {
    String name = partition.getFileName().toString();
    JsonNode topic =
        manifest.get("topics").get(name.substring(0, name.lastIndexOf('-'))).get("configs");
    JsonNode now = manifest.get("kafkaCleaner").get("variants").get(variant).get("nowMs");
    List<Long> times = new ArrayList<>();
    if (now.isArray()) {
      now.forEach(each -> times.add(each.asLong()));
    } else {
      times.add(now.asLong());
    }
    for (int pass = 0; pass < times.size(); pass++) {
      Cleaning cleaning = Cleaning.at(times.get(pass));
      for (String key : List.of("internal.segment.bytes", "segment.bytes", "delete.retention.ms")) {
        if (topic.has(key)) {
          cleaning.config(key.replace("internal.", ""), topic.get(key).asText());
        }
      }
      if (pass > 0) {
        cleaning.fromStart();
      }
      cleaning.run(partition);
    }
  }

  private static Map<String, String> checksums(Path logDir, JsonNode manifest) throws IOException {
    Map<String, String> found = new TreeMap<>();
    for (Map.Entry<String, JsonNode> each : manifest.get("partitions").properties()) {
      try (Stream<Path> files = Files.list(logDir.resolve(each.getKey()))) {
        for (Path file : (Iterable<Path>) files::iterator) {
          if (file.getFileName().toString().matches("\\d{20}\\.(log|index|timeindex|txnindex).*")) {
            found.put(
                each.getKey() + "/" + file.getFileName(),
                Checksum.sha256(Files.readAllBytes(file)));
          }
        }
      }
    }
    return found;
  }
}
