// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import io.kleaner.core.compact.Cleaning;
import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/** One log, twice: one copy for Kafka's own cleaner, one for ours. */
final class SideBySide {

  private final Map<String, String> config;
  private final Path kafkas;
  private final Path ours;
  private final long upperBoundOffset;

  /** Writes records. */
  interface Script {
    void write(ScriptedLog log) throws IOException;
  }

  /**
   * @param temp an empty directory
   * @param script the last thing it does is to begin the active segment
   */
  SideBySide(Path temp, Map<String, String> config, Script script) throws IOException {
    this.config = config;
    this.ours = Files.createDirectories(temp.resolve("ours"));
    this.kafkas = temp.resolve("kafkas");
    try (ScriptedLog log = ScriptedLog.in(ours, config)) {
      script.write(log);
      upperBoundOffset = log.endOffset();
      log.roll();
      log.put("active", "1");
    }
    Trees.copy(ours, kafkas);
  }

  /** Kafka's partition directory. */
  Path kafkas() {
    return ScriptedLog.partition(kafkas);
  }

  /** Our partition directory. */
  Path ours() {
    return ScriptedLog.partition(ours);
  }

  /** Where the active segment begins. */
  long upperBoundOffset() {
    return upperBoundOffset;
  }

  KafkaOracle.Cleaned cleanByKafka() throws IOException {
    return cleanByKafka(0);
  }

  KafkaOracle.Cleaned cleanByKafka(long logStartOffset) throws IOException {
    return KafkaOracle.clean(
        kafkas(),
        new KafkaOracle.Round(config, logStartOffset, upperBoundOffset, ScriptedLog.TIME_MS),
        logStartOffset,
        upperBoundOffset);
  }

  /** A clean of ours, yet to be run on {@link #ours}. */
  Cleaning cleaning() {
    Cleaning cleaning = Cleaning.at(ScriptedLog.TIME_MS);
    config.forEach(cleaning::config);
    return cleaning;
  }

  /** Every record of a partition, as offset and key and value in text. */
  static List<String> records(Path partition) throws IOException {
    List<String> records = new ArrayList<>();
    for (RecordBatch batch : batches(partition)) {
      for (Record record : batch) {
        records.add(record.offset() + " " + text(record.key()) + "=" + text(record.value()));
      }
    }
    return records;
  }

  /** Every batch of a partition. */
  static List<RecordBatch> batches(Path partition) throws IOException {
    List<Path> logs;
    try (Stream<Path> files = Files.list(partition)) {
      logs = files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
    List<RecordBatch> batches = new ArrayList<>();
    for (Path log : logs) {
      MemoryRecords.readableRecords(ByteBuffer.wrap(Files.readAllBytes(log)))
          .batches()
          .forEach(batches::add);
    }
    return batches;
  }

  private static String text(ByteBuffer bytes) {
    if (bytes == null) {
      return "null";
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return new String(copy, java.nio.charset.StandardCharsets.ISO_8859_1);
  }
}
