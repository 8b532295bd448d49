// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.workload;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Writes one partition as producers would have filled it, with Kafka's own batch builder. The same
 * shape, number of records and seed give the same bytes. Used once; not thread-safe.
 */
final class PartitionWriter {

  private static final int PRODUCERS = 20;
  private static final long FIRST_PRODUCER_ID = 1000;
  private static final double END_OF_TRANSACTION = 0.3;
  private static final double ABORTED = 0.1;

  /** What an earlier clean has left of each batch. */
  private static final double SURVIVED = 1.0 / 3;

  private static final int RECORD_OVERHEAD = 64;

  private final PartitionShape shape;
  private final SplittableRandom random;
  private final Content content;
  private final SegmentSink sink;
  private final Compression compression;
  private final ByteBuffer buffer;
  private final int[] sequences = new int[PRODUCERS];
  private final boolean[] open = new boolean[PRODUCERS];
  private long offset;
  private long records;

  PartitionWriter(PartitionShape shape, long seed, Path dir, long segmentBytes) throws IOException {
    Files.createDirectories(dir);
    this.shape = shape;
    this.random = new SplittableRandom(seed);
    this.content = new Content(shape, random);
    this.sink = new SegmentSink(dir, segmentBytes);
    this.compression = Compression.of(CompressionType.forName(shape.codec())).build();
    this.buffer =
        ByteBuffer.allocate(
            1024 + 2 * shape.largestBatch() * (shape.recordBytes() + RECORD_OVERHEAD));
  }

  /** Writes at least a number of records, and an empty active segment after them. */
  GeneratedLog.Partition write(String name, long atLeast) throws IOException {
    long cleaned = (long) (shape.cleanShare() * atLeast);
    while (records < cleaned) {
      cleanedBatch();
    }
    long firstDirty = offset;
    long dirtyFrom = records;
    if (cleaned > 0) {
      sink.roll(offset);
    }
    while (records < atLeast) {
      if (shape.transactional()) {
        transactional(random.nextInt(PRODUCERS));
      } else {
        data(RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_SEQUENCE);
      }
    }
    for (int i = 0; i < PRODUCERS; i++) {
      if (open[i]) {
        marker(i);
      }
    }
    sink.roll(offset);
    sink.close();
    return new GeneratedLog.Partition(
        name, firstDirty, offset, records, records - dirtyFrom, sink.bytes());
  }

  private void cleanedBatch() throws IOException {
    MemoryRecordsBuilder builder = builder(RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_SEQUENCE);
    long base = offset;
    int count = content.beginBatch();
    int survivor = random.nextInt(count);
    for (int i = 0; i < count; i++) {
      if (i == survivor || random.nextDouble() < SURVIVED) {
        byte[] key = content.freshKey();
        builder.appendWithOffset(base + i, GeneratedLog.TIME_MS, key, content.value(key));
        records++;
      }
    }
    offset = base + count;
    builder.overrideLastOffset(offset - 1);
    sink.append(base, builder.build().buffer());
  }

  private int data(long producerId, int sequence) throws IOException {
    MemoryRecordsBuilder builder = builder(producerId, sequence);
    long base = offset;
    int count = content.beginBatch();
    for (int i = 0; i < count; i++) {
      byte[] key = content.key();
      builder.appendWithOffset(offset++, GeneratedLog.TIME_MS, key, content.value(key));
    }
    records += count;
    sink.append(base, builder.build().buffer());
    return count;
  }

  private void transactional(int producer) throws IOException {
    sequences[producer] += data(FIRST_PRODUCER_ID + producer, sequences[producer]);
    open[producer] = true;
    if (random.nextDouble() < END_OF_TRANSACTION) {
      marker(producer);
    }
  }

  private void marker(int producer) throws IOException {
    ControlRecordType type =
        random.nextDouble() < ABORTED ? ControlRecordType.ABORT : ControlRecordType.COMMIT;
    MemoryRecords marker =
        MemoryRecords.withEndTransactionMarker(
            offset,
            GeneratedLog.TIME_MS,
            0,
            FIRST_PRODUCER_ID + producer,
            (short) 0,
            new EndTransactionMarker(type, 0));
    sink.append(offset, marker.buffer());
    offset++;
    open[producer] = false;
  }

  private MemoryRecordsBuilder builder(long producerId, int sequence) {
    boolean produced = producerId != RecordBatch.NO_PRODUCER_ID;
    return new MemoryRecordsBuilder(
        buffer.clear(),
        RecordBatch.MAGIC_VALUE_V2,
        compression,
        TimestampType.CREATE_TIME,
        offset,
        RecordBatch.NO_TIMESTAMP,
        producerId,
        produced ? 0 : RecordBatch.NO_PRODUCER_EPOCH,
        sequence,
        produced,
        false,
        0,
        Integer.MAX_VALUE);
  }
}
