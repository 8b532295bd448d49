// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.storage.internals.log.ProducerStateManager;

/**
 * A seeded partition of several segments, written with Kafka's classes: producers with and without
 * transactions, epochs bumped by data and by markers, markers without data, emptied batches of both
 * kinds, gaps; Kafka's own snapshots at most segment bases.
 */
final class RandomProducerLog {

  static final long START_MS = 1_700_000_000_000L;
  static final long STEP_MS = 60_000;

  private static final int PRODUCERS = 6;
  private static final int BATCHES = 150;

  private final Random random;
  private final Path dir;
  private final short[] epochs = new short[PRODUCERS];
  private final int[] sequences = new int[PRODUCERS];
  private final boolean[] open = new boolean[PRODUCERS];
  private long offset;
  private long nowMs = START_MS;

  private RandomProducerLog(long seed, Path dir) {
    this.random = new Random(seed);
    this.dir = dir;
  }

  /** Writes one into an empty directory; returns the time of its last batch. */
  static long write(long seed, Path dir) throws IOException {
    RandomProducerLog log = new RandomProducerLog(seed, dir);
    log.write();
    return log.nowMs;
  }

  private void write() throws IOException {
    ProducerStateManager state = KafkaProducers.manager(dir, Integer.MAX_VALUE);
    int written = 0;
    while (written < BATCHES) {
      long base = offset;
      Path segment = dir.resolve("%020d.log".formatted(base));
      int inSegment = 1 + random.nextInt(40);
      try (FileChannel out =
          FileChannel.open(segment, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        for (int i = 0; i < inSegment; i++) {
          out.write(batch());
        }
      }
      written += inSegment;
      KafkaProducers.load(state, segment.toFile(), base, Long.MAX_VALUE);
      state.updateMapEndOffset(offset);
      if (random.nextInt(5) > 0) {
        state.takeSnapshot();
      }
    }
    if (random.nextBoolean()) {
      Files.createFile(dir.resolve("%020d.log".formatted(offset)));
    }
  }

  private ByteBuffer batch() {
    nowMs += random.nextInt((int) STEP_MS);
    offset += random.nextInt(4) == 0 ? random.nextInt(3) : 0;
    int producer = random.nextInt(PRODUCERS);
    return switch (random.nextInt(10)) {
      case 0, 1, 2 -> marker(producer);
      case 3 -> emptied(producer);
      case 4 -> plain();
      default -> data(producer);
    };
  }

  private ByteBuffer data(int producer) {
    boolean transactional = producer % 2 == 1;
    if (!open[producer] && random.nextInt(8) == 0) {
      epochs[producer]++;
      sequences[producer] = 0;
    }
    SimpleRecord[] records = records();
    MemoryRecords batch =
        transactional
            ? MemoryRecords.withTransactionalRecords(
                offset, compression(), producer, epochs[producer], sequences[producer], 0, records)
            : MemoryRecords.withIdempotentRecords(
                offset, compression(), producer, epochs[producer], sequences[producer], 0, records);
    open[producer] |= transactional;
    sequences[producer] += records.length;
    offset += records.length;
    return batch.buffer();
  }

  private ByteBuffer marker(int producer) {
    // From KIP-890 on a transaction's marker carries the next epoch.
    if (random.nextBoolean()) {
      epochs[producer]++;
      sequences[producer] = 0;
    }
    open[producer] = false;
    ControlRecordType type =
        random.nextBoolean() ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
    return MemoryRecords.withEndTransactionMarker(
            offset++, nowMs, 0, producer, epochs[producer], new EndTransactionMarker(type, 0))
        .buffer();
  }

  private ByteBuffer emptied(int producer) {
    ByteBuffer header = ByteBuffer.allocate(DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
    boolean control = !open[producer] && random.nextBoolean();
    int last = control ? 0 : random.nextInt(5);
    boolean transactional = control || producer % 2 == 1;
    DefaultRecordBatch.writeEmptyHeader(
        header,
        (byte) 2,
        producer,
        control ? (short) (epochs[producer] + 1) : epochs[producer],
        control ? -1 : sequences[producer],
        offset,
        offset + last,
        0,
        TimestampType.CREATE_TIME,
        nowMs,
        transactional,
        control);
    if (!control) {
      open[producer] |= transactional;
      sequences[producer] += last + 1;
    }
    offset += last + 1;
    return header.flip();
  }

  private ByteBuffer plain() {
    SimpleRecord[] records = records();
    MemoryRecords batch = MemoryRecords.withRecords(offset, compression(), records);
    offset += records.length;
    return batch.buffer();
  }

  private SimpleRecord[] records() {
    SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(5)];
    for (int i = 0; i < records.length; i++) {
      records[i] =
          new SimpleRecord(
              nowMs - random.nextInt(1000), new byte[] {(byte) random.nextInt(9)}, new byte[9]);
    }
    return records;
  }

  private Compression compression() {
    return random.nextBoolean() ? Compression.NONE : Compression.lz4().build();
  }
}
