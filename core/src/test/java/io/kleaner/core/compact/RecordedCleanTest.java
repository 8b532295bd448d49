// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.oracle.Checksum;
import io.kleaner.core.oracle.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Log directories that real brokers wrote, cleaned to the very files that Kafka 4.3.1's own cleaner
 * made of them: logs, offset and time indexes, transaction indexes, and which of them exist.
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
    assertThat(actual).containsExactlyInAnyOrderEntriesOf(expected);
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
