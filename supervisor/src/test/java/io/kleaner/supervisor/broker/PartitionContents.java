// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.FileLogInputStream;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/** What lies in a partition directory below its active segment, as Kafka's own classes read it. */
final class PartitionContents {

  private static final String LOG = ".log";
  private static final int OFFSET_DIGITS = 20;

  private PartitionContents() {}

  /**
   * The kinds of things that the sealed segments hold: codecs by their names, {@code tombstone},
   * {@code transactional}, {@code idempotent}, and markers, such as {@code COMMIT}.
   */
  static Set<String> kinds(Path partition) throws IOException {
    Set<String> kinds = new TreeSet<>();
    for (Path file : sealed(partition)) {
      if (file.toString().endsWith(LOG)) {
        try (FileRecords records = FileRecords.open(file.toFile(), false)) {
          for (FileLogInputStream.FileChannelRecordBatch batch : records.batches()) {
            addKinds(batch, kinds);
          }
        }
      }
    }
    return kinds;
  }

  private static void addKinds(RecordBatch batch, Set<String> kinds) {
    for (Record record : batch) {
      if (batch.isControlBatch()) {
        kinds.add(ControlRecordType.parse(record.key()).name());
      } else if (!record.hasValue()) {
        kinds.add("tombstone");
      }
    }
    if (!batch.isControlBatch()) {
      kinds.add(batch.compressionType().name);
      kinds.add(batch.isTransactional() ? "transactional" : "idempotent");
    }
  }

  /** Checksums of the files of the sealed segments, by name. */
  static Map<String, Long> checksums(Path partition) throws IOException {
    Map<String, Long> sums = new TreeMap<>();
    for (Path file : sealed(partition)) {
      CRC32C crc = new CRC32C();
      crc.update(Files.readAllBytes(file));
      sums.put(file.getFileName().toString(), crc.getValue());
    }
    return sums;
  }

  /** Log and index files of all segments but the last. */
  private static List<Path> sealed(Path partition) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(partition)) {
      files =
          all.filter(file -> name(file).matches("\\d{20}\\.(log|index|timeindex|txnindex)"))
              .sorted()
              .toList();
    }
    String active =
        files.stream()
            .filter(file -> name(file).endsWith(LOG))
            .reduce((one, next) -> next)
            .map(file -> name(file).substring(0, OFFSET_DIGITS))
            .orElseThrow(() -> new IOException("no segments in " + partition));
    return files.stream().filter(file -> !name(file).startsWith(active)).toList();
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }
}
