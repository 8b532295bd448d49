// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What Kafka's own tool leaves in a log directory that it formats, kept for the next one: each run
 * of it is a JVM. Only the cluster's id differs between two of the same release and node. Other
 * clusters may have the same directory id, one cluster never has, for its nodes differ.
 * Thread-safe.
 */
final class FormattedStorage {

  private static final String META = "meta.properties";
  private static final String CLUSTER = "cluster.id=";

  private static final Map<Kind, FormattedStorage> MADE = new ConcurrentHashMap<>();

  private record Kind(KafkaVersion version, int nodeId) {}

  private final Map<String, byte[]> files;

  private FormattedStorage(Map<String, byte[]> files) {
    this.files = files;
  }

  /**
   * Formats as an earlier run did.
   *
   * @return false if none of that kind was kept; nothing is written then
   */
  static boolean again(BrokerSpec spec, Path logDir, String clusterId) throws IOException {
    FormattedStorage made = MADE.get(kind(spec));
    if (made == null) {
      return false;
    }
    Files.createDirectories(logDir);
    for (Map.Entry<String, byte[]> each : made.files.entrySet()) {
      Path file = logDir.resolve(each.getKey());
      if (each.getKey().equals(META)) {
        Files.writeString(file, of(clusterId, each.getValue()));
      } else {
        Files.write(file, each.getValue());
      }
    }
    return true;
  }

  /** Keeps what the tool has just made. */
  static void keep(BrokerSpec spec, Path logDir) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(logDir)) {
      List<Path> found = all.toList();
      for (Path file : found) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    MADE.put(kind(spec), new FormattedStorage(files));
  }

  private static Kind kind(BrokerSpec spec) {
    return new Kind(spec.version(), spec.nodeId());
  }

  private static String of(String clusterId, byte[] meta) {
    return new String(meta, StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.startsWith(CLUSTER) ? CLUSTER + clusterId : line)
        .collect(Collectors.joining("\n", "", "\n"));
  }
}
