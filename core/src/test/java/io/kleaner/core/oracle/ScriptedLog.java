// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/**
 * A partition written record by record with Kafka's own log, in a log directory that looks like a
 * cleanly stopped broker's. Not thread-safe.
 */
public final class ScriptedLog implements AutoCloseable {

  /** When its records are made, milliseconds since the epoch. */
  public static final long TIME_MS = 1_700_000_000_000L;

  private static final String TOPIC = "scripted";

  private final Path logDir;
  private final KafkaLog kafka;
  private final Map<Long, Integer> sequences = new HashMap<>();
  private CompressionType codec = CompressionType.NONE;
  private byte magic = RecordBatch.CURRENT_MAGIC_VALUE;

  private ScriptedLog(Path logDir, KafkaLog kafka) {
    this.logDir = logDir;
    this.kafka = kafka;
  }

  /** Begins, or goes on with, the partition of a log directory. */
  public static ScriptedLog in(Path logDir, Map<String, String> config) throws IOException {
    Path partition = Files.createDirectories(partition(logDir));
    return new ScriptedLog(logDir, KafkaLog.open(partition, config, 0, TIME_MS, true));
  }

  /** The partition's directory. */
  public static Path partition(Path logDir) {
    return logDir.resolve(TOPIC + "-0");
  }

  /** What the batches that follow are compressed with. */
  public ScriptedLog codec(String name) {
    codec = CompressionType.forName(name);
    return this;
  }

  /** The format of the batches that follow. */
  public ScriptedLog magic(int version) {
    magic = (byte) version;
    return this;
  }

  /** One batch of one record; without a value it is a tombstone. */
  public ScriptedLog put(String key, String value) {
    return batch(new String[] {key}, new String[] {value});
  }

  /** One batch of one record, with its timestamp and its headers. */
  public ScriptedLog put(SimpleRecord record) {
    return append(RecordBatch.NO_PRODUCER_ID, false, record);
  }

  /** One batch. */
  public ScriptedLog batch(String[] keys, String[] values) {
    return append(RecordBatch.NO_PRODUCER_ID, false, bytes(keys), bytes(values));
  }

  /** One batch of one record whose key is no text. */
  public ScriptedLog put(byte[] key, byte[] value) {
    return append(RecordBatch.NO_PRODUCER_ID, false, new byte[][] {key}, new byte[][] {value});
  }

  /** One batch of records with empty values. */
  public ScriptedLog batch(byte[][] keys) {
    byte[][] values = new byte[keys.length][0];
    return append(RecordBatch.NO_PRODUCER_ID, false, keys, values);
  }

  /** A tombstone that an earlier clean stamped; it has been due since {@link #TIME_MS}. */
  public ScriptedLog stampedTombstone(String key) {
    MemoryRecordsBuilder builder =
        new MemoryRecordsBuilder(
            new ByteBufferOutputStream(512),
            RecordBatch.MAGIC_VALUE_V2,
            Compression.NONE,
            TimestampType.CREATE_TIME,
            kafka.log().logEndOffset(),
            RecordBatch.NO_TIMESTAMP,
            RecordBatch.NO_PRODUCER_ID,
            RecordBatch.NO_PRODUCER_EPOCH,
            RecordBatch.NO_SEQUENCE,
            false,
            false,
            0,
            Integer.MAX_VALUE,
            TIME_MS);
    builder.append(TIME_MS, bytes(key), null);
    kafka.log().appendAsFollower(builder.build(), 0);
    return this;
  }

  /** One batch as it stands, whatever its leader epoch. */
  public ScriptedLog raw(ByteBuffer batch) {
    kafka.log().appendAsFollower(MemoryRecords.readableRecords(batch), Integer.MAX_VALUE);
    return this;
  }

  /** One record within a transaction. */
  public ScriptedLog transactional(long producerId, String key, String value) {
    return append(producerId, true, new byte[][] {bytes(key)}, new byte[][] {bytes(value)});
  }

  /** One record by an idempotent producer. */
  public ScriptedLog idempotent(long producerId, String key, String value) {
    return append(producerId, false, new byte[][] {bytes(key)}, new byte[][] {bytes(value)});
  }

  private ScriptedLog append(long producerId, boolean inTxn, byte[][] keys, byte[][] values) {
    SimpleRecord[] records = new SimpleRecord[keys.length];
    for (int i = 0; i < keys.length; i++) {
      records[i] =
          new SimpleRecord(magic == 0 ? RecordBatch.NO_TIMESTAMP : TIME_MS, keys[i], values[i]);
    }
    return append(producerId, inTxn, records);
  }

  private ScriptedLog append(long producerId, boolean inTxn, SimpleRecord... records) {
    boolean produced = producerId != RecordBatch.NO_PRODUCER_ID;
    int sequence = produced ? sequences.merge(producerId, records.length, Integer::sum) : 0;
    MemoryRecordsBuilder builder =
        new MemoryRecordsBuilder(
            ByteBuffer.allocate(512),
            magic,
            Compression.of(codec).build(),
            magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME,
            kafka.log().logEndOffset(),
            RecordBatch.NO_TIMESTAMP,
            producerId,
            produced ? (short) 0 : RecordBatch.NO_PRODUCER_EPOCH,
            produced ? sequence - records.length : RecordBatch.NO_SEQUENCE,
            inTxn,
            false,
            magic < 2 ? RecordBatch.NO_PARTITION_LEADER_EPOCH : 0,
            Integer.MAX_VALUE);
    for (SimpleRecord record : records) {
      builder.append(record);
    }
    kafka.log().appendAsFollower(builder.build(), 0);
    return this;
  }

  private static byte[][] bytes(String[] texts) {
    return Arrays.stream(texts).map(ScriptedLog::bytes).toArray(byte[][]::new);
  }

  private static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  /** A COMMIT marker. */
  public ScriptedLog commit(long producerId) {
    return marker(producerId, ControlRecordType.COMMIT);
  }

  /** An ABORT marker. */
  public ScriptedLog abort(long producerId) {
    return marker(producerId, ControlRecordType.ABORT);
  }

  private ScriptedLog marker(long producerId, ControlRecordType type) {
    kafka
        .log()
        .appendAsFollower(
            MemoryRecords.withEndTransactionMarker(
                kafka.log().logEndOffset(),
                TIME_MS,
                0,
                producerId,
                (short) 0,
                new EndTransactionMarker(type, 0)),
            0);
    return this;
  }

  /** Begins a new segment. */
  public ScriptedLog roll() throws IOException {
    kafka.log().updateHighWatermark(kafka.log().logEndOffset());
    kafka.log().roll();
    return this;
  }

  /** The offset of the next record. */
  public long endOffset() {
    return kafka.log().logEndOffset();
  }

  @Override
  public void close() throws IOException {
    long end = endOffset();
    kafka.log().updateHighWatermark(end);
    kafka.close();
    Files.writeString(logDir.resolve("meta.properties"), "version=1\ncluster.id=test\nnode.id=1\n");
    Files.writeString(logDir.resolve(".kafka_cleanshutdown"), "{\"version\":0,\"brokerEpoch\":1}");
    String entry = "0\n1\n" + TOPIC + " 0 " + end + "\n";
    Files.writeString(logDir.resolve("replication-offset-checkpoint"), entry);
    Files.writeString(logDir.resolve("recovery-point-offset-checkpoint"), entry);
  }
}
