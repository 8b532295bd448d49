// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdOutputStream;
import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Codecs leave no garbage behind per batch, and stay small whatever a payload expands to. */
class CodecMemoryTest {

  private static final int PAYLOAD_BYTES = 100_000;
  private static final int WARM_UP_ROUNDS = 100;
  private static final int ROUNDS = 400;

  /** Far below one small object a batch; the measurement itself takes a little. */
  private static final long STEADY_BYTES = ROUNDS * 4L;

  private static final long MEGABYTE = 1_000_000;

  /** A batch's worth of work. */
  private interface Round {
    void run() throws IOException;
  }

  @ParameterizedTest
  @EnumSource(value = Codec.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void read_batchAfterBatch_noGarbage(Codec codec) throws IOException {
    Payloads payload = Payloads.recordLike(new SplittableRandom(1), PAYLOAD_BYTES);
    ByteBuffer source =
        OurStreams.direct(KafkaStreams.compress(codec, payload.bytes(), payload.cuts()));
    ByteBuffer target = ByteBuffer.allocateDirect(30_000);
    try (Decompressors ours = new Decompressors(OurStreams.BOUND_BYTES)) {
      Decompressor decompressor = ours.of(codec);
      Round round =
          () -> {
            decompressor.begin(source, false);
            while (decompressor.read(target) >= 0) {
              target.clear();
            }
          };
      assertThat(allocatedBytes(round)).isLessThan(STEADY_BYTES);
    }
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void write_batchAfterBatch_noGarbage(Codec codec) throws IOException {
    Payloads payload = Payloads.recordLike(new SplittableRandom(1), PAYLOAD_BYTES);
    ByteBuffer source = OurStreams.direct(payload.bytes());
    GrowableBuffer sink = new GrowableBuffer("test", 1_000_000, OurStreams.BOUND_BYTES);
    try (Compressors ours = new Compressors()) {
      Compressor compressor = ours.of(codec);
      Round round =
          () -> {
            sink.clear();
            compressor.begin(sink);
            int from = 0;
            for (int to : payload.cuts()) {
              compressor.write(source, from, to - from);
              from = to;
            }
            compressor.finish();
          };
      assertThat(allocatedBytes(round)).isLessThan(STEADY_BYTES);
    }
  }

  @Test
  void next_wrappedMessages_noGarbage() throws IOException {
    byte[][] messages = new byte[500][];
    for (int i = 0; i < messages.length; i++) {
      messages[i] = LegacyMessages.message(1, i, 0, i, Optional.of(new byte[10]), Optional.empty());
    }
    byte[] batch = LegacyMessages.wrapper(1, 10_000, Codec.LZ4, 0, 0, messages);
    BatchHeader header = new BatchHeader().wrap(OurStreams.direct(batch), 0);
    try (Decompressors ours = new Decompressors(OurStreams.BOUND_BYTES);
        LegacyRecordCursor cursor = new LegacyRecordCursor(ours, OurStreams.BOUND_BYTES)) {
      Round round =
          () -> {
            cursor.open(header);
            int records = 0;
            while (cursor.next()) {
              records++;
            }
            if (records != messages.length) {
              throw new AssertionError(records + " records");
            }
          };
      assertThat(allocatedBytes(round)).isLessThan(STEADY_BYTES);
    }
  }

  @Test
  void read_zstdOf35KbThatHolds1100Mb_streamsWithoutMemory() throws IOException {
    byte[] bomb = zeros(1100 * MEGABYTE, Codec.ZSTD);
    assertThat(bomb.length).isBetween(25_000, 150_000);
    assertThat(drainedMeasured(Codec.ZSTD, bomb)).isEqualTo(1100 * MEGABYTE);
  }

  @Test
  void read_gzipOf408KbThatHolds400Mb_streamsWithoutMemory() throws IOException {
    byte[] bomb = zeros(400 * MEGABYTE, Codec.GZIP);
    assertThat(bomb.length).isBetween(380_000, 420_000);
    assertThat(drainedMeasured(Codec.GZIP, bomb)).isEqualTo(400 * MEGABYTE);
  }

  private static byte[] zeros(long bytes, Codec codec) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] piece = new byte[(int) MEGABYTE];
    try (OutputStream compressing =
        codec == Codec.ZSTD ? new ZstdOutputStream(out) : new GZIPOutputStream(out)) {
      for (long i = 0; i < bytes; i += piece.length) {
        compressing.write(piece);
      }
    }
    return out.toByteArray();
  }

  /** Reads to the end, and checks what that took of heap and direct memory. */
  private static long drainedMeasured(Codec codec, byte[] compressed) throws IOException {
    ByteBuffer source = OurStreams.direct(compressed);
    ByteBuffer target = ByteBuffer.allocateDirect(OurStreams.TARGET_BYTES);
    long directBefore = directBytes();
    long heapBefore = heapBytes();
    long total = 0;
    try (Decompressors ours = new Decompressors(OurStreams.BOUND_BYTES)) {
      Decompressor decompressor = ours.of(codec);
      decompressor.begin(source, false);
      int read;
      while ((read = decompressor.read(target)) >= 0) {
        total += read;
        target.clear();
      }
    }
    assertThat(heapBytes() - heapBefore).as("heap").isLessThan(MEGABYTE);
    assertThat(directBytes() - directBefore).as("direct").isLessThan(MEGABYTE);
    return total;
  }

  private static long allocatedBytes(Round round) throws IOException {
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
      round.run();
    }
    long before = heapBytes();
    for (int i = 0; i < ROUNDS; i++) {
      round.run();
    }
    return heapBytes() - before;
  }

  private static long heapBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
