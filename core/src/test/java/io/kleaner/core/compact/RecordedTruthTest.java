// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.oracle.Checksum;
import io.kleaner.core.oracle.Fixtures;
import io.kleaner.core.oracle.KafkaOracle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the producers of the recorded directories knew to have written: after a clean, a reader of
 * committed data gets the newest record of each key, no more and no less.
 */
class RecordedTruthTest {

  private static final int HASH_CHARS = 32;

  @TempDir private Path temp;

  static Stream<String> names() {
    return Fixtures.NAMES.stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void run_recordedDirectory_readerGetsWhatWasWritten(String name) throws IOException {
    Path logDir = Fixtures.unpack(name, temp);
    JsonNode manifest = Fixtures.manifest(name);
    long nowMs = manifest.get("kafkaCleaner").get("variants").get("h1").get("nowMs").asLong();
    int keys = 0;
    for (Map.Entry<String, JsonNode> each : manifest.get("partitions").properties()) {
      Path partition = logDir.resolve(each.getKey());
      Map<String, String> config = new HashMap<>();
      manifest
          .get("topics")
          .get(each.getKey().substring(0, each.getKey().lastIndexOf('-')))
          .get("configs")
          .properties()
          .forEach(setting -> config.put(setting.getKey(), setting.getValue().asText()));
      Cleaning cleaning = Cleaning.at(nowMs);
      if (config.containsKey("delete.retention.ms")) {
        cleaning.config("delete.retention.ms", config.get("delete.retention.ms"));
      }
      cleaning.run(partition);

      Map<String, String> found = new TreeMap<>();
      KafkaOracle.liveRecords(
              partition, config, each.getValue().get("logStartOffset").asLong(), nowMs)
          .forEach((key, record) -> found.put(key, hashed(record)));

      assertThat(found).as(each.getKey()).isEqualTo(truth(name, each.getKey()));
      keys += found.size();
    }
    assertThat(keys).isPositive();
  }

  /** Offset, timestamp and value hash of the live keys of a partition, by key in hexadecimal. */
  private static Map<String, String> truth(String name, String partition) throws IOException {
    Map<String, String> live = new TreeMap<>();
    for (JsonNode line : Fixtures.truth(name)) {
      JsonNode last = line.get("final").isTextual() ? line.get("sealed") : line.get("final");
      boolean mine = partition.equals(line.get("t").asText() + "-" + line.get("p").asInt());
      if (mine && !last.get(1).isNull()) {
        live.put(
            line.get("k").asText(),
            last.get(0).asLong() + " " + last.get(2).asLong() + " " + last.get(1).asText());
      }
    }
    return live;
  }

  private static String hashed(String record) {
    int value = record.lastIndexOf(' ') + 1;
    byte[] bytes = HexFormat.of().parseHex(record.substring(value));
    return record.substring(0, value) + Checksum.sha256(bytes).substring(0, HASH_CHARS);
  }
}
