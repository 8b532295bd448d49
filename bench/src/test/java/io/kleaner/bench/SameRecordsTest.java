// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SameRecordsTest {

  @TempDir private Path temp;

  @Test
  void between_sameBytes_same() throws IOException {
    SameRecords result =
        SameRecords.between(log("a", batch(0, "x", "y")), log("b", batch(0, "x", "y")));

    assertThat(result.sameBytes()).isTrue();
    assertThat(result.same()).isTrue();
  }

  @Test
  void between_otherBatchesOfTheSameRecords_sameRecordsNotBytes() throws IOException {
    SameRecords result =
        SameRecords.between(log("a", batch(0, "x", "y")), log("b", batch(0, "x"), batch(1, "y")));

    assertThat(result.sameBytes()).isFalse();
    assertThat(result.same()).isTrue();
  }

  @Test
  void between_anotherValue_different() throws IOException {
    SameRecords result =
        SameRecords.between(log("a", batch(0, "x", "y")), log("b", batch(0, "x", "z")));

    assertThat(result.same()).isFalse();
    assertThat(result.difference().orElseThrow()).contains("bench-0", "offset 1");
  }

  @Test
  void between_oneRecordLess_different() throws IOException {
    SameRecords result = SameRecords.between(log("a", batch(0, "x", "y")), log("b", batch(0, "x")));

    assertThat(result.difference().orElseThrow()).contains("found the end");
  }

  @Test
  void between_otherPartitions_different() throws IOException {
    Path one = log("a", batch(0, "x"));
    Path other = log("b", batch(0, "x"));
    Files.createDirectory(other.resolve("bench-1"));

    assertThat(SameRecords.between(one, other).same()).isFalse();
  }

  @Test
  void and_oneDiffers_bothDo() throws IOException {
    SameRecords same = SameRecords.between(log("a", batch(0, "x")), log("b", batch(0, "x")));
    SameRecords different = SameRecords.between(log("c", batch(0, "x")), log("d", batch(0, "y")));

    assertThat(same.and(different).same()).isFalse();
    assertThat(different.and(same).sameBytes()).isFalse();
  }

  private Path log(String name, ByteBuffer... batches) throws IOException {
    Path dir = Files.createDirectories(temp.resolve(name).resolve("bench-0"));
    ByteBuffer all = ByteBuffer.allocate(4096);
    for (ByteBuffer batch : batches) {
      all.put(batch);
    }
    byte[] bytes = new byte[all.flip().remaining()];
    all.get(bytes);
    Files.write(dir.resolve("00000000000000000000.log"), bytes);
    return dir.getParent();
  }

  private static ByteBuffer batch(long base, String... values) {
    MemoryRecordsBuilder builder =
        MemoryRecords.builder(
            ByteBuffer.allocate(1024), Compression.NONE, TimestampType.CREATE_TIME, base);
    for (String value : values) {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      builder.append(1000L, "key".getBytes(StandardCharsets.UTF_8), bytes);
    }
    return builder.build().buffer();
  }
}
