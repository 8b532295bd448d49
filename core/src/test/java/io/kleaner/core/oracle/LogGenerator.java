// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.storage.internals.log.UnifiedLog;

/**
 * Writes a partition of a given shape with Kafka's own log, the way a follower receives it: every
 * batch, offset and producer field is chosen here, and each seed gives the same log.
 *
 * <p>Not thread-safe.
 */
public final class LogGenerator {

  private static final long DAY_MS = 86_400_000;
  private static final int PRODUCERS = 6;
  private static final int GENERATION_BATCHES = 60;
  private static final int RECORD_OVERHEAD = 40;
  private static final int OTHER_CONTROL_ODDS = 60;

  private static final int CRC = 17;
  private static final int ATTRIBUTES = 21;

  /** After the header, and one byte each: length, attributes, two deltas, key length; version. */
  private static final int FIRST_CONTROL_TYPE = 61 + 5 + 2;

  private final Shape shape;
  private final Random random;

  /** Of its own, so that the rest of each log is what it is without. */
  private final Random otherControls;

  private final List<Producer> producers = new ArrayList<>();
  private int leaderEpoch;
  private long nextProducerId = 1000;
  private int round;

  /** One producer and what it has said so far. */
  private static final class Producer {
    final long id;
    final boolean transactional;
    final long lateMs;
    short epoch;
    int sequence;
    boolean open;

    Producer(long id, boolean transactional, long lateMs) {
      this.id = id;
      this.transactional = transactional;
      this.lateMs = lateMs;
    }
  }

  /** A generator that has written nothing yet. */
  public LogGenerator(Shape shape) {
    this.shape = shape;
    this.random = new Random(shape.seed());
    this.otherControls = new Random(~shape.seed());
  }

  /**
   * Appends one round of data.
   *
   * @param nowMs about when the records were made
   * @return the log end offset
   */
  public long append(Path dir, Map<String, String> config, long logStartOffset, long nowMs)
      throws IOException {
    try (KafkaLog kafka = KafkaLog.open(dir, config, logStartOffset, nowMs, true)) {
      UnifiedLog log = kafka.log();
      int batches = shape.batchesPerRound();
      int segments = log.numberOfSegments() + shape.segmentsPerRound();
      for (int i = 0; i < batches && log.numberOfSegments() < segments; i++) {
        byte magic = shape.magics().get(i * shape.magics().size() / batches);
        if (i % GENERATION_BATCHES == 0) {
          replaceProducers(log, nowMs);
        }
        leaderEpoch += random.nextInt(25) == 0 ? 1 : 0;
        appendOne(log, magic, nowMs);
      }
      if (shape.emptyEnds()) {
        appendEmptyEnd(log, nowMs, shape.endOf(round));
      }
      round++;
      log.updateHighWatermark(log.logEndOffset());
      return log.logEndOffset();
    }
  }

  /** Producers come and go; a broker remembers the last thing that each has said. */
  private void replaceProducers(UnifiedLog log, long nowMs) {
    for (Producer producer : producers) {
      if (producer.open && random.nextInt(30) > 0) {
        append(log, marker(log.logEndOffset(), nowMs, producer));
      }
    }
    producers.clear();
    for (int i = 0; i < PRODUCERS; i++) {
      // Some were idle for so long that they have expired when the log is cleaned.
      long lateMs = random.nextInt(4) == 0 ? 2 * DAY_MS : 0;
      producers.add(new Producer(nextProducerId++, i % 2 == 0, lateMs));
    }
  }

  private void appendOne(UnifiedLog log, byte magic, long nowMs) {
    if (magic == RecordBatch.MAGIC_VALUE_V2 && otherControls.nextInt(OTHER_CONTROL_ODDS) == 0) {
      append(log, otherControl(log.logEndOffset(), nowMs, otherControls.nextBoolean()));
    }
    long base = log.logEndOffset();
    if (random.nextDouble() < shape.gaps()) {
      base += random.nextInt(20);
    }
    double kind = random.nextDouble();
    if (magic < RecordBatch.MAGIC_VALUE_V2 || kind > shape.idempotent() + shape.transactional()) {
      append(log, data(magic, base, nowMs, null));
      return;
    }
    boolean transactional = kind < shape.transactional();
    Producer producer = producers.get(2 * random.nextInt(PRODUCERS / 2) + (transactional ? 0 : 1));
    if (producer.open && random.nextInt(3) == 0) {
      append(log, marker(base, nowMs, producer));
    } else if (transactional && !producer.open && random.nextInt(12) == 0) {
      append(log, marker(base, nowMs, producer)); // of an empty transaction
    } else {
      append(log, data(magic, base, nowMs, producer));
    }
  }

  private void appendEmptyEnd(UnifiedLog log, long nowMs, EmptyEnd end) throws IOException {
    for (Producer open : producers) {
      if (open.open) {
        append(log, marker(log.logEndOffset(), nowMs, open));
      }
    }
    // The producer of a marker has expired; another one's state is cleared by the marker's epoch.
    long lateMs = end.isMarker() ? 2 * DAY_MS : 0;
    Producer producer = new Producer(nextProducerId++, end.isTransactional(), lateMs);
    if (end.isMarker()) {
      append(log, marker(log.logEndOffset(), nowMs, producer, end.type()));
    } else {
      Producer author = end.isTransactional() ? producer : null;
      append(log, unkeyed(log.logEndOffset(), nowMs, author, end.codec()));
    }
    log.updateHighWatermark(log.logEndOffset());
    log.roll();
    if (end.isTransactional() && !end.isMarker()) {
      producer.epoch++;
      append(log, marker(log.logEndOffset(), nowMs, producer, end.type()));
    }
    append(log, data(RecordBatch.MAGIC_VALUE_V2, log.logEndOffset(), nowMs, null));
  }

  /** Without a producer if it is null. */
  private MemoryRecords unkeyed(long base, long nowMs, Producer producer, CompressionType codec) {
    MemoryRecordsBuilder builder =
        builder(RecordBatch.MAGIC_VALUE_V2, base, RecordBatch.NO_TIMESTAMP, producer, codec);
    for (int i = 0; i < 3; i++) {
      builder.appendWithOffset(base + i, nowMs, null, value(), new Header[0]);
    }
    return builder.build();
  }

  private void append(UnifiedLog log, MemoryRecords records) {
    log.appendAsFollower(records, leaderEpoch);
  }

  private MemoryRecords marker(long offset, long nowMs, Producer producer) {
    ControlRecordType type =
        random.nextInt(5) < 2 ? ControlRecordType.ABORT : ControlRecordType.COMMIT;
    boolean bumps = random.nextInt(3) == 0;
    if (bumps) {
      producer.epoch++;
      producer.sequence = 0;
    }
    return marker(offset, nowMs, producer, type);
  }

  private MemoryRecords marker(long offset, long nowMs, Producer producer, ControlRecordType type) {
    producer.open = false;
    return MemoryRecords.withEndTransactionMarker(
        offset,
        nowMs - producer.lateMs,
        leaderEpoch,
        producer.id,
        producer.epoch,
        new EndTransactionMarker(type, 1));
  }

  /** A control batch that ends no transaction: of a kind that Kafka knows, or of none. */
  private MemoryRecords otherControl(long offset, long nowMs, boolean known) {
    ByteBuffer bytes = ByteBuffer.allocate(256);
    MemoryRecords records =
        MemoryRecords.withLeaderChangeMessage(
            offset, nowMs, leaderEpoch, bytes, new LeaderChangeMessage().setLeaderId(1));
    if (known) {
      return records;
    }
    ByteBuffer batch = records.buffer();
    int type = batch.position() + FIRST_CONTROL_TYPE;
    if (batch.getShort(type) != ControlRecordType.LEADER_CHANGE.type()) {
      throw new AssertionError("the type of a control record lies elsewhere");
    }
    batch.putShort(type, (short) 99);
    CRC32C crc = new CRC32C();
    crc.update(batch.duplicate().position(batch.position() + ATTRIBUTES));
    batch.putInt(batch.position() + CRC, (int) crc.getValue());
    return MemoryRecords.readableRecords(batch);
  }

  private MemoryRecords data(byte magic, long base, long nowMs, Producer producer) {
    CompressionType codec = shape.codecs().get(random.nextInt(shape.codecs().size()));
    if (magic < RecordBatch.MAGIC_VALUE_V2 && codec == CompressionType.ZSTD) {
      codec = CompressionType.LZ4;
    }
    boolean appendTime = magic > 0 && random.nextDouble() < shape.logAppendTime();
    long timeMs = nowMs - (producer == null ? 0 : producer.lateMs);
    MemoryRecordsBuilder builder =
        builder(magic, base, appendTime ? timeMs : RecordBatch.NO_TIMESTAMP, producer, codec);
    int count = fill(builder, magic, base, timeMs, codec);
    if (producer != null) {
      producer.sequence += count;
      producer.open |= producer.transactional;
    }
    return builder.build();
  }

  /**
   * @param appendTimeMs the time of all records, if the broker stamped them
   * @param producer null for none
   */
  private MemoryRecordsBuilder builder(
      byte magic, long base, long appendTimeMs, Producer producer, CompressionType codec) {
    boolean appendTime = appendTimeMs != RecordBatch.NO_TIMESTAMP;
    return new MemoryRecordsBuilder(
        ByteBuffer.allocate(1024),
        magic,
        Compression.of(codec).build(),
        magic == 0
            ? TimestampType.NO_TIMESTAMP_TYPE
            : appendTime ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
        base,
        appendTimeMs,
        producer == null ? RecordBatch.NO_PRODUCER_ID : producer.id,
        producer == null ? RecordBatch.NO_PRODUCER_EPOCH : producer.epoch,
        producer == null ? RecordBatch.NO_SEQUENCE : producer.sequence,
        producer != null && producer.transactional,
        false,
        magic < RecordBatch.MAGIC_VALUE_V2 ? RecordBatch.NO_PARTITION_LEADER_EPOCH : leaderEpoch,
        Integer.MAX_VALUE);
  }

  /** Appends records, at least one, and returns by how much the sequence advances. */
  private int fill(
      MemoryRecordsBuilder builder, byte magic, long base, long timeMs, CompressionType codec) {
    int count = 1 + random.nextInt(shape.largestBatch());
    boolean sparse = random.nextDouble() < shape.gaps();
    // Old formats without compression: each record is a batch, and is appended alone.
    if (magic < RecordBatch.MAGIC_VALUE_V2 && codec == CompressionType.NONE) {
      count = 1;
    }
    long offset = base;
    int bytes = 0;
    for (int i = 0; i < count; i++) {
      byte[] value = value();
      bytes += RECORD_OVERHEAD + (value == null ? 0 : value.length) + 80;
      if (i > 0 && bytes > shape.segmentBytes() / 2) {
        break;
      }
      long timestamp =
          magic == 0 || random.nextInt(200) == 0
              ? RecordBatch.NO_TIMESTAMP
              : timeMs - random.nextInt(50_000);
      builder.appendWithOffset(
          offset,
          timestamp,
          key(),
          value,
          magic < RecordBatch.MAGIC_VALUE_V2 ? new Header[0] : headers());
      offset += sparse ? 1 + random.nextInt(3) : 1;
    }
    return (int) (offset - base);
  }

  private byte[] key() {
    if (random.nextDouble() < shape.unkeyed()) {
      return null;
    }
    int key = random.nextInt(shape.keys());
    return key == 0 ? new byte[0] : ("key-" + key).getBytes(StandardCharsets.UTF_8);
  }

  private byte[] value() {
    if (random.nextDouble() < shape.tombstones()) {
      return null;
    }
    byte[] value = new byte[random.nextInt(shape.largestValue() + 1)];
    if (random.nextBoolean()) {
      random.nextBytes(value);
    }
    return value;
  }

  private Header[] headers() {
    if (random.nextDouble() >= shape.headers()) {
      return new Header[0];
    }
    Header[] headers = new Header[1 + random.nextInt(3)];
    for (int i = 0; i < headers.length; i++) {
      byte[] value = random.nextInt(4) == 0 ? null : new byte[random.nextInt(12)];
      headers[i] = new RecordHeader("h" + random.nextInt(3), value);
    }
    return headers;
  }
}
