// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;

/**
 * Counts what became of each batch, seen from outside: by what the files hold before and after a
 * clean. A run of generated logs that never met a case proves nothing about it.
 */
public final class FateCensus {

  private final Map<String, Integer> counts = new TreeMap<>();
  private long removedBytes;

  /** Counts one clean. */
  public void count(Path before, Path after, long upperBoundOffset) throws IOException {
    Map<Long, Long> sizes = new HashMap<>();
    NavigableMap<Long, MutableRecordBatch> survivors = batches(after, sizes);
    Map<Long, Long> unused = new HashMap<>();
    for (MutableRecordBatch batch : batches(before, unused).values()) {
      if (batch.lastOffset() < upperBoundOffset) {
        String fate = fate(batch, survivors, upperBoundOffset);
        counts.merge(
            "v" + batch.magic() + " " + batch.compressionType().name + " " + kind(batch) + fate,
            1,
            Integer::sum);
      }
    }
    removedBytes += total(unused) - total(sizes);
  }

  /** How often each case was met, by a name such as {@code v2 zstd data rewritten}. */
  public Map<String, Integer> counts() {
    return counts;
  }

  /** Log bytes that the cleans took away, all together. */
  public long removedBytes() {
    return removedBytes;
  }

  private static String kind(MutableRecordBatch batch) {
    if (batch.isControlBatch()) {
      Iterator<Record> record = batch.iterator();
      ControlRecordType type =
          record.hasNext()
              ? ControlRecordType.parse(record.next().key())
              : ControlRecordType.COMMIT;
      boolean marker = type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT;
      return marker ? "control " : "control of another type ";
    }
    return batch.isTransactional() ? "transactional " : "data ";
  }

  private static String fate(
      MutableRecordBatch batch,
      NavigableMap<Long, MutableRecordBatch> survivors,
      long upperBoundOffset) {
    if (batch.magic() < 2) {
      MutableRecordBatch first = survivors.get(batch.lastOffset());
      Map.Entry<Long, MutableRecordBatch> floor = survivors.floorEntry(batch.lastOffset());
      if (first == null && floor != null && floor.getValue().lastOffset() >= batch.baseOffset()) {
        first = floor.getValue();
      }
      if (first == null || first.lastOffset() < batch.baseOffset()) {
        return "dropped";
      }
      return first.deleteHorizonMs().isPresent() ? "stamped" : "rewritten";
    }
    MutableRecordBatch found = survivors.get(batch.lastOffset());
    if (found == null || found.baseOffset() != batch.baseOffset()) {
      return "dropped";
    }
    if (bytes(found).equals(bytes(batch))) {
      return "kept";
    }
    if (Integer.valueOf(0).equals(found.countOrNull())) {
      return batch.nextOffset() == upperBoundOffset ? "emptied at the end" : "emptied";
    }
    boolean stamped = found.deleteHorizonMs().isPresent() && batch.deleteHorizonMs().isEmpty();
    return stamped ? "stamped" : "rewritten";
  }

  private static ByteBuffer bytes(MutableRecordBatch batch) {
    ByteBuffer bytes = ByteBuffer.allocate(batch.sizeInBytes());
    batch.writeTo(bytes);
    return bytes.flip();
  }

  /** Every batch of a partition by its last offset. */
  private static NavigableMap<Long, MutableRecordBatch> batches(Path dir, Map<Long, Long> sizes)
      throws IOException {
    NavigableMap<Long, MutableRecordBatch> all = new TreeMap<>();
    List<Path> logs;
    try (Stream<Path> files = Files.list(dir)) {
      logs = files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
    for (Path log : logs) {
      ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(log));
      for (MutableRecordBatch batch : MemoryRecords.readableRecords(content).batches()) {
        all.put(batch.lastOffset(), batch);
        sizes.put(batch.lastOffset(), (long) batch.sizeInBytes());
      }
    }
    return all;
  }

  private static long total(Map<Long, Long> sizes) {
    return sizes.values().stream().mapToLong(Long::longValue).sum();
  }
}
