// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.storage.internals.log.CorruptIndexException;
import org.apache.kafka.storage.internals.log.OffsetIndex;
import org.apache.kafka.storage.internals.log.OffsetPosition;
import org.apache.kafka.storage.internals.log.TimeIndex;
import org.apache.kafka.storage.internals.log.TimestampOffset;

/** What Kafka's own index classes say of a partition's offset and time indexes. */
public final class KafkaIndexes {

  private int entries;
  private final List<String> problems = new ArrayList<>();

  private KafkaIndexes() {}

  /** Looks at every segment but the active one, whose indexes have room set aside in them. */
  public static KafkaIndexes of(Path partition) throws IOException {
    KafkaIndexes found = new KafkaIndexes();
    List<Path> logs;
    try (Stream<Path> files = Files.list(partition)) {
      logs = files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
    for (Path log : logs.subList(0, logs.size() - 1)) {
      found.look(log);
    }
    return found;
  }

  /** What is wrong with them; nothing if Kafka accepts them and they say what the logs hold. */
  public List<String> problems() {
    return problems;
  }

  /** How many entries there are. */
  public int entries() {
    return entries;
  }

  private void look(Path log) throws IOException {
    String name = log.getFileName().toString().replace(".log", "");
    long base = Long.parseLong(name);
    Map<Integer, MutableRecordBatch> byPosition = new HashMap<>();
    Map<Long, MutableRecordBatch> byOffset = new HashMap<>();
    int position = 0;
    ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(log));
    for (MutableRecordBatch batch : MemoryRecords.readableRecords(content).batches()) {
      byPosition.put(position, batch);
      byOffset.put(batch.lastOffset(), batch);
      position += batch.sizeInBytes();
    }
    Path offsets = log.resolveSibling(name + ".index");
    try (OffsetIndex index = new OffsetIndex(offsets.toFile(), base, -1, false)) {
      index.sanityCheck();
      for (int i = 0; i < index.entries(); i++) {
        OffsetPosition entry = index.entry(i);
        MutableRecordBatch batch = byPosition.get(entry.position());
        if (batch == null || batch.lastOffset() != entry.offset()) {
          problems.add(offsets.getFileName() + ": " + entry + " points at " + batch);
        }
        entries++;
      }
    } catch (CorruptIndexException e) {
      problems.add(e.toString());
    }
    Path times = log.resolveSibling(name + ".timeindex");
    try (TimeIndex index = new TimeIndex(times.toFile(), base, -1, false)) {
      index.sanityCheck();
      for (int i = 0; i < index.entries(); i++) {
        TimestampOffset entry = index.entry(i);
        MutableRecordBatch batch = byOffset.get(entry.offset());
        if (batch == null || batch.maxTimestamp() != entry.timestamp()) {
          problems.add(times.getFileName() + ": " + entry + " points at " + batch);
        }
        entries++;
      }
    } catch (CorruptIndexException e) {
      problems.add(e.toString());
    }
  }
}
