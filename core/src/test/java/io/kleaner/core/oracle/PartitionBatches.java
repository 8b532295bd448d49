// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/** The batches of a partition directory, read into memory by Kafka's own classes. */
final class PartitionBatches {

  private static final int OFFSET_DIGITS = 20;

  private final List<Located> batches = new ArrayList<>();
  private final NavigableMap<Long, Long> segments = new TreeMap<>();
  private long bytes;

  private PartitionBatches() {}

  /** A batch, and the base offset of its segment. */
  record Located(long segment, MutableRecordBatch batch) {}

  static PartitionBatches of(Path dir) throws IOException {
    PartitionBatches read = new PartitionBatches();
    List<Path> logs;
    try (Stream<Path> files = Files.list(dir)) {
      logs = files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
    for (Path log : logs) {
      long base = Long.parseLong(log.getFileName().toString().substring(0, OFFSET_DIGITS));
      read.segments.put(base, Files.getLastModifiedTime(log).toMillis());
      ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(log));
      read.bytes += content.remaining();
      MemoryRecords.readableRecords(content)
          .batches()
          .forEach(batch -> read.batches.add(new Located(base, batch)));
    }
    return read;
  }

  /** In the order of offsets. */
  List<Located> batches() {
    return batches;
  }

  /** By last offset. */
  NavigableMap<Long, MutableRecordBatch> byLastOffset() {
    NavigableMap<Long, MutableRecordBatch> all = new TreeMap<>();
    batches.forEach(each -> all.put(each.batch().lastOffset(), each.batch()));
    return all;
  }

  /** When each segment was last modified, in milliseconds since the epoch, by base offset. */
  NavigableMap<Long, Long> segments() {
    return segments;
  }

  /** The size of all logs together. */
  long bytes() {
    return bytes;
  }
}
