// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;

/**
 * A partition as a producer would have filled it: keys of 16 bytes, a share of them new, the rest
 * chosen evenly among those before. The same parameters give the same bytes.
 *
 * @param totalBytes of records before compression, about
 * @param codec by Kafka's name
 * @param valueBytes of each record
 * @param batchRecords of each batch
 * @param freshShare of records with a new key, 0 to 1
 * @param segmentBytes when a segment is full
 */
record Workload(
    long totalBytes,
    String codec,
    int valueBytes,
    int batchRecords,
    double freshShare,
    long segmentBytes) {

  /** When the records were made. */
  static final long TIME_MS = 1_700_000_000_000L;

  private static final long SEED = 42;
  private static final int BATCH_OVERHEAD = 1024;

  /**
   * Writes the partition.
   *
   * @return the log end offset
   */
  long write(Path partition) throws IOException {
    Files.createDirectories(partition);
    SplittableRandom random = new SplittableRandom(SEED);
    ByteBuffer buffer = ByteBuffer.allocate(BATCH_OVERHEAD + batchRecords * (valueBytes + 64) * 2);
    long offset = 0;
    long generated = 0;
    int keys = 0;
    while (generated < totalBytes) {
      Path log = segment(partition, offset);
      try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
        while (channel.position() < segmentBytes && generated < totalBytes) {
          buffer.clear();
          MemoryRecordsBuilder builder =
              MemoryRecords.builder(
                  buffer,
                  (byte) 2,
                  Compression.of(CompressionType.forName(codec)).build(),
                  TimestampType.CREATE_TIME,
                  offset,
                  TIME_MS);
          for (int i = 0; i < batchRecords; i++) {
            boolean fresh = keys == 0 || random.nextDouble() < freshShare;
            int key = fresh ? keys++ : random.nextInt(keys);
            builder.appendWithOffset(offset++, TIME_MS, key(key), value(random));
          }
          generated += (long) batchRecords * (valueBytes + 16);
          channel.write(builder.build().buffer());
        }
      }
    }
    segment(partition, offset);
    return offset;
  }

  private static Path segment(Path partition, long baseOffset) throws IOException {
    String name = String.format("%020d", baseOffset);
    Files.createFile(partition.resolve(name + ".index"));
    Files.createFile(partition.resolve(name + ".timeindex"));
    return Files.createFile(partition.resolve(name + ".log"));
  }

  private static byte[] key(int number) {
    return String.format("%016d", number).getBytes(StandardCharsets.US_ASCII);
  }

  /** Letters of a small alphabet: about half its size when compressed. */
  private byte[] value(SplittableRandom random) {
    byte[] value = new byte[valueBytes];
    for (int i = 0; i < value.length; i += Long.BYTES) {
      long bits = random.nextLong();
      for (int j = i; j < Math.min(value.length, i + Long.BYTES); j++) {
        value[j] = (byte) ('a' + (bits & 15));
        bits >>>= Long.BYTES;
      }
    }
    return value;
  }
}
