// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.process;

import io.kleaner.core.oracle.KafkaLog;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Partitions that grow by Kafka's own log while a service cleans them: batches at the ends, new
 * segments, new partitions; and what a reader has to find in them. Thread-safe.
 */
final class Growth implements AutoCloseable {

  private static final Map<String, String> CONFIG = Map.of("segment.index.bytes", "4096");
  private static final int FIRST_PARTITIONS = 3;
  private static final int KEYS = 60;
  private static final int MAX_RECORDS = 8;
  private static final int MAX_VALUE = 400;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  private final Path logDir;
  private final Random random;
  private final int maxPartitions;
  private final List<Growing> partitions = new ArrayList<>();
  private final Thread thread = new Thread(this::grow, "growth");
  private Optional<Exception> failure = Optional.empty();
  private volatile boolean stopping;

  /**
   * What a reader has to find in a partition.
   *
   * @param endOffset of the next record
   * @param live by key in hexadecimal: offset, timestamp, and value in hexadecimal
   */
  record Truth(long endOffset, Map<String, String> live) {}

  /**
   * All partitions as they were at one moment.
   *
   * @param dir holds copies of their directories
   */
  record Image(Path dir, Map<String, Truth> truths) {}

  private record Growing(String name, KafkaLog kafka, Map<String, String> live) {}

  /**
   * @param logDir where they grow
   * @param maxPartitions how many there will be in the end
   */
  Growth(Path logDir, long seed, int maxPartitions) throws IOException {
    this.logDir = logDir;
    this.random = new Random(seed);
    this.maxPartitions = maxPartitions;
    for (int i = 0; i < FIRST_PARTITIONS; i++) {
      add();
    }
    for (int i = 0; i < FIRST_PARTITIONS * 60; i++) {
      step();
    }
    thread.setDaemon(true);
  }

  private void add() throws IOException {
    String name = "grows-" + partitions.size();
    Path dir = Files.createDirectories(logDir.resolve(name));
    KafkaLog kafka = KafkaLog.open(dir, CONFIG, 0, ScriptedLog.TIME_MS, true);
    partitions.add(new Growing(name, kafka, new HashMap<>()));
  }

  void start() {
    thread.start();
  }

  private void grow() {
    try {
      while (!stopping) {
        step();
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } catch (IOException | RuntimeException e) {
      synchronized (this) {
        failure = Optional.of(e);
      }
    }
  }

  private synchronized void step() throws IOException {
    Growing growing = partitions.get(random.nextInt(partitions.size()));
    append(growing);
    int chance = random.nextInt(100);
    if (chance < 6) {
      growing.kafka().log().updateHighWatermark(growing.kafka().log().logEndOffset());
      growing.kafka().log().roll();
    } else if (chance == 6 && partitions.size() < maxPartitions) {
      add();
    }
  }

  private void append(Growing growing) {
    long offset = growing.kafka().log().logEndOffset();
    MemoryRecordsBuilder batch =
        new MemoryRecordsBuilder(
            ByteBuffer.allocate(512),
            RecordBatch.MAGIC_VALUE_V2,
            Compression.NONE,
            TimestampType.CREATE_TIME,
            offset,
            RecordBatch.NO_TIMESTAMP,
            RecordBatch.NO_PRODUCER_ID,
            RecordBatch.NO_PRODUCER_EPOCH,
            RecordBatch.NO_SEQUENCE,
            false,
            false,
            0,
            Integer.MAX_VALUE);
    Map<String, Optional<String>> newest = new HashMap<>();
    for (int i = 1 + random.nextInt(MAX_RECORDS); i > 0; i--) {
      byte[] key = ("key-" + random.nextInt(KEYS)).getBytes(StandardCharsets.UTF_8);
      byte[] value = random.nextInt(20) == 0 ? null : value();
      batch.append(ScriptedLog.TIME_MS, key, value);
      newest.put(
          HexFormat.of().formatHex(key),
          Optional.ofNullable(value).map(HexFormat.of()::formatHex).map(written(offset)));
      offset++;
    }
    MemoryRecords records = batch.build();
    growing.kafka().log().appendAsFollower(records, 0);
    newest.forEach(
        (key, value) ->
            value.ifPresentOrElse(
                text -> growing.live().put(key, text), () -> growing.live().remove(key)));
  }

  private static java.util.function.UnaryOperator<String> written(long offset) {
    return value -> offset + " " + ScriptedLog.TIME_MS + " " + value;
  }

  private byte[] value() {
    byte[] bytes = new byte[random.nextInt(MAX_VALUE)];
    random.nextBytes(bytes);
    return bytes;
  }

  /** How many there are. */
  synchronized int size() {
    return partitions.size();
  }

  /** A copy of all, made while none of them grows. */
  synchronized Image image(Path to) throws IOException {
    failure.ifPresent(
        e -> {
          throw new IllegalStateException("the partitions do not grow any more", e);
        });
    Files.createDirectories(to);
    Map<String, Truth> truths = new TreeMap<>();
    for (Growing each : partitions) {
      Path copy = Trees.copy(logDir.resolve(each.name()), to.resolve(each.name()));
      trimActive(copy, each.kafka().log().activeSegment().baseOffset());
      truths.put(
          each.name(), new Truth(each.kafka().log().logEndOffset(), new TreeMap<>(each.live())));
    }
    return new Image(to, truths);
  }

  /** A log that is open has active indexes with room to grow, or none yet; a closed one has not. */
  private static void trimActive(Path partition, long baseOffset) throws IOException {
    for (String suffix : List.of("index", "timeindex")) {
      Files.write(partition.resolve(String.format("%020d.%s", baseOffset, suffix)), new byte[0]);
    }
  }

  /** They grow no more. */
  void stop() throws InterruptedException {
    stopping = true;
    thread.join();
  }

  @Override
  public void close() {
    stopping = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Growing each : partitions) {
      try {
        each.kafka().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
