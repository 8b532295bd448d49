// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.cleaner.Cause;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.PartitionId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which partitions are in quarantine, kept over restarts: replaced whole, atomically and durably,
 * whenever it changes. Stateless apart from the file.
 */
final class QuarantineFile {

  static final String NAME = "quarantine.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final FileSystem fileSystem;
  private final Path dir;

  QuarantineFile(FileSystem fileSystem, Path dir) {
    this.fileSystem = fileSystem;
    this.dir = dir;
  }

  /**
   * What it holds; nothing if it is missing.
   *
   * @throws IOException if it is no such file: what it said is lost, and who it held is tried again
   */
  Map<PartitionId, Hold> read() throws IOException {
    Map<PartitionId, Hold> holds = new TreeMap<>();
    Path file = dir.resolve(NAME);
    if (fileSystem.stat(file).isEmpty()) {
      return holds;
    }
    try {
      for (JsonNode node : JSON.readTree(SmallFile.text(fileSystem, file))) {
        PartitionId id =
            new PartitionId(
                Path.of(node.path("logDir").asText()),
                new TopicPartition(node.path("topic").asText(), node.path("partition").asInt()));
        holds.put(
            id,
            new Hold(
                Hold.Kind.valueOf(node.path("kind").asText()),
                Cause.valueOf(node.path("cause").asText(Cause.FAILED.name())),
                node.path("reason").asText(),
                node.path("nextStep").asText(),
                node.path("sinceMs").asLong(),
                node.path("untilMs").asLong(),
                node.path("failures").asInt()));
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new IOException(file + " cannot be understood", e);
    }
    return holds;
  }

  /**
   * Tries whether it could be replaced.
   *
   * @throws IOException if not
   */
  void probe() throws IOException {
    Path temporary = dir.resolve(NAME + ".tmp");
    fileSystem.delete(temporary);
    try (FileHandle file = fileSystem.create(temporary)) {
      file.write(ByteBuffer.wrap(new byte[] {'['}), 0);
    }
    fileSystem.delete(temporary);
  }

  /** Replaces it; durable when this returns. */
  void write(Map<PartitionId, Hold> holds) throws IOException {
    ArrayNode all = JSON.createArrayNode();
    holds.forEach(
        (id, hold) -> {
          ObjectNode node = all.addObject();
          node.put("logDir", id.logDir().toString());
          node.put("topic", id.partition().topic());
          node.put("partition", id.partition().partition());
          node.put("kind", hold.kind().name());
          node.put("cause", hold.cause().name());
          node.put("reason", hold.reason());
          node.put("nextStep", hold.nextStep());
          node.put("sinceMs", hold.sinceMs());
          node.put("untilMs", hold.untilMs());
          node.put("failures", hold.failures());
        });
    Path temporary = dir.resolve(NAME + ".tmp");
    fileSystem.delete(temporary);
    try (FileHandle file = fileSystem.create(temporary)) {
      file.write(ByteBuffer.wrap(all.toPrettyString().getBytes(StandardCharsets.UTF_8)), 0);
      file.sync();
    }
    fileSystem.rename(temporary, dir.resolve(NAME));
    fileSystem.syncDir(dir);
  }
}
