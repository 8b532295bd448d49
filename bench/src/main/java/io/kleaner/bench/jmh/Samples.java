// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.jmh;

import io.kleaner.bench.workload.GeneratedLog;
import io.kleaner.bench.workload.PartitionShape;
import io.kleaner.bench.workload.Trees;
import io.kleaner.bench.workload.Workload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;

/** Batches for benchmarks, in direct memory as the engine has them. */
final class Samples {

  private static final int RECORDS = 100;
  private static final int VALUE_BYTES = 100;

  private Samples() {}

  /** The first batch of a workload such as W1, of documents, with some codec. */
  static ByteBuffer batch(String codec) throws IOException {
    return direct(firstBatch(log(PartitionShape.plain(codec, VALUE_BYTES, RECORDS, 1))));
  }

  /** The same records in an older format, one wrapper if there is a codec. */
  static ByteBuffer legacy(int magic, String codec) {
    MemoryRecordsBuilder builder =
        MemoryRecords.builder(
            ByteBuffer.allocate(64 * 1024),
            (byte) magic,
            Compression.of(CompressionType.forName(codec)).build(),
            magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME,
            0);
    for (int i = 0; i < RECORDS; i++) {
      byte[] key = String.format("%016d", i).getBytes(StandardCharsets.US_ASCII);
      long timestamp = magic == 0 ? -1 : GeneratedLog.TIME_MS;
      builder.appendWithOffset(i, timestamp, key, new byte[VALUE_BYTES]);
    }
    return direct(builder.build().buffer());
  }

  private static byte[] log(PartitionShape shape) throws IOException {
    Path dir = Files.createTempDirectory("kleaner-jmh");
    GeneratedLog.write(
        Workload.single("jmh", "", shape, RECORDS),
        dir.resolve("data"),
        GeneratedLog.SEGMENT_BYTES);
    Path log = dir.resolve("data").resolve("bench-0").resolve("00000000000000000000.log");
    byte[] bytes = Files.readAllBytes(log);
    Trees.delete(dir);
    return bytes;
  }

  private static ByteBuffer firstBatch(byte[] log) {
    int size = 12 + ByteBuffer.wrap(log).getInt(8);
    return ByteBuffer.wrap(log, 0, size);
  }

  private static ByteBuffer direct(ByteBuffer bytes) {
    ByteBuffer copy = ByteBuffer.allocateDirect(bytes.remaining());
    return copy.put(bytes).flip();
  }
}
